# Each target sets up .venv itself, again only when pyproject.toml has changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

LETTERS := corpus/letters
OUTPUT := annotations/letters.jsonl
GOLD := annotations/gold/letters.jsonl

.PHONY: run test check bench corpus scores docs clean

run: $(READY)  ## annotate corpus/letters into annotations/ and score it against the gold
	$(BIN)/epistula annotate $(LETTERS) -o $(OUTPUT)
	$(BIN)/epistula evaluate $(OUTPUT) --gold $(GOLD)
	@echo "of these the letters that no rule was written by:"
	$(BIN)/epistula evaluate $(OUTPUT) --gold $(GOLD) --only annotations/gold/test.txt

test: $(READY)  ## run the tests
	.ci/system-packages
	$(BIN)/python -m pytest -n auto

check: $(READY)  ## ruff, mypy, and whether corpus and docs are what their sources give
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python corpus/build.py --check
	$(BIN)/python docs/build.py --check

bench: $(READY)  ## measure speed against something else in the same run
	$(BIN)/python bench/speed.py
	$(BIN)/python bench/reading.py
	$(BIN)/python bench/batch.py
	$(BIN)/python bench/scoring.py 500
	$(BIN)/python bench/review.py 1000

corpus: $(READY)  ## typeset the letters and make the gold from their sources
	$(BIN)/python corpus/build.py

scores: $(READY)  ## accept the scores of now: make scores CHANGE="line of the CHANGELOG that says why"
	$(BIN)/python annotations/score.py --accept "$(CHANGE)"

docs: $(READY)  ## write the generated parts of the docs
	$(BIN)/python docs/build.py

$(READY): pyproject.toml
	$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(None if v in ((3, 11), (3, 12)) else f'epistula needs Python 3.11 or 3.12, this is {v[0]}.{v[1]}: make PYTHON=python3.11 …')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV)
