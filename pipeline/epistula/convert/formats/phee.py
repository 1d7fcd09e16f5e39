"""The structured JSON of PHEE (Sun et al., PHEE: a dataset for pharmacovigilance event extraction, 2022).

A sentence a line, with events; an argument is a mention under its name, such as Effect, one within another under
both names, such as Treatment.Drug.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from epistula.convert.formats._letters import Found, letter, text_of
from epistula.jsonl import parse_row, read_lines
from epistula.model import Annotation


def read(path: Path) -> Iterator[Annotation]:
    """Yield the sentences of a file.

    An argument in several pieces goes from the first to the last of them.

    Raises:
        RecordError: a line is no JSON. ValueError, KeyError, TypeError: it is not structured so.
    """
    for number, line in read_lines(path):
        row = parse_row(path, number, line)
        name = text_of(f"line {number}: id", row.get("id"))
        events = [event for annotation in row["annotations"] for event in annotation["events"]]
        found = [span for event in events for span in _arguments(event, "")]
        yield letter(name, text_of(f"{name}: context", row.get("context")), found)


def _arguments(event: dict[str, Any], above: str) -> Iterator[Found]:
    for name, content in event.items():
        if isinstance(content, list) and name == "Combination":
            for inner in content:
                yield from _arguments(inner, above)
        elif isinstance(content, dict):
            label = f"{above}.{name}" if above else name
            for starts, words in zip(content.get("start", ()), content.get("text", ()), strict=True):
                yield _span(label, starts, words)
            yield from _arguments(content, label)


def _span(label: str, starts: list[int], words: list[str]) -> Found:
    end = max(start + len(part) for start, part in zip(starts, words, strict=True))
    return Found(label, min(starts), end, words=words[0] if len(words) == 1 else None)
