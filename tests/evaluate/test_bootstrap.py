"""Intervals and differences: what they must be, whatever the draw."""

import numpy as np
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
        assert (value, low, high, p) in [(0.0, 0.0, 0.0, 1.0), (0.0, None, None, None), (None, None, None, None)]


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


HIT, MISS = ({"DRUG": Counts(tp=1)}, {"DRUG": Counts(fn=1)})
# how many letters there are, in how many the label is; is there a figure of how sure the difference is, is p small?
RARE = [(1, 1, False, False), (8, 1, False, False), (11, 2, True, False), (11, 11, True, True)]


def having(label, count, letters):
    return {f"{number:02}": label if number < count else {} for number in range(letters)}


@pytest.mark.parametrize(("letters", "count", "told", "small"), RARE)
def test_a_label_of_few_letters_is_never_a_sure_difference(letters, count, told, small):
    one, other = having(HIT, count, letters), having(MISS, count, letters)
    found = differences(one, other)["DRUG"]
    assert found.value == 1
    assert ((found.p is not None), (found.interval.low is not None)) == (told, told)
    assert (intervals(one)["DRUG"].low is not None) == told
    assert (found.p is not None and found.p < 0.05) == small


def test_equal_systems_seldom_seem_to_differ():
    random = np.random.default_rng(7)

    def run(sizes):
        hits = random.binomial(sizes, np.clip(random.normal(0.85, 0.1, len(sizes)), 0, 1))
        extra = random.poisson(0.15 * sizes)
        return {f"{n:03}": {"DRUG": Counts(int(h), int(e), int(s - h))}
                for n, (h, e, s) in enumerate(zip(hits, extra, sizes, strict=True))}  # fmt: skip

    sizes = [random.poisson(20 * random.gamma(2, 0.5, 100)) for _ in range(100)]
    small = sum(differences(run(each), run(each))["DRUG"].p < 0.05 for each in sizes)
    assert small <= 12  # of 5 expected, 13 or more come by chance once in 700


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


def test_the_command_says_that_the_other_run_lacks_letters(tmp_path):
    for name, letters in (("gold", "abc"), ("new", "abc"), ("old", "a")):
        write_annotations(tmp_path / f"{name}.jsonl", [letter(each, DRUG) for each in letters])
    files = {name: str(tmp_path / f"{name}.jsonl") for name in ("gold", "new", "old")}
    result = CliRunner().invoke(app, ["evaluate", files["new"], "--gold", files["gold"], "--against", files["old"]])
    assert "2 letters without prediction there, counted as missed" in " ".join(result.output.split())
