"""What can go wrong, as a small tree.

EpistulaError
├── InputError            what the user gave cannot be used
│   ├── RecordError       a line of a JSONL file is not a valid record
│   └── ReadError         a letter cannot be read (becomes a Failure, the run goes on)
└── DeclarationError      a label folder, lexicon or rule file of ours or of a plug-in is wrong

Every message names the place, the problem and the way out.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epistula.model import FailureCategory


class EpistulaError(Exception):
    """Base of all errors that epistula raises on purpose."""


class InputError(EpistulaError):
    """A path, option or file given by the user cannot be used."""


class RecordError(InputError):
    """A line of a JSONL file is not a valid record.

    Args:
        path: the file.
        line: 1-based line number.
        problem: what is wrong with it.
        way_out: what the user can do.
    """

    def __init__(self, path: Path | str, line: int, problem: str, way_out: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}. {way_out}")
        self.path, self.line, self.problem, self.way_out = path, line, problem, way_out


class ReadError(InputError):
    """A letter cannot be read; `category` is the one its Failure record gets."""

    def __init__(self, category: "FailureCategory", reason: str) -> None:
        super().__init__(reason)
        self.category, self.reason = category, reason


class DeclarationError(EpistulaError):
    """A label folder, concepts file or rule file does not follow its format."""
