"""Finding the names of a lexicon in a text, at a cost that does not depend on its size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from epistula.text.words import GREEK, Words, key

T = TypeVar("T")


@dataclass(frozen=True)
class Hit(Generic[T]):
    """An occurrence of a name: offsets, the name as the lexicon has it, and what it stands for."""

    start: int
    end: int
    name: str
    value: T


class Lexicon(Generic[T]):
    """Names and what they stand for, looked up by hash, word by word.

    Names match whatever their case, plural, accents, hyphens and spelling (see `text.words`).
    Short names in capitals ("DM", "IVIg") match only in their own case, because in any other they
    are another word.
    """

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._names: dict[tuple[str, ...], list[tuple[str, T]]] = {}
        self._longest: dict[str, int] = {}
        for name, value in entries:
            words = key(name)
            if words:
                self._names.setdefault(words, []).append((name, value))
                self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def __len__(self) -> int:
        return len(self._names)

    def find(self, words: Words, *, after_anti: bool = False) -> Iterator[Hit[T]]:
        """Yield the longest name that starts at each word, overlapping ones included.

        With `after_anti` a name may be glued to the prefix "anti".
        """
        for first, form in enumerate(words.forms):
            longest = self._longest.get(form)
            if longest and (words.opens(first) or (after_anti and words.follows_anti(first))):
                hit = self._longest_at(words, first, longest)
                if hit:
                    yield hit

    def _longest_at(self, words: Words, first: int, longest: int) -> Hit[T] | None:
        reach = first + 1
        while reach < min(first + longest, len(words)) and words.joined(reach - 1):
            reach += 1
        for last in range(reach - 1, first - 1, -1):
            candidates = self._names.get(tuple(words.forms[first : last + 1]))
            if candidates and words.closes(last):
                start, end = words.starts[first], words.ends[last]
                for name, value in candidates:
                    if not is_short_form(name) or same_case(name, words.text[start:end]):
                        return Hit(start, end, name, value)
        return None

    def get(self, name: str) -> T | None:
        """Return what a name stands for, or None."""
        candidates = self._names.get(key(name), [])
        return next(
            (value for known, value in candidates if not is_short_form(known) or same_case(known, name)),
            None,
        )


def is_short_form(name: str) -> bool:
    """Say whether a name is written in capitals, like "DM", "IVIg" or "anti-TNF" is not."""
    letters = [c for c in name if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    return " " not in name and len(letters) <= 7 and capitals >= 2 and capitals * 2 > len(letters)


def same_case(name: str, text: str) -> bool:
    """Say whether two short forms agree letter by letter, hyphens and a plural s aside."""
    bare, found = _bare(name), _bare(text)
    return found in (bare, bare + "s")


def _bare(short_form: str) -> str:
    """Return its letters and digits, Greek ones by name: "IFN-α" and "IFN alpha" are the same."""
    return "".join(GREEK.get(c, c) for c in short_form if c.isalnum())
