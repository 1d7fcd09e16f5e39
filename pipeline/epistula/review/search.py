"""Full-text search over all letters. What is looked for is data: words, quoted, never syntax."""

import re
import unicodedata

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)

from epistula.review.database import Database
from epistula.review.tables import letters, predictions, texts
from epistula.review.views import Hit
from epistula.text.words import ACCENTS, GREEK

WORD = re.compile(r"[^\W_]+")
ACCENT = re.compile(ACCENTS)
NAMES = str.maketrans(GREEK)
AROUND = 60
"""Characters of an excerpt on each side."""
LONGEST = 200_000
"""Characters of a letter that PostgreSQL indexes: its vectors end at 1 MB."""
MOST_WORDS = 20
SQLITE = table("search", column("rowid", Integer), column("words", String), column("rank"))


def folded(words: str) -> str:
    """Return text as it is searched: letters and digits alone, no case, no accents, Greek letters by name."""
    plain = ACCENT.sub("", unicodedata.normalize("NFKD", words).casefold())
    return " ".join(WORD.findall(plain.translate(NAMES)))


def index(database: Database, connection: Connection, no: int, letter: str) -> None:
    """Make the text of a letter one that is found."""
    words = folded(letter)
    old = connection.execute(select(texts.c.words).where(texts.c.no == no)).scalar()
    if database.name != "sqlite":
        words = words[:LONGEST]
    elif old is not None:
        query = text("INSERT INTO search (search, rowid, words) VALUES ('delete', :no, :words)")
        connection.execute(query, {"no": no, "words": old})
    if old is None:
        connection.execute(insert(texts).values(no=no, words=words))
    else:
        connection.execute(update(texts).where(texts.c.no == no).values(words=words))
    if database.name == "sqlite":
        connection.execute(text("INSERT INTO search (rowid, words) VALUES (:no, :words)"), {"no": no, "words": words})


def matching(database: Database, words: str) -> Select[tuple[int, float]] | None:
    """Return the query of the letters (`no`, `rank`, the best least) with all the words; None for no words.

    Words that are written together, as "anti-MDA5", must stand together.
    """
    found = [piece for piece in map(folded, words.split()[:MOST_WORDS]) if piece]
    if not found:
        return None
    if database.name == "sqlite":
        match = " ".join(f'"{piece}"' for piece in found)
        query = select(SQLITE.c.rowid.label("no"), SQLITE.c.rank.label("rank"))
        return query.where(literal_column("search").op("MATCH")(bindparam("words", match, unique=True)))
    vector: ColumnElement[object] = literal_column("texts.vector")
    asked: ColumnElement[object] = func.phraseto_tsquery(literal_column("'simple'::regconfig"), found[0])
    for piece in found[1:]:
        asked = asked.op("&&")(func.phraseto_tsquery(literal_column("'simple'::regconfig"), piece))
    return select(texts.c.no.label("no"), (-func.ts_rank(vector, asked)).label("rank")).where(vector.op("@@")(asked))


def search(database: Database, words: str, limit: int) -> list[Hit]:
    """Return the letters with all the words, the best first."""
    found = matching(database, words)
    if found is None:
        return []
    hits = found.subquery()
    query = select(letters.c.id, letters.c.title, predictions.c.record).join(hits, hits.c.no == letters.c.no)
    held = and_(predictions.c.no == letters.c.no, predictions.c.revision == letters.c.revision)
    query = query.join(predictions, held).order_by(hits.c.rank, letters.c.no).limit(limit)
    first = folded(words).split()[0]
    with database.reading() as connection:
        return [_hit(r.id, r.title, from_json(r.record)["text"], first) for r in connection.execute(query)]


def _hit(letter_id: str, title: str, letter: str, word: str) -> Hit:
    found = re.search(rf"(?<![^\W_]){re.escape(word)}", letter, re.IGNORECASE) or re.search(r"\S*", letter)
    start, end = found.span() if found else (0, 0)
    first = max(0, start - AROUND)
    excerpt = letter[first : end + AROUND]
    return Hit(letter_id, title, excerpt, start - first, end - first)
