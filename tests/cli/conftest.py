"""The command line as a user meets it: what it prints and the code it ends with."""

import sys
from typing import NamedTuple

import pytest

from epistula.cli import main


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs `epistula` with arguments, in this process and without a terminal."""

    def run_once(*arguments):
        monkeypatch.setattr(sys, "argv", ["epistula", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code or 0, *capsys.readouterr())

    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return run_once
