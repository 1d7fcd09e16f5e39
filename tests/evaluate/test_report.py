"""Scores as tables and as JSON: every figure is there, none is cut, none is made up."""

import json

import pytest
from rich.console import Console

from epistula.evaluate.counts import Accuracy, Counts
from epistula.evaluate.figures import to_json
from epistula.evaluate.report import to_tables
from epistula.evaluate.scores import Misses, Scores

LABELS = ("AUTOANTIBODY", "CITATION", "DIAGNOSIS", "DRUG", "ORGAN", "OUTCOME", "PATIENTS")
FULL = Scores(
    letters=[f"letter-{number}" for number in range(14)],
    missing=["letter-3", "letter-7"],
    surplus=["other"],
    counts={
        "strict": {label: Counts(9876 - number, 123, 321) for number, label in enumerate(LABELS)},
        "overlap": {label: Counts(9896 - number, 103, 301) for number, label in enumerate(LABELS)},
    },
    attributes={"AUTOANTIBODY": {"attribution": Accuracy(9000, 9876)}, "DRUG": {"assertion": Accuracy(0, 0)}},
    misses={"DRUG": Misses(reading=6, tagging=3, boundary=1)},
)
EMPTY = Scores([], [], [], {"strict": {}, "overlap": {}}, {})


def printed(scores, width=80):
    console = Console(width=width)
    with console.capture() as capture:
        console.print(to_tables(scores))
    return capture.get()


@pytest.mark.parametrize("label", LABELS)
def test_a_row_has_all_its_figures_in_eighty_columns(label):
    strict, overlap = FULL.counts["strict"][label], FULL.counts["overlap"][label]
    row = next(line for line in printed(FULL).splitlines() if line.strip().startswith(label))
    figures = [f"{v:.3f}" for c in (strict, overlap) for v in (c.precision, c.recall, c.f1)]
    assert row.split() == [label, str(strict.support), *figures, str(strict.tp), "123", "321"]


def test_what_is_missing_or_lost_is_said():
    page = printed(FULL, width=200)
    assert "14 letters" in page
    assert "No prediction for 2 letters (all counted as missed): letter-3, letter-7" in page
    assert ["DRUG", "10", "6", "3", "1"] in [line.split() for line in page.splitlines()]
    assert ["AUTOANTIBODY", "attribution", "0.911", "9000", "9876"] in [line.split() for line in page.splitlines()]
    assert ["DRUG", "assertion", "–", "0", "0"] in [line.split() for line in page.splitlines()]


def test_without_letters_there_is_no_figure():
    page = printed(EMPTY)
    assert ["all", "0", *["–"] * 6, "0", "0", "0"] in [line.split() for line in page.splitlines()]
    assert "No prediction" not in page
    assert ["all", "0", "0", "0", "0"] in [line.split() for line in page.splitlines()]


def test_json_has_null_for_what_has_no_figure():
    data = json.loads(json.dumps(to_json(EMPTY)))
    assert data["schemes"]["strict"]["all"] == {
        "precision": None, "recall": None, "f1": None, "support": 0, "tp": 0, "fp": 0, "fn": 0
    }  # fmt: skip


def test_json_holds_the_counts_that_the_tables_show():
    data = json.loads(json.dumps(to_json(FULL)))
    assert set(data["schemes"]) == {"strict", "overlap"}
    assert set(data["schemes"]["strict"]) == {"all", *LABELS}
    assert data["schemes"]["strict"]["DRUG"]["tp"] == FULL.counts["strict"]["DRUG"].tp
    assert data["schemes"]["overlap"]["all"]["tp"] == sum(c.tp for c in FULL.counts["overlap"].values())
    assert data["attributes"]["DRUG"]["assertion"] == {"accuracy": None, "right": 0, "total": 0}
    assert (data["letters"][0], data["missing"]) == ("letter-0", ["letter-3", "letter-7"])
    assert data["misses"] == {"DRUG": {"reading": 6, "tagging": 3, "boundary": 1}}
