"""Adding a label is adding a folder: all that follows from a declaration follows from a new one."""

import importlib
import sys
from types import SimpleNamespace

import pytest

import epistula
from epistula import labels
from epistula.convert.displacy import to_html
from epistula.errors import DeclarationError
from epistula.evaluate.figures import to_json
from epistula.evaluate.scores import score
from epistula.jsonl import write_annotations
from epistula.labels import all_labels, json_schema, problem_with
from epistula.model import Assertion, Attribution, Letter, Mention

DECLARATION = '''
"""BIOPSY: a piece of tissue that was looked at."""
from epistula.labels.label import Attribute, Label
from epistula.model import Assertion
{import_finder}

LABEL = Label(
    name="BIOPSY",
    description="A biopsy.",
    find=find,
    attributes=(Attribute("site", ("skin", "kidney")), Attribute("n", count=True), Attribute("remark")),
    assertions=(Assertion.PRESENT, Assertion.NEGATED),
    after=("DRUG",),
    colour="#123456",
)
'''
FINDER = '''
"""Finding biopsies."""
import re
from epistula.labels.label import Match

SITES = {"skin": "skin", "kidney": "kidney", "renal": "kidney"}


def find(reading, found):
    for match in re.finditer(r"(skin|kidney|renal) biops(?:y|ies)", reading.text):
        yield Match(match.start(), match.end(), "biopsy.site", attributes={"site": SITES[match[1]]})
'''
TEXT = "Two patients took rituximab. A skin biopsy was performed. No renal biopsy was performed."


@pytest.fixture
def new_label(request, tmp_path, monkeypatch):
    """Write the label's package and make it known, as a folder beside ours or by another package's entry point."""
    name = "biopsy"
    (tmp_path / name).mkdir()
    (tmp_path / name / "finder.py").write_text(FINDER)
    if request.param == "folder":
        module = f"epistula.labels.{name}"
        monkeypatch.setattr(labels, "__path__", [*labels.__path__, str(tmp_path)])
    else:
        module = name
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(labels, "entry_points", lambda group: [point(module)] if group == "epistula_labels" else [])
    declaration = DECLARATION.format(import_finder=f"from {module}.finder import find")
    (tmp_path / name / "__init__.py").write_text(declaration)
    importlib.invalidate_caches()
    all_labels.cache_clear()
    yield
    for key in [key for key in sys.modules if key == module or key.startswith(f"{module}.")]:
        del sys.modules[key]
    vars(labels).pop(name, None)
    all_labels.cache_clear()


def point(module):
    return SimpleNamespace(load=lambda: importlib.import_module(module).LABEL)


@pytest.fixture
def annotation(new_label):
    return next(epistula.annotate(epistula.load(), [Letter("a", TEXT, ())]))


both_ways = pytest.mark.parametrize("new_label", ["folder", "entry point"], indirect=True)


def mention(**attributes):
    return Mention("m", 0, 4, "BIOPSY", "skin", attributes=attributes)


def test_without_the_folder_nothing_knows_the_label():
    assert "BIOPSY" not in all_labels()
    assert "BIOPSY" not in str(json_schema())
    assert "biopsy" not in epistula.load().pipe_names


@both_ways
def test_the_pipeline_finds_it(annotation):
    found = [m for m in annotation.spans if m.label == "BIOPSY"]
    assert [(m.text, m.attributes) for m in found] == [
        ("skin biopsy", {"site": "skin"}),
        ("renal biopsy", {"site": "kidney"}),
    ]
    assert [m.assertion for m in found] == [Assertion.PRESENT, Assertion.NEGATED]
    assert {type(m.attribution) for m in found} == {Attribution}
    assert found[0].by.component == "biopsy"
    assert found[0].by.rule == "biopsy.site"
    assert "rituximab" in [m.text for m in annotation.spans if m.label == "DRUG"]


@both_ways
def test_it_comes_after_what_it_looks_at(new_label):
    names = epistula.load().pipe_names
    assert names.index("biopsy") > names.index("drug")


