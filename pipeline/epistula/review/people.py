"""Reviewers with passwords, and what tells them again: argon2id hashes, and tokens of which only a hash is kept."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, delete, insert, select

from epistula.review.rows import keepable
from epistula.review.tables import sessions, users

TOKEN_BYTES = 32
HASHER = PasswordHasher()
"""With the parameters of RFC 9106 for little memory, as argon2-cffi sets them."""


def hashed(password: str) -> str:
    """Return the argon2id hash of a password, with parameters and salt in it."""
    return HASHER.hash(password)


def verified(hash_: str | None, password: str) -> bool:
    """Say whether a password is the one of a hash; it takes as long to say of no hash, so that names do not show."""
    try:
        return HASHER.verify(hash_ or _nobodys(), password) and hash_ is not None
    except (Argon2Error, InvalidHashError, UnicodeEncodeError):
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hashed(secrets.token_hex(16))


def add_user(connection: Connection, name: str, password_hash: str, when: datetime) -> None:
    """Add a reviewer, or give one another password; sessions of that name end."""
    connection.execute(delete(users).where(users.c.name == name))
    connection.execute(insert(users).values(name=name, password=password_hash, since=when.isoformat()))
    connection.execute(delete(sessions).where(sessions.c.name == name))


def password_hash(connection: Connection, name: str) -> str | None:
    """Return the hash of a reviewer's password, None for nobody."""
    if not keepable(name):
        return None
    return connection.execute(select(users.c.password).where(users.c.name == name)).scalar()


def new_session(connection: Connection, name: str, seconds: float, when: datetime) -> str:
    """Return a token that stands for a reviewer for so long; sessions that are over are cleared."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    until = (when + timedelta(seconds=seconds)).isoformat()
    connection.execute(delete(sessions).where(sessions.c.until <= when.isoformat()))
    connection.execute(insert(sessions).values(token=_digest(token), name=name, until=until))
    return token


def who(connection: Connection, token: str, when: datetime) -> str | None:
    """Return whose token it is, None when it is nobody's or its time is over."""
    row = connection.execute(select(sessions).where(sessions.c.token == _digest(token))).one_or_none()
    return row.name if row and datetime.fromisoformat(row.until) > when else None


def end_session(connection: Connection, token: str) -> None:
    """Make a token worthless."""
    connection.execute(delete(sessions).where(sessions.c.token == _digest(token)))


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
