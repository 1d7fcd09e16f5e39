"""Object storage and the web: in memory and from a server on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from epistula.batch import remote, spool
from epistula.batch.fetch import Fetcher
from epistula.batch.ref import Kind, Ref
from epistula.batch.worklist import work_list
from epistula.errors import ReadError
from epistula.model import FailureCategory
from tests.batch.test_archives import make_tar, make_zip

ROWS = b'{"id": "1", "text": "x"}\n\n{"id": "2", "text": "y"}'
OBJECTS = [
    "b.pdf",
    "a/c.txt",
    "a-d.txt",
    "a.txt",
    "notes.md",
    "a/b/z.PDF",
    "x[1].txt",
    "é %41.txt",
    "out.failures.jsonl",
]


@pytest.fixture
def bucket(tmp_path):
    store = fsspec.filesystem("memory")
    store.store.clear()
    for name in OBJECTS:
        store.pipe(f"/in/{name}", name.encode())
    store.pipe("/rows/r.jsonl", ROWS)
    store.pipe("/pack/a.zip", make_zip(tmp_path / "a.zip", [("x.pdf", b"One."), ("../y.pdf", b"x")]).read_bytes())
    store.pipe("/pack/a.tgz", make_tar(tmp_path / "a.tgz", [("x.txt", b"Two."), ("y.txt", b"3")], ".tgz").read_bytes())
    store.pipe("/list/m.csv", b"path\na.pdf\n/etc/passwd\nfile:x.txt\nmemory://in/b.pdf\n")
    yield store
    store.store.clear()


def told(items):
    return [item.name if isinstance(item, Ref) else f"!{item.path}" for item in items]


IN_ORDER = ["a/b/z.PDF", "a/c.txt", "a-d.txt", "a.txt", "b.pdf", "x[1].txt", "é %41.txt"]

# URL → what is found; "!" stands for a failure that names it
TABLE = [
    ("memory://in/b.pdf", ["memory://in/b.pdf"]),
    ("memory://in/", [f"memory://in/{name}" for name in IN_ORDER]),
    ("memory://in/a/", ["memory://in/a/b/z.PDF", "memory://in/a/c.txt"]),
    ("memory://in/*.txt", [f"memory://in/{name}" for name in IN_ORDER if name.endswith(".txt") and "/" not in name]),
    ("memory://in/**/*.PDF", ["memory://in/a/b/z.PDF"]),
    ("memory://i?/b.pdf", ["!memory://i?/b.pdf"]),
    (
        "memory://in/[ab]*",
        ["memory://in/a/b/z.PDF", "memory://in/a/c.txt", *(f"memory://in/{n}" for n in IN_ORDER[2:5])],
    ),
    ("memory://in/x[1].txt", ["memory://in/x[1].txt"]),
    ("memory://in/*.xml", ["!memory://in/*.xml"]),
    ("memory://none/", ["!memory://none/"]),
    ("memory://rows/r.jsonl", ["memory://rows/r.jsonl"] * 2),
    ("memory://pack/a.zip", ["memory://pack/a.zip::x.pdf", "!memory://pack/a.zip::../y.pdf"]),
    ("memory://pack/a.zip::x.pdf", ["memory://pack/a.zip::x.pdf"]),
    ("memory://pack/a.t*", ["memory://pack/a.tgz::x.txt", "memory://pack/a.tgz::y.txt"]),
    ("memory://pack/none.zip", ["!memory://pack/none.zip"]),
    (
        "memory://list/m.csv",
        ["memory://list/a.pdf", "!memory://list/m.csv", "!memory://list/m.csv", "memory://in/b.pdf"],
    ),
    ("simplecache::memory://in/b.pdf", ["!simplecache::memory://in/b.pdf"]),
    ("zip://a.pdf::memory://pack/a.zip", ["!zip://a.pdf::memory://pack/a.zip"]),
    ("reference://x/", ["!reference://x/"]),
    ("nonsense://x/*.pdf", ["!nonsense://x/*.pdf"]),
    ("nonsense://x/a.pdf", ["nonsense://x/a.pdf"]),
]


@pytest.mark.parametrize(("url", "found"), TABLE)
def test_what_is_behind_a_url(bucket, url, found):
    assert told(work_list([url])) == found


def test_every_letter_is_fetched(bucket, tmp_path):
    spooled = tmp_path / "spool"
    urls = ["memory://in/a.txt", "memory://rows/r.jsonl", "memory://pack/a.zip::x.pdf", "memory://pack/a.tgz"]
    with Fetcher(spooled) as fetcher:
        fetched = [fetcher.fetch(ref) for ref in work_list(urls) if isinstance(ref, Ref)]
        content = [f.row if f.row is not None else Path(f.path).read_bytes() for f in fetched]
        assert content == [b"a.txt", ROWS[:24], ROWS[26:], b"One.", b"Two.", b"3"]
        for f in fetched:
            if f.spooled:
                Path(f.path).unlink()
        assert len(list(spooled.iterdir())) == 1  # the archive that is open
    assert list(spooled.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "category", "words"),
    [
        ("memory://in/none.pdf", "missing", "no such object"),
        ("reference://x/a.pdf", "unsupported", "is not followed"),
        ("nonsense://x/a.pdf", "unsupported", "is not followed"),
        ("hdfs://host/a.pdf", "unsupported", "pip install 'epistula[remote]'"),
    ],
)
def test_what_cannot_be_fetched(bucket, tmp_path, monkeypatch, url, category, words):
    def missing(scheme, **_):
        raise ImportError("pyarrow is not there")

    if url.startswith("hdfs"):
        monkeypatch.setattr(remote.fsspec, "get_filesystem_class", missing)
    with Fetcher(tmp_path / "spool") as fetcher, pytest.raises(ReadError) as caught:
        fetcher.fetch(Ref(url, Kind.URL))
    assert caught.value.category == category
    assert words in caught.value.reason


@pytest.mark.parametrize("scheme", ["s3", "gs", "https", "memory"])
def test_the_packages_of_the_extra_take_our_options(scheme):
    assert scheme in remote.filesystem(f"{scheme}://bucket/a.pdf").protocol


def test_a_letter_that_is_too_large(bucket, tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "CHUNK", 2)
    with pytest.raises(ReadError) as caught:
        remote.download("memory://in/a-d.txt", tmp_path / "spool", limit=6)
    assert caught.value.category is FailureCategory.LIMIT
    assert list((tmp_path / "spool").iterdir()) == []
    assert remote.download("memory://in/a-d.txt", tmp_path / "spool", limit=7)


def test_a_container_that_was_changed_is_fetched_again(bucket, tmp_path):
    first = remote.download_container("memory://pack/a.zip", tmp_path)
    assert remote.download_container("memory://pack/a.zip", tmp_path) == first
    bucket.pipe("/pack/a.zip", b"other")
    assert remote.download_container("memory://pack/a.zip", tmp_path) != first


# ── a server ──────────────────────────────────────────────────────────────────────────────────────


class Handler(BaseHTTPRequestHandler):
    """Serves /ok.pdf, /flaky.txt (twice 503, then there), /down.txt, /secret.txt, and an index of /in/."""

    asked: dict[str, int]

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        path = self.path.partition("?")[0]
        self.server.asked[path] = self.server.asked.get(path, 0) + body
        flaky = path == "/flaky.txt" and self.server.asked[path] < 3
        status = {"/down.txt": 503, "/secret.txt": 403}.get(path, 503 if flaky and body else 200)
        if path not in {"/in/", "/in/sub/", "/ok.pdf", "/flaky.txt", "/down.txt", "/secret.txt"}:
            status = 404
        links = ["../", "b.pdf", "?C=N", "sub/", "http://x/y.pdf", "/elsewhere/z.pdf"]
        index = "".join(f'<a href="{link}">x</a>' for link in links).encode()
        pages = {"/in/": index, "/in/sub/": b'<a href="a.txt">a</a>'}
        content = pages.get(path, path.encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "text/html" if path in pages else "application/octet-stream")
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked = {}
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/ok.pdf?signature=*", b"/ok.pdf"),
        ("/flaky.txt", b"/flaky.txt"),
        ("/none.txt", "no such object"),
        ("/down.txt", "in 3 tries"),
        ("/secret.txt", "403"),
    ],
)
def test_the_web(server, tmp_path, monkeypatch, path, found):
    waits = []
    monkeypatch.setattr(remote.time, "sleep", waits.append)
    (ref,) = work_list([f"http://127.0.0.1:{server.server_port}{path}"])
    with Fetcher(tmp_path / "spool") as fetcher:
        if isinstance(found, bytes):
            fetched = fetcher.fetch(ref)
            assert Path(fetched.path).read_bytes() == found
            assert Path(fetched.path).suffix == Path(path.partition("?")[0]).suffix
        else:
            with pytest.raises(ReadError, match=found) as caught:
                fetcher.fetch(ref)
            assert caught.value.category is FailureCategory.MISSING
            assert list((tmp_path / "spool").glob("*")) == []
    assert waits == ([1.0, 4.0] if path in {"/flaky.txt", "/down.txt"} else [])


def test_an_index_is_walked_and_never_left(server):
    url = f"http://127.0.0.1:{server.server_port}/in/"
    assert told(work_list([url])) == [f"{url}b.pdf", f"{url}sub/a.txt"]
    assert told(work_list([f"{url}*.pdf"])) == [f"{url}b.pdf"]


def test_a_server_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "WAITS", (0.0,))
    with pytest.raises(ReadError, match="in 2 tries"):
        remote.download("http://127.0.0.1:9/a.pdf", tmp_path)
