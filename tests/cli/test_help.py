"""`--help` and `--version`: what they say, and that they wait for nothing heavy."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import epistula
from epistula.cli import main

COMMANDS = ["annotate", "evaluate", "review", "review-user", "schema", "show", "text", "watch"]
HEAVY = ["spacy", "epistula.model", "numpy", "scipy", "pypdfium2", "pdfplumber", "jsonlines", "rapidfuzz", "PIL"]
PROBE = """
import sys
from epistula.cli import main
try:
    main()
finally:
    print("\\nloaded:", *sorted(set(sys.modules) & set({heavy!r})))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([c, "--help"] for c in COMMANDS), ["anotate"]])
def test_help_imports_nothing_heavy(arguments):
    # typer itself imports pydantic for the help of a command, from 0.29 on
    heavy = [*HEAVY, "pydantic"] if arguments in (["--help"], ["--version"]) else HEAVY
    command = [sys.executable, "-c", PROBE.format(heavy=heavy), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert ended.stdout.splitlines()[-1] == "loaded:"
    assert ended.returncode == (2 if arguments == ["anotate"] else 0)


def test_help_names_every_command(run):
    ended = run("--help")
    assert ended.code == 0
    assert all(command in ended.out.split() for command in COMMANDS)


def test_without_a_command_help_is_shown(run):
    ended = run()
    assert ended.code == 2
    assert "Usage: " in ended.err
    assert all(command in ended.err.split() for command in COMMANDS)


def test_the_version(run):
    assert run("--version") == (0, f"epistula {epistula.__version__}\n", "")


def test_the_program_is_installed_by_its_name():
    (script,) = entry_points(group="console_scripts", name="epistula")
    assert script.load() is main