@both_ways
@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (mention(), None),
        (mention(site="skin", n=0, remark="deep"), None),
        (mention(site="lung"), "site cannot be 'lung'"),
        (mention(n="two"), "n cannot be 'two'"),
        (mention(system="skin"), "BIOPSY has no attribute 'system'"),
        (
            Mention("m", 0, 4, "BIOPSY", "skin", assertion=Assertion.POSSIBLE),
            "BIOPSY has no assertion possible",
        ),
        (Mention("m", 0, 4, "BIOPSIES", "skin"), "no label 'BIOPSIES' is declared"),
    ],
)
def test_its_mentions_are_checked(new_label, found, problem):
    assert problem_with(found) == problem


@both_ways
def test_the_schema_has_it(new_label):
    schema = json_schema()["$defs"]["Mention"]
    assert "BIOPSY" in schema["properties"]["label"]["enum"]
    (branch,) = [b for b in schema["allOf"] if b["if"]["properties"]["label"] == {"const": "BIOPSY"}]
    assert branch["then"]["properties"] == {
        "site": {"enum": ["skin", "kidney"]},
        "n": {"type": "integer", "minimum": 0},
        "remark": {"type": "string"},
        "assertion": {"enum": ["present", "negated", None]},
    }


@both_ways
def test_its_scores_have_rows(annotation):
    report = to_json(score([annotation], [annotation]))
    assert report["schemes"]["strict"]["BIOPSY"]["tp"] == 2
    assert report["attributes"]["BIOPSY"]["site"] == {"accuracy": 1.0, "right": 2, "total": 2}


@both_ways
def test_it_is_shown_in_its_colour(annotation, tmp_path, monkeypatch, capsys):
    from epistula.cli import main

    write_annotations(tmp_path / "a.jsonl", [annotation])
    monkeypatch.setattr(sys, "argv", ["epistula", "show", str(tmp_path / "a.jsonl"), "a"])
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    background = f"48;2;{0x12};{0x34};{0x56}m"
    page = capsys.readouterr().out
    assert f"{background}skin biopsy\x1b[0m" in page
    assert f"{background} BIOPSY \x1b[0m" in page
    assert "background: #123456" in to_html(annotation)


# ── what is refused ───────────────────────────────────────────────────────────────────────────────

EMPTY_FINDER = "find = lambda reading, found: ()"


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Return a function that writes label folders and makes them known."""
    made = []

    def write(**declarations):
        for name, code in declarations.items():
            made.append(name)
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text(f"from epistula.labels.label import Label\n{code}")
        monkeypatch.setattr(labels, "__path__", [*labels.__path__, str(tmp_path)])
        importlib.invalidate_caches()
        all_labels.cache_clear()

    yield write
    for name in made:
        sys.modules.pop(f"epistula.labels.{name}", None)
        vars(labels).pop(name, None)
    all_labels.cache_clear()


def declared(name, after=()):
    return f"LABEL = Label({name!r}, 'x', lambda reading, found: (), after={after!r})"


@pytest.mark.parametrize(
    ("declarations", "problem"),
    [
        ({"drug_again": declared("DRUG")}, "two folders declare the label DRUG. Rename one"),
        ({"biopsy": "X = 1"}, r"epistula\.labels\.biopsy declares no LABEL. Add one or remove the folder"),
        ({"biopsy": "LABEL = 'BIOPSY'"}, "declares no LABEL"),
        ({"biopsy": declared("BIOPSY", ("BIOPSY",))}, "labels wait for each other: BIOPSY → BIOPSY"),
        (
            {"biopsy": declared("BIOPSY", ("SCAN",)), "scan": declared("SCAN", ("BIOPSY",))},
            "labels wait for each other: .*SCAN",
        ),
    ],
)
def test_a_wrong_folder_is_refused(packages, declarations, problem):
    packages(**declarations)
    with pytest.raises(DeclarationError, match=problem):
        all_labels()


def test_a_label_may_come_after_one_that_is_not_there(packages):
    packages(biopsy=declared("BIOPSY", ("SCAN",)))
    assert "BIOPSY" in all_labels()
    assert "SCAN" not in all_labels()
