"""`epistula review` as a user meets it: what it prints, what it refuses, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

import pytest

from epistula.errors import InputError
from epistula.review.options import Options
from epistula.review.people import verified
from epistula.review.serve import address_of, listen
from epistula.review.store import Store
from tests.cli.conftest import run as run  # noqa: PLC0414 the fixture

from .visiting import letter_row


@pytest.fixture
def letters(tmp_path):
    path = tmp_path / "letters.jsonl"
    path.write_text("".join(json.dumps(letter_row(name)) + "\n" for name in ("one", "two")), encoding="utf-8")
    return path


class Running:
    """`epistula review` in a process of its own."""

    def __init__(self, *arguments):
        command = [sys.executable, "-m", "epistula", "review", *map(str, arguments), "--no-browser"]
        environment = {**os.environ, "DISPLAY": "", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, encoding="utf-8")
        self.said = ""
        timer = threading.Timer(60, self.process.kill)
        timer.start()
        for line in self.process.stderr:
            self.said += line
            if "Review at" in line:
                break
        timer.cancel()
        self.address = (re.findall(r"https?://\S+", self.said) or [""])[0]

    def end(self, how=signal.SIGINT):
        """Stop it; return its exit code."""
        self.process.send_signal(how)
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
        self.said += self.process.stderr.read()
        self.process.stderr.close()
        return self.process.returncode


def opener():
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_opens_decides_ends_and_goes_on(letters, how):
    running = Running(letters, "--port", "0", "--as", "ada")
    try:
        assert re.search(r"2 letters: 2 new\.", running.said)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/enter\?token=[\w-]{43}", running.address)
        visitor = opener()
        with visitor.open(running.address, timeout=20) as answer:
            assert answer.url == running.address.partition("enter")[0]
            assert b"one" in answer.read()
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener().open(running.address, timeout=20)
        assert refused.value.code == 401
        refused.value.close()
    finally:
        code = running.end(how)
    assert code == 0
    assert running.said.endswith("Stopped. The same command goes on from there.\n")
    assert "Traceback" not in running.said
    assert (letters.parent / "letters.jsonl.review.sqlite").exists()
    again = Running(letters, "--port", "0", "--as", "ada")
    assert again.end(how) == 0
    assert "letters.jsonl: as it was taken in before." in again.said
    with letters.open("a", encoding="utf-8") as file:
        file.write(json.dumps(letter_row("three")) + "\n")
    more = Running(letters, "--port", "0", "--as", "ada")
    assert more.end(how) == 0
    assert "3 letters: 1 new, 2 unchanged." in more.said


def test_nothing_is_left_behind(letters, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    running = Running(letters, "--port", "0", "--pdfs", tmp_path)
    assert running.end(signal.SIGTERM) == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "--certificate"),
        (["--behind-tls-proxy"], "nobody can log in yet"),
        (["--host", "0.0.0.0", "--behind-tls-proxy"], "epistula review-user"),
        (["--accounts"], "nobody can log in yet"),
        (["--accounts", "--as", "ada"], "--as is for"),
        (["--certificate", "c.pem"], "go together"),
        (["--certificate", "c.pem", "--key", "k.pem"], "no such file"),
        (["--pdfs", "none"], "is no folder"),
        (["--uploads"], "--pdfs"),
        (["--as", ""], "reviewer's name"),
        (["--as", "adjudicated"], "reviewer's name"),
        (["--as", "a\nb"], "reviewer's name"),
        (["--host", "192.0.2.1"], "--certificate"),
    ],
)
def test_what_does_not_go_together_is_refused(run, letters, arguments, says):
    ended = run("review", letters, "--no-browser", *arguments)
    assert ended.code == 1
    assert ended.err.startswith("epistula: ") and says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_file_that_is_not_there_is_told(run, tmp_path):
    ended = run("review", tmp_path / "none.jsonl", "--no-browser", "--port", "0")
    assert ended.code == 1 and "none.jsonl" in ended.err


def test_a_file_that_is_no_store_is_told(run, letters, tmp_path):
    (tmp_path / "no.sqlite").write_text("no database, " * 100)
    ended = run("review", letters, "--no-browser", "--port", "0", "--store", tmp_path / "no.sqlite")
    assert ended.code == 1 and "Traceback" not in ended.err


def test_a_reviewer_gets_a_password(run, letters, monkeypatch, tmp_path):
    store = f"sqlite:///{tmp_path / 'team.sqlite'}"
    for password, code in (("too short", 1), ("long enough it is", 0)):
        with (tmp_path / "password").open("w+") as file:
            file.write(f"{password}\n")
            file.seek(0)
            monkeypatch.setattr("sys.stdin", file)
            ended = run("review-user", "ada", letters, "--store", store)
        assert ended.code == code, ended.err
    opened = Store(store)
    assert opened.users() == ["ada"]
    assert verified(opened.password_hash("ada"), "long enough it is")
    opened.close()


def test_without_the_extra_it_is_named(run, letters, monkeypatch):
    monkeypatch.setattr(
        sys.modules["epistula.cli.review"], "find_spec", lambda name: None if name == "uvicorn" else name
    )
    ended = run("review", letters)
    assert (ended.code, ended.err.splitlines()[-1]) == (
        1,
        "epistula: the review needs uvicorn. Install them: pip install 'epistula[review]'",
    )


def test_a_port_that_is_taken_is_told_when_it_was_asked_for():
    first = listen("127.0.0.1", 0)
    first.listen()
    try:
        with pytest.raises(InputError, match="--port"):
            listen("127.0.0.1", first.getsockname()[1])
    finally:
        first.close()


def test_another_port_is_taken_when_none_was_asked_for(monkeypatch):
    first = listen("127.0.0.1", 0)
    first.listen()
    monkeypatch.setattr("epistula.review.serve.PORT", first.getsockname()[1])
    second = listen("localhost", None)
    assert second.getsockname()[1] != first.getsockname()[1]
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (Options(port=1), "http://127.0.0.1:1/"),
        (Options(host="::1", port=1), "http://[::1]:1/"),
        (Options(host="0.0.0.0", port=1, accounts=True, https=True, names=("a.org",)), "https://a.org:1/"),
    ],
)
def test_the_address_is_one_that_can_be_opened(options, address):
    assert address_of(options) == address
