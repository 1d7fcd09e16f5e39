"""How right linking is, and what it costs.

    python bench/linking.py [VOCABULARY.jsonl]

Right: names held back from the lexicons (every concept keeps one), and names written wrongly by rule, are linked;
printed for each threshold are how many get a concept (coverage), how many of these the right one (precision), and
how often the first candidate is right whatever its likeness (accuracy at 1). Names that must not be linked at all
give wrong links only: those of concepts that were left out (unknown), and those of another label (strangers).

Cost: seconds to build and to load, and memory, for 1,000, 10,000 and 100,000 names, which are those of our lexicons
and then of the VOCABULARY, compiled by `epistula vocabulary build`; what is missing to 100,000 is made of two names
each.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from epistula.labels import all_labels
from epistula.labels.concepts import Entry
from epistula.linking.index import Linker
from epistula.text.lexicon import is_short_form

LABELS = ("DRUG", "AUTOANTIBODY", "ORGAN", "DIAGNOSIS")
THRESHOLDS = (0.7, 0.8, 0.84, 0.86, 0.88, 0.9, 0.94)
HELD_BACK = 300
WRONG = 200
SIZES = (1_000, 10_000, 100_000)
SEED = 20


def long_names(entry: Entry) -> list[str]:
    """Return the names of a concept that likeness can tell: no short forms."""
    return [name for name in entry.names if not is_short_form(name) and len(name) >= 5]


def hold_back(entries: list[Entry], count: int, chance: random.Random) -> tuple[list[Entry], list[tuple[str, str]]]:
    """Return the concepts without some of their names, and these names with the id of their concept."""
    choices = [(name, entry.id) for entry in entries if len(long_names(entry)) > 1 for name in long_names(entry)[1:]]
    held = chance.sample(choices, min(count, len(choices)))
    out = set(held)
    kept = [replace(e, aliases=tuple(a for a in e.aliases if (a, e.id) not in out)) for e in entries]
    return [replace(e, ambiguous=frozenset(a for a in e.ambiguous if (a, e.id) not in out)) for e in kept], held


def drop_letter(name: str, chance: random.Random) -> str:
    """Leave one letter out, not the first."""
    at = chance.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def swap_letters(name: str, chance: random.Random) -> str:
    """Swap two neighbours."""
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def double_letter(name: str, chance: random.Random) -> str:
    """Write a letter twice."""
    at = chance.randrange(1, len(name))
    return name[:at] + name[at] + name[at:]


def other_vowel(name: str, chance: random.Random) -> str:
    """Write another vowel for one."""
    places = [at for at, letter in enumerate(name) if letter in "aeiou" and at]
    at = chance.choice(places) if places else 1
    return name[:at] + chance.choice("aeiou".replace(name[at], "")) + name[at + 1 :]


RULES: tuple[Callable[[str, random.Random], str], ...] = (drop_letter, swap_letters, double_letter, other_vowel)


def miswrite(entries: list[Entry], count: int, chance: random.Random) -> list[tuple[str, str]]:
    """Return names written wrongly, a rule after the other, with the id of their concept."""
    names = [(name, entry.id) for entry in entries for name in long_names(entry) if len(name) >= 7]
    chosen = chance.sample(names, min(count, len(names)))
    return [(RULES[n % len(RULES)](name, chance), i) for n, (name, i) in enumerate(chosen)]


def judge(title: str, linker: Linker, wanted: list[tuple[str, str | None]]) -> None:
    """Print accuracy at 1, and coverage and precision at each threshold."""
    found = linker.candidates([name for name, _ in wanted])
    first = sum(bool(c) and c[0].id == i for c, (_, i) in zip(found, wanted, strict=True))
    print(f"  {title}: {len(wanted)} names, accuracy at 1 {first / len(wanted):.3f}")
    for threshold in THRESHOLDS:
        given = [(c[0].id, i) for c, (_, i) in zip(found, wanted, strict=True) if c and c[0].score >= threshold]
        right = sum(a == b for a, b in given)
        share = f"precision {right / len(given):.3f}" if given else "precision –"
        print(f"    at {threshold:.2f}: coverage {len(given) / len(wanted):.3f}, {share}, {len(given) - right} wrong")


def accuracy() -> None:
    """Print how right linking is, label by label."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as cache:
        for label in LABELS:
            entries = list(all_labels()[label].entries())
            kept, held = hold_back(entries, HELD_BACK, chance)
            print(f"{label}: {len(entries)} concepts")
            judge("held back", Linker(kept, Path(cache)), held)
            linker = Linker(entries, Path(cache))
            judge("written wrongly", linker, miswrite(entries, WRONG, chance))
            out = set(
                chance.sample([entry.id for entry in entries if long_names(entry)], min(WRONG, len(entries) // 4))
            )
            rest = Linker([entry for entry in entries if entry.id not in out], Path(cache))
            judge("unknown", rest, [(long_names(entry)[0], None) for entry in entries if entry.id in out])
            strangers = [
                n for other in LABELS if other != label for e in all_labels()[other].entries() for n in long_names(e)
            ]
            judge("strangers", linker, [(name, None) for name in chance.sample(strangers, WRONG)])


def many_names(count: int, vocabulary: Path | None) -> Iterator[Entry]:
    """Yield concepts of so many names in all."""
    names = [name for label in LABELS for entry in all_labels()[label].entries() for name in entry.names]
    if vocabulary:
        rows = map(json.loads, vocabulary.read_text(encoding="utf-8").splitlines())
        names += [name for row in rows for name in (row["name"], *row["aliases"])]
    chance = random.Random(SEED)
    names = list(dict.fromkeys(names))
    while len(names) < count:
        names.append(f"{chance.choice(names)} {chance.choice(names)}")
    yield from (Entry(str(n), name, (), "bench") for n, name in enumerate(names[:count]))


def cost(count: int, vocabulary: str) -> None:
    """Print the cost of one size, as JSON; run in a process of its own."""
    entries = list(many_names(count, Path(vocabulary) if vocabulary else None))
    import sklearn.feature_extraction.text  # what is imported once is not counted

    assert sklearn
    with tempfile.TemporaryDirectory() as cache:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        Linker(entries, Path(cache))
        built = time.perf_counter()
        linker = Linker(entries, Path(cache))
        loaded = time.perf_counter()
        linker.candidates([f"{entry.name}x" for entry in entries[:: max(1, count // 100)]][:100])
        asked = time.perf_counter()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([built - started, loaded - built, asked - loaded, (after - before) / 1024, after / 1024]))


def costs(vocabulary: str) -> None:
    """Print the cost of each size."""
    for count in SIZES:
        command = [sys.executable, __file__, "--cost", str(count), vocabulary]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        build, load, ask, more, peak = json.loads(out.splitlines()[-1])
        print(f"{count:7,} names: built {build:.2f} s, loaded {load:.2f} s, 100 mentions {1000 * ask:.0f} ms, ", end="")
        print(f"memory {more:.0f} MiB more, {peak:.0f} MiB in all")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cost"]:
        cost(int(sys.argv[2]), sys.argv[3])
    else:
        accuracy()
        costs(sys.argv[1] if len(sys.argv) > 1 else "")
