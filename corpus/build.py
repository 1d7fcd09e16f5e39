"""Make the corpus: sources/*.md → letters/*.pdf, ../annotations/gold/letters.jsonl and manifest.jsonl.

    python corpus/build.py [--check] [ID …]

Ids say which letters to typeset, all when there are none. With `--check` nothing is written, and the
exit status is 1 when a letter, the gold or the manifest is not what the sources give.
"""

import argparse
import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from epistula.convert.gold import annotation
from epistula.convert.source import TaggedSource, read_source
from epistula.errors import DeclarationError, EpistulaError, InputError
from epistula.jsonl import read_annotations, write_annotations
from epistula.model import Annotation, text_sha256
from typeset import template_sha256, typeset

LICENCE = "MIT"

Row = Mapping[str, Any]
"""A line of the manifest; `id` is the letter's."""

Letters = dict[str, tuple[TaggedSource, Annotation]]
"""Every source with its gold, by id, ascending."""


@dataclass(frozen=True)
class Corpus:
    """Where things are: folders of sources and of PDFs, the files of the manifest and of the gold."""

    sources: Path
    letters: Path
    manifest: Path
    gold: Path


def corpus_of(project: Path) -> Corpus:
    """Return where the corpus of a project is."""
    here = project / "corpus"
    gold = project / "annotations" / "gold" / "letters.jsonl"
    return Corpus(here / "sources", here / "letters", here / "manifest.jsonl", gold)


def main(arguments: Sequence[str] | None = None, project: Path = Path(__file__).parents[1]) -> int:
    """Build or check the corpus of a project; return the exit status."""
    parser = argparse.ArgumentParser(description="Make letters, gold and manifest from the sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is stale")
    parser.add_argument("ids", nargs="*", metavar="ID", help="letters to typeset (default: all)")
    options = parser.parse_args(arguments)
    corpus = corpus_of(project)
    try:
        if not options.check:
            build(corpus, options.ids)
        problems = check(corpus)
    except EpistulaError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def build(corpus: Corpus, ids: Collection[str] = ()) -> None:
    """Typeset the letters of `ids`, or all; write the gold of all and the manifest.

    Raises:
        DeclarationError: a source is wrong; nothing is written then.
        InputError: an id has no source.
    """
    letters = read(corpus)
    if unknown := set(ids) - letters.keys():
        raise InputError(f"no source for {', '.join(sorted(unknown))}. Choose from {', '.join(letters)}.")
    made = {id_: typeset(letters[id_][0]) for id_ in ids or letters}
    rows = {id_: row for id_, row in _rows(corpus.manifest).items() if id_ in letters}
    for id_, letter in made.items():
        path = corpus.letters / f"{id_}.pdf"
        _write(path, letter.pdf)
        rows[id_] = {**_made_from(letters[id_][0], corpus), "sha256": _hash(path), "pages": letter.pages}
        print(f"{path.name}: {letter.pages} pages")
    corpus.gold.parent.mkdir(parents=True, exist_ok=True)
    write_annotations(corpus.gold, (gold for _, gold in letters.values()))
    _write(corpus.manifest, b"".join(_line(rows[id_]) for id_ in sorted(rows)))


def check(corpus: Corpus) -> list[str]:
    """Return what is not as the sources give it, one message each.

    A PDF is compared by the hashes of what it was made from: its own bytes depend on the machine's
    fonts as well.

    Raises:
        DeclarationError: a source is wrong.
        InputError: the gold cannot be read.
    """
    letters = read(corpus)
    stale = {*_stale_gold(letters, corpus), *_stale_pdfs(letters, corpus)}
    surplus = {path.name for path in corpus.letters.glob("*.pdf") if path.stem not in letters}
    return [
        *(f"{place} not what the sources give. Run python corpus/build.py." for place in sorted(stale)),
        *(f"{name} has no source. Remove it." for name in sorted(surplus)),
    ]


def read(corpus: Corpus) -> Letters:
    """Read every source.

    Raises:
        DeclarationError: sources are wrong; the message has a line for each of them.
    """
    letters: Letters = {}
    problems: list[str] = []
    for path in sorted(corpus.sources.glob("*.md"), key=lambda path: path.stem):
        try:
            source = read_source(path)
            letters[path.stem] = source, annotation(source)
        except DeclarationError as error:
            problems.append(str(error))
    if problems:
        raise DeclarationError("\n".join(problems))
    return letters


def _stale_gold(letters: Letters, corpus: Corpus) -> Iterator[str]:
    wanted = {id_: gold for id_, (_, gold) in letters.items()}
    found = {gold.id: gold for gold in read_annotations(corpus.gold)} if corpus.gold.exists() else {}
    for id_ in wanted.keys() | found:
        if wanted.get(id_) != found.get(id_):
            yield f"{corpus.gold.name}, {id_}:"


def _stale_pdfs(letters: Letters, corpus: Corpus) -> Iterator[str]:
    rows = _rows(corpus.manifest)
    for id_ in rows.keys() - letters:
        yield f"{corpus.manifest.name}, {id_}:"
    for id_, (source, _) in letters.items():
        path, row = corpus.letters / f"{id_}.pdf", rows.get(id_, {})
        as_made = _made_from(source, corpus).items() <= row.items()
        if not as_made or not path.exists() or _hash(path) != row.get("sha256"):
            yield f"{path.name}:"


def _made_from(source: TaggedSource, corpus: Corpus) -> Row:
    head = source.head
    return {
        "id": head.id,
        "file": f"letters/{head.id}.pdf",
        "kind": head.kind,
        "layout": head.layout,
        "licence": LICENCE,
        "source": f"sources/{source.name}",
        "source_sha256": text_sha256((corpus.sources / source.name).read_text("utf-8")),
        "template_sha256": template_sha256(),
    }


def _rows(manifest: Path) -> dict[str, Row]:
    if not manifest.exists():
        return {}
    with manifest.open(encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def _line(row: Row) -> bytes:
    return f"{json.dumps(row, ensure_ascii=False)}\n".encode()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
