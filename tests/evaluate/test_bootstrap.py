"""Intervals and differences: what they must be, whatever the draw."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from epistula.cli import app
from epistula.evaluate.bootstrap import ALL, differences, intervals
from epistula.evaluate.counts import Counts
from epistula.evaluate.scores import score
from epistula.jsonl import write_annotations

from .test_scores import DRUG, LUPUS, NEPHRITIS, letter

COUNTS = st.builds(Counts, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
LETTERS = st.dictionaries(
    st.sampled_from("abcdef"), st.dictionaries(st.sampled_from(["DRUG", "ORGAN"]), COUNTS), max_size=6
)


@given(LETTERS)
@settings(deadline=None, max_examples=30)
def test_an_interval_lies_between_0_and_1_and_does_not_depend_on_order(letters):
    found = intervals(letters)
    assert found == intervals(dict(reversed(letters.items())))
    for low, high in found.values():
        assert (low is None) == (high is None)
        assert low is None or 0 <= low <= high <= 1


@given(LETTERS)
@settings(deadline=None, max_examples=30)
def test_a_run_does_not_differ_from_itself(letters):
    for value, (low, high), p in differences(letters, letters).values():
        assert (value, low, high, p) in [(0.0, 0.0, 0.0, 1.0), (None, None, None, None), (None, 0.0, 0.0, 1.0)]


def test_perfect_and_empty_runs():
    perfect = {str(n): {"DRUG": Counts(tp=3)} for n in range(9)}
    empty = {str(n): {"DRUG": Counts(fn=3)} for n in range(9)}
    assert intervals(perfect)[ALL] == (1.0, 1.0)
    assert intervals(empty)[ALL] == (0.0, 0.0)
    assert intervals({})[ALL] == (None, None)
    better, worse = differences(perfect, empty)[ALL], differences(empty, perfect)[ALL]
    assert (better.value, better.interval) == (1.0, (1.0, 1.0))
    assert better.p == worse.p == pytest.approx(2 / 2001)
    assert worse.value == -1.0


def test_one_letter_that_turns_is_no_difference():
    one = {str(n): {"DRUG": Counts(tp=5, fn=n % 2)} for n in range(10)}
    other = {**one, "0": {"DRUG": Counts(tp=4, fn=1)}}
    assert differences(one, other)["DRUG"].p > 0.5
    assert differences(one, other)["DRUG"].value > 0


def test_the_interval_holds_the_score():
    gold = [letter(str(n), NEPHRITIS, DRUG) for n in range(25)]
    found = [letter(str(n), NEPHRITIS if n % 3 else LUPUS, DRUG) for n in range(25)]
    scores = score(gold, found)
    low, high = intervals(scores.by_letter["strict"])["DIAGNOSIS"]
    assert low < scores.counts["strict"]["DIAGNOSIS"].f1 < high


def test_the_command_compares_two_runs(tmp_path):
    for name, spans in (("gold", [NEPHRITIS, DRUG]), ("new", [NEPHRITIS, DRUG]), ("old", [DRUG])):
        write_annotations(tmp_path / f"{name}.jsonl", [letter(str(n), *spans) for n in range(3)])
    files = {name: str(tmp_path / f"{name}.jsonl") for name in ("gold", "new", "old")}
    result = CliRunner().invoke(app, ["evaluate", files["new"], "--gold", files["gold"], "--against", files["old"]])
    assert result.exit_code == 0
    assert "too few" in result.output
    assert "+1.000" in result.output
