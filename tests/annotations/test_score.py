"""The accepted figures: nothing has fallen, and a fall would be seen."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

ANNOTATIONS = Path(__file__).parents[2] / "annotations"
ACCEPTED = json.loads((ANNOTATIONS / "scores.json").read_text())


@pytest.fixture(scope="module")
def script():
    sys.path.insert(0, str(ANNOTATIONS))
    yield import_module("score")
    sys.path.remove(str(ANNOTATIONS))


@pytest.fixture(scope="module")
def now(script):
    return script.measured()


def test_no_figure_has_fallen(script, now):
    assert script.fallen(ACCEPTED, now) == []


def test_the_changelog_says_why_the_figures_are_what_they_are(script):
    assert script.unnamed(ACCEPTED["change"]) is None
    assert "does not stand in" in script.unnamed("a line that nobody wrote")
    assert "does not stand in" in script.unnamed(" ")


def test_the_splits_are_all_letters_and_what_is_accepted_was_measured_on_them(now):
    for split in ("train", "test"):
        assert ACCEPTED[split]["letters"] == now[split]["letters"]
        assert ACCEPTED[split]["labels"].keys() == now[split]["labels"].keys()
        assert ACCEPTED[split]["attributes"].keys() == now[split]["attributes"].keys()


def figures(labels, attributes=None):
    return {split: {"labels": labels, "attributes": attributes or {}} for split in ("train", "test")}


# accepted, now, fallen
FALLS = [
    ("the same", {"DRUG": [90, 5, 10]}, {"DRUG": [90, 5, 10]}, False),
    ("better", {"DRUG": [90, 5, 10]}, {"DRUG": [91, 5, 9]}, False),
    ("one found less", {"DRUG": [90, 5, 10]}, {"DRUG": [89, 5, 11]}, False),
    ("two found less", {"DRUG": [90, 5, 10]}, {"DRUG": [88, 5, 12]}, True),
    ("one extra", {"DRUG": [90, 5, 10]}, {"DRUG": [90, 6, 10]}, False),
    ("two extra", {"DRUG": [90, 5, 10]}, {"DRUG": [90, 7, 10]}, True),
    ("a label is gone", {"DRUG": [90, 5, 10]}, {}, True),
    ("nothing was found before", {"DRUG": [0, 0, 4]}, {"DRUG": [0, 9, 4]}, False),
]


@pytest.mark.parametrize(("what", "accepted", "now", "falls"), FALLS, ids=[row[0] for row in FALLS])
def test_what_a_fall_is(script, what, accepted, now, falls):
    found = script.fallen(figures(accepted), figures(now))
    assert [line.split(":")[0] for line in found] == (["train, DRUG", "test, DRUG"] if falls else [])


@pytest.mark.parametrize(("right", "falls"), [(91, False), (90, False), (89, False), (88, True)])
def test_what_a_fall_of_an_attribute_is(script, right, falls):
    name = "DRUG.assertion"
    found = script.fallen(figures({}, {name: [90, 100]}), figures({}, {name: [right, 100]}))
    assert bool(found) is falls


def test_accepting_without_a_line_of_the_changelog_writes_nothing(script, now, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(script, "measured", lambda: now)
    monkeypatch.setattr(script, "FILE", tmp_path / "scores.json")
    assert script.main(["--accept", "nobody wrote this"]) == 1
    assert not script.FILE.exists()
    assert "CHANGELOG" in capsys.readouterr().err
    assert script.main(["--accept", ACCEPTED["change"]]) == 0
    assert json.loads(script.FILE.read_text()) == {"change": ACCEPTED["change"], **now}
    assert script.main([]) == 0
