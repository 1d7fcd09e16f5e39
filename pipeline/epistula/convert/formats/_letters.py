"""What the readers have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic.dataclasses import dataclass

from epistula.errors import InputError
from epistula.model import Annotation, Mention, mention_id, text_sha256

SHIFTED = 0.5
"""Above which share of mentions with other words than the file says its offsets count something else."""


@dataclass(frozen=True)
class Found:
    """A span as a file states it; `words` are those that the file says stand there, None when it does not say."""

    label: str
    start: int
    end: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    words: str | None = None


def letter(identifier: str, text: str, spans: Iterable[Found]) -> Annotation:
    """Return a letter with its mentions in text order, each once.

    Raises:
        ValueError: a span lies outside the text, or most of the spans hold other words than the file says.
    """
    digest, found = text_sha256(text), list(spans)
    mentions: dict[str, Mention] = {}
    for span in found:
        place = f"{identifier}: {span.label} from {span.start} to {span.end}"
        if not 0 <= span.start < span.end <= len(text):
            raise ValueError(f"{place} lies outside the text of {len(text)} characters")
        name = mention_id(digest, span.label, span.start, span.end)
        mention = Mention(
            id=name, start=span.start, end=span.end, label=span.label, text=text[span.start : span.end],
            attributes=dict(span.attributes),
        )  # fmt: skip
        mentions.setdefault(name, mention)
    told = [(span, folded(text[span.start : span.end])) for span in found if span.words is not None]
    other = [(span, here) for span, here in told if here != folded(span.words or "")]
    if len(other) > SHIFTED * len(told):
        span, here = other[0]
        problem = f"{span.words!r} is to stand at {span.start}, but the text there is {here!r}"
        raise ValueError(f"{identifier}: {problem}; its offsets count something else than characters")
    return Annotation(id=identifier, text=text, spans=tuple(in_order(mentions.values())))


def in_order(mentions: Iterable[Mention]) -> list[Mention]:
    """Return mentions as they stand in the text."""
    return sorted(mentions, key=lambda m: (m.start, -m.end, m.label))


def folded(words: str) -> str:
    """Return words with one space between them."""
    return " ".join(words.split())


def text_of(path: str, data: Any) -> str:
    """Return a string of a file of JSON.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(data, str):
        raise ValueError(f"{path} is {type(data).__name__}, not text")
    return data


def library(name: str) -> ModuleType:
    """Import a module of the extra `benchmark`.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        missing = name.partition(".")[0]
        raise InputError(f"{missing} is not installed. Install it with: pip install 'epistula[benchmark]'") from error
