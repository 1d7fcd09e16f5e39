"""Reviews for tests: the application before a store, browsers that are let in, a server for real."""

import threading
from contextlib import contextmanager
from itertools import count
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from epistula.jsonl import ANNOTATION, completed
from epistula.model import mention_id, text_sha256
from epistula.review.answers import letter_url
from epistula.review.app import close, create_app
from epistula.review.auth import csrf_of
from epistula.review.options import Options
from epistula.review.serve import listen, serve
from epistula.review.store import Store

HOST = "127.0.0.1:8765"
ORIGIN = f"http://{HOST}"
TOKENS = count()
TEXT = "Two patients with anti-MDA5 antibodies improved under tofacitinib."


def letter_row(name, text=TEXT, words=("tofacitinib",), **more):
    """Return a bare row whose `words` are drugs."""
    places = [(text.index(word), text.index(word) + len(word)) for word in words]
    spans = [{"start": a, "end": b, "label": "DRUG", "assertion": "present"} for a, b in places]
    return {"id": name, "text": text, "spans": spans, **more}


def annotation_of(row):
    """Return a bare row as an annotation; its `source` is kept."""
    return ANNOTATION.validate_python({**completed(row), "source": row.get("source", {})})


def mention(text, start, end, label="DRUG"):
    """Return the id of a mention."""
    return mention_id(text_sha256(text), label, start, end)


def unquoted_once(app):
    """Return the application with paths as servers give them; Starlette's test client unquotes them twice."""

    async def call(scope, receive, send):
        if scope["type"] == "http":
            scope = {**scope, "path": unquote(scope["raw_path"].decode("ascii"))}
        await app(scope, receive, send)

    return call


class Reviewer(TestClient):
    """A browser, with what the scripts of our pages would send."""

    def __init__(self, app, host=HOST, scheme="http"):
        url, headers = f"{scheme}://{host}", {"accept": "*/*"}
        super().__init__(unquoted_once(app), base_url=url, follow_redirects=False, headers=headers)
        self.origin, self.state_of_app = url, app.state

    @property
    def csrf(self):
        """The token of this session."""
        return csrf_of(next(iter(self.cookies.values())))

    def post_json(self, path, **sent):
        """Post as a script of ours does."""
        headers = {"Origin": self.origin, "X-CSRF": self.csrf, "Content-Type": "application/json"}
        return self.post(path, headers=headers, **sent)

    def decide(self, letter, action, *, token=None, version=None, **arguments):
        """Make a decision on a letter."""
        body = {"token": token or f"tab.{next(TOKENS):08}", "action": action, "arguments": arguments}
        url = f"{letter_url(letter)}/decisions"
        return self.post_json(url, json=body if version is None else {**body, "version": version})

    def state(self, letter):
        """Return the state of a letter."""
        answer = self.get(f"{letter_url(letter)}/state")
        assert answer.status_code == 200, answer.text
        return answer.json()


def let_in(app):
    """Return a browser that opened the address which was printed."""
    found = Reviewer(app)
    assert found.get(f"/enter?token={app.state.tokens.new()}").status_code == 303
    return found


@contextmanager
def serving(app_of, **how):
    """Serve the application that `app_of` makes for a port; yield it and the port."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    app, ready, servers = app_of(port), threading.Event(), []

    def started(server):
        servers.append(server)
        ready.set()

    thread = threading.Thread(target=serve, args=(app, listening, started), kwargs=how)
    thread.start()
    try:
        assert ready.wait(20)
        yield app, port
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def make_store(tmp_path):
    """Return a function that makes a store with letters."""
    stores = []

    def make(rows):
        stores.append(Store(f"sqlite:///{tmp_path / f'web{len(stores)}.sqlite'}"))
        stores[-1].take_in([annotation_of(row) for row in rows])
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def make_app():
    """Return a function that makes the application of a store."""
    apps = []

    def make(store, **options):
        apps.append(create_app(store, Options(**{"port": 8765, **options})))
        return apps[-1]

    yield make
    for app in apps:
        close(app)


@pytest.fixture
def two_letters(make_store):
    """A store with two letters."""
    return make_store([letter_row("one"), letter_row("two", "She was given rituximab.", ["rituximab"])])


@pytest.fixture
def app(make_app, two_letters):
    """The application before two letters."""
    return make_app(two_letters)


@pytest.fixture
def browser(app):
    """Return a function that gives a browser which is not let in."""
    return lambda: Reviewer(app)


@pytest.fixture
def reviewer(app):
    """A browser that is let in."""
    return let_in(app)


@pytest.fixture
def make_browser(make_store, make_app):
    """Return a function that makes a review of some letters, and gives a browser that is let in."""
    return lambda rows, **options: let_in(make_app(make_store(rows), **options))


@pytest.fixture
def served(two_letters, make_app):
    """A review that is served for real: host, port, Cookie header and CSRF token of a session."""
    with serving(lambda port: make_app(two_letters, port=port)) as (app, port):
        session = two_letters.new_session(app.state.options.who, 600)
        yield "127.0.0.1", port, f"epistula-{port}={session}", csrf_of(session)
