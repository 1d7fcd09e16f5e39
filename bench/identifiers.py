"""Whether the identifiers that our concepts carry are those of what they name.

    python bench/identifiers.py FOLDER [--wrong N]

FOLDER holds open vocabularies as tables: drugbank_open.tsv, hpo_labels.tsv, uberon_terms.tsv, mondo_mesh.sssom.tsv,
and hp.obo for synonyms. For each vocabulary: how many concepts name an identifier of it, for how many of these a
name of the concept is a name of the identifier there (agrees), for how many the names there are others (differs:
often a synonym that the table does not have), and how many identifiers the table does not know.
"""

import argparse
import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

from epistula.labels import all_labels
from epistula.linking.importers import read_terms
from epistula.text.words import key

csv.field_size_limit(10_000_000)
IDENTIFIER = re.compile(r"\b(?:DB\d{5}|(?:HP|UBERON|MONDO):\d{7})\b|\bHGNC \w+")
Names = dict[str, set[tuple[str, ...]]]


def table(path: Path) -> list[list[str]]:
    """Return the rows of a table by tabs, without comments and header."""
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return [row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) > 1][1:]


def known(folder: Path) -> Names:
    """Return the names of each identifier, in normal form."""
    names: Names = defaultdict(set)
    for row in table(folder / "drugbank_open.tsv"):
        names[row[0]] |= {key(name) for cell in (row[1], *row[4:5]) for name in cell.split(" | ")}
    for file in ("hpo_labels.tsv", "uberon_terms.tsv"):
        for row in table(folder / file):
            names[row[0]].add(key(row[1]))
    for row in table(folder / "mondo_mesh.sssom.tsv"):
        names[row[0]].add(key(row[1]))
    for term in read_terms("obo", folder / "hp.obo", related=True):
        names[term.id] |= {key(name) for name in (term.name, *term.aliases)}
    return names


def main() -> None:
    """Check and print."""
    parser = argparse.ArgumentParser(description="Check the identifiers of our concepts against open vocabularies.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", type=int, default=0)
    options = parser.parse_args()
    names, counts, differing = known(options.folder), Counter[tuple[str, str]](), []
    for label in ("DRUG", "AUTOANTIBODY", "ORGAN", "DIAGNOSIS"):
        for entry in all_labels()[label].entries():
            found = IDENTIFIER.findall(entry.source)
            if not found:
                counts[label, "no identifier"] += 1
            for identifier in found:
                kind = re.match(r"DB|[A-Z]+", identifier)[0]  # type: ignore[index]
                ours = {key(name) for name in entry.names}
                if identifier not in names:
                    counts[f"{label} {kind}", "not in the table"] += 1
                elif ours & names[identifier]:
                    counts[f"{label} {kind}", "agrees"] += 1
                else:
                    counts[f"{label} {kind}", "differs"] += 1
                    theirs = " | ".join(sorted(" ".join(name) for name in names[identifier]))[:80]
                    differing.append(f"{identifier} {entry.name!r}: there {theirs!r}")
    for (what, verdict), count in sorted(counts.items()):
        print(f"{what:18} {verdict:18} {count:5}")
    print("\n".join(differing[: options.wrong]))


if __name__ == "__main__":
    main()
