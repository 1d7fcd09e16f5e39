"""Reviewers, passwords, sessions."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from epistula.review.people import hashed, verified


def test_passwords_are_hashed_with_argon2id_and_salt():
    assert hashed("secret").startswith("$argon2id$")
    assert hashed("secret") != hashed("secret")
    assert verified(hashed("secret"), "secret")
    for hash_ in (hashed("other"), None, "", "nonsense"):
        assert not verified(hash_, "secret")
    assert not verified(hashed("secret"), "\ud800")


def test_reviewers_have_passwords(store):
    assert store.users() == []
    store.add_user("bob", "h1")
    store.add_user("ann", "h2")
    assert store.users() == ["ann", "bob"]
    assert store.password_hash("bob") == "h1"
    store.add_user("bob", "h3")
    assert store.password_hash("bob") == "h3"
    for name in ("carl", "bob\0", "' OR 1=1 --", "BOB"):
        assert store.password_hash(name) is None


def test_a_session_lasts_so_long_and_can_be_ended(store, clock):
    token, other = store.new_session("ann", 60), store.new_session("ann", 3600)
    assert token != other and len(token) >= 40
    assert store.who(token) == "ann"
    clock.time += timedelta(seconds=60)
    assert store.who(token) is None and store.who(other) == "ann"
    store.end_session(other)
    assert store.who(other) is None
    for wrong in ("", "x", "\0", "\ud800", other[:-1]):
        assert store.who(wrong) is None


def test_a_new_password_ends_the_sessions(store):
    token = store.new_session("ann", 60)
    store.add_user("ann", "h")
    assert store.who(token) is None


def test_the_token_itself_is_not_kept(store, url):
    token = store.new_session("ann", 60)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM sessions")).all()
    engine.dispose()
    assert len(rows) == 1 and token not in str(rows) and len(rows[0].token) == 64


@pytest.mark.parametrize("name", ["sessions", "users"])
def test_there_is_nothing_at_first(url, store, name):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT * FROM {name}")).all() == []
    engine.dispose()
