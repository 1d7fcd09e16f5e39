"""What stands in front of the review: hosts, origins, sizes, tokens, passwords, and the attacks of issue 8."""

import asyncio
import re
import socket

import pytest

from epistula.review.answers import script_json
from epistula.review.auth import Limiter, Tokens, csrf_of
from epistula.review.options import Options
from epistula.review.security import HEADERS, host_is_ours, same_origin

from .visiting import ORIGIN, letter_row

ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><svg onload=alert(1)>",
    "\u2028alert(1)\u2029",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&#60;",
]
WHERE = ["text", "path", "title", "concept", "comment", "id"]


class Clock:
    """Time that the test moves."""

    now = 1000.0

    def __call__(self):
        return self.now


# hosts and origins


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST:8765", "localhost.:8765"]
)
def test_alone_loopback_is_ours(host):
    assert host_is_ours(host, Options(port=8765))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1:80",
        "127.0.0.1",
        "127.0.0.1.evil.example:8765",
        "localhost:8765@evil",
        "evil@localhost:8765",
        "localhost:8765/x",
        "localhost:8765#",
        "",
        "[::1",
        "localhost:99999999",
        "192.168.1.5:8765",
    ],
)
def test_alone_nothing_else_is_ours(host):
    assert not host_is_ours(host, Options(port=8765))


def test_with_accounts_given_names_and_addresses_are_ours():
    options = Options(accounts=True, host="0.0.0.0", port=8765, names=("review.example.org",))
    assert all(
        host_is_ours(host, options) for host in ("review.example.org", "Review.Example.Org:443", "10.1.2.3:8765")
    )
    assert not any(host_is_ours(host, options) for host in ("evil.example", "review.example.org.evil.example", "a b"))


def origin(**headers):
    return same_origin({"host": "127.0.0.1:8765", **{k.replace("_", "-"): v for k, v in headers.items()}}, https=False)


def test_only_a_page_of_ours_may_post():
    assert origin(origin="http://127.0.0.1:8765")
    assert origin(origin="http://127.0.0.1:8765", sec_fetch_site="same-origin")
    assert origin(sec_fetch_site="same-origin")
    assert not origin()
    assert not origin(origin="null")
    assert not origin(origin="https://127.0.0.1:8765")
    assert not origin(origin="http://127.0.0.1:9999")
    assert not origin(origin="http://evil.example", sec_fetch_site="same-origin")
    for site in ("cross-site", "same-site", "none"):
        assert not origin(origin="http://127.0.0.1:8765", sec_fetch_site=site)


# tokens and tries


def test_a_token_has_256_bits_lets_in_once_and_not_for_ever():
    clock = Clock()
    tokens = Tokens(clock)
    token, late = tokens.new(), tokens.new()
    assert len(token) == 43 and token != late
    assert not tokens.redeem("") and not tokens.redeem(token[:-1]) and not tokens.redeem(f"{token}x")
    assert tokens.redeem(token) and not tokens.redeem(token)
    clock.now += 86_401
    assert not tokens.redeem(late)


def test_tokens_are_not_kept_as_they_are():
    tokens = Tokens()
    token = tokens.new()
    assert token not in repr(vars(tokens))


def test_tries_get_slower_and_are_forgotten():
    clock = Clock()
    limiter = Limiter(free=2, longest=8, clock=clock)
    assert [limiter.wait("a") for _ in range(3)] == [0, 0, 1]
    assert limiter.wait("b") == 0
    waits = []
    for _ in range(6):
        waits.append(limiter.wait("a"))
        clock.now += waits[-1]
        assert limiter.wait("a") == 0
    assert waits == [1, 2, 4, 8, 8, 8]
    limiter.forget("a")
    assert limiter.wait("a") == 0
    clock.now += 17
    assert [limiter.wait("a") for _ in range(2)] == [0, 0]


def test_those_who_try_are_not_remembered_without_bound():
    limiter = Limiter(1, 10)
    for number in range(limiter.KNOWN + 10):
        limiter.wait(str(number))
    assert len(limiter._tries) == limiter.KNOWN


def test_a_used_or_guessed_token_is_refused_and_guessing_gets_slow(app, browser):
    token = app.state.tokens.new()
    assert browser().get(f"/enter?token={token}").status_code == 303
    stranger = browser()
    assert stranger.get(f"/enter?token={token}").status_code == 401
    assert [stranger.get(f"/enter?token={n}").status_code for n in range(12)][-1] == 429
    refused = stranger.get("/enter?token=x", headers={"accept": "text/html"})
    assert refused.headers["retry-after"].isdigit() and "Wait" in refused.text
    assert stranger.get("/enter", params={"token": app.state.tokens.new()}).status_code == 429


def test_without_a_session_nothing_of_a_letter_is_told(app, browser):
    stranger = browser()
    for path in (
        "/",
        "/letter/one",
        "/letter/one/state",
        "/letter/one/page/1.png",
        "/search?q=a",
        "/export.jsonl",
        "/concepts?q=a",
        "/history/one",
        "/agreement",
        "/adjudicate",
        "/learn",
        "/help",
        "/letter/none",
    ):
        answer = stranger.get(path)
        assert answer.status_code == 401, path
        assert "tofacitinib" not in answer.text
    posted = stranger.post("/letter/one/decisions", json={}, headers={"Origin": ORIGIN})
    assert posted.status_code == 401


# sessions and cookies


def test_the_cookie_is_for_this_server_only(app, browser):
    cookie = browser().get(f"/enter?token={app.state.tokens.new()}").headers["set-cookie"]
    assert cookie.startswith("epistula-8765=")
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert "secure" not in parts


def test_a_session_that_somebody_else_chose_is_never_used(app, browser):
    victim = browser()
    victim.cookies.set("epistula-8765", "chosen-by-somebody-else")
    answer = victim.get(f"/enter?token={app.state.tokens.new()}")
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    other = browser()
    other.cookies.set("epistula-8765", "chosen-by-somebody-else")
    assert other.get("/").status_code == 401


def test_the_address_with_the_token_is_left_at_once(app, browser):
    answer = browser().get(f"/enter?token={app.state.tokens.new()}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_session_of_another_reviewer_does_not_decide_here(app, browser, two_letters):
    other = browser()
    other.cookies.set("epistula-8765", two_letters.new_session("somebody", 60))
    assert other.get("/").status_code == 401


def test_logging_out_ends_the_session_on_the_server(app, reviewer):
    kept = reviewer.cookies["epistula-8765"]
    answer = reviewer.post("/logout", data={"csrf": csrf_of(kept)}, headers={"Origin": ORIGIN})
    assert answer.status_code == 303
    reviewer.cookies.set("epistula-8765", kept)
    assert reviewer.get("/").status_code == 401


# requests of other sites


def test_a_decision_needs_our_origin_and_the_csrf_token(reviewer):
    body = {"token": "tab.12345678", "action": "done", "arguments": {"value": True}}

    def status(**headers):
        return reviewer.post("/letter/one/decisions", json=body, headers=headers).status_code

    good = {"Origin": ORIGIN, "X-CSRF": reviewer.csrf}
    assert status(**{**good, "Origin": "http://evil.example"}) == 403
    assert status(**{**good, "Origin": "null"}) == 403
    assert status(**{**good, "Sec-Fetch-Site": "cross-site"}) == 403
    assert status(**{"X-CSRF": reviewer.csrf}) == 403
    assert status(Origin=ORIGIN) == 403
    assert status(**{**good, "X-CSRF": "0" * 64}) == 403
    assert status(**{**good, "X-CSRF": b"\xc3\xa9"}) == 403
    assert reviewer.get("/letter/one/state").json()["document"].get("done") is None
    assert status(**good) == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_a_simple_form_can_send_is_no_decision(reviewer, kind):
    headers = {"Origin": ORIGIN, "X-CSRF": reviewer.csrf, "Content-Type": kind}
    body = b'{"token": "tab.12345678", "action": "done", "arguments": {"value": true}}'
    assert reviewer.post("/letter/one/decisions", content=body, headers=headers).status_code == 415


def test_reading_changes_nothing(reviewer):
    for path in ("/logout", "/letter/one/decisions", "/letter/one/undo"):
        assert reviewer.get(path).status_code in {404, 405}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1.evil.example:8765"])
def test_a_name_rebound_to_this_machine_is_refused(reviewer, host):
    answer = reviewer.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "tofacitinib" not in answer.text and host not in answer.text


# headers


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/letter/one",
        "/none",
        "/letter/none",
        "/static/review.css",
        "/static/none.css",
        "/healthz",
        "/enter",
        "/labels.css",
        "/export.jsonl",
        "/letter/one/page/99.png",
        "/letter/one/state?since=x",
    ],
)
def test_every_answer_has_the_headers(reviewer, path):
    answer = reviewer.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] in {"no-store", "no-cache"}
    assert "server" not in answer.headers


def test_a_failure_has_the_headers_and_no_traceback(app, reviewer, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(app.state.store, "queue", fail)
    answer = reviewer.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "secret" not in answer.text and "Traceback" not in answer.text and 'href="/"' in answer.text
    assert "secret of the inside" in caplog.text


def test_the_policy_lets_nothing_in_from_outside():
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy


# what is text stays text


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_script_block_cannot_be_left(attack):
    found = str(script_json({"text": attack}))
    assert not re.search("[<>&\u2028\u2029]", found)


@pytest.mark.parametrize("where", WHERE)
def test_markup_in_a_letter_stays_text(make_browser, where):
    for number, attack in enumerate(ATTACKS):
        row = letter_row(f"x{number}", f"Two patients had {attack if where == 'text' else ''} tofacitinib today.")
        if where == "id":
            row["id"] = f"x{attack}"
        if where in {"path", "title"}:
            row["source"] = {where: attack}
        if where == "concept":
            row["spans"][0]["concept"] = {"id": attack, "name": attack}
        reviewer = make_browser([row])
        state = reviewer.state(row["id"])
        if where == "comment":
            answer = reviewer.decide(row["id"], "comment", on="letter", text=attack)
            assert answer.status_code == 200, answer.text
            state = reviewer.state(row["id"])
            assert attack.strip() in state["document"].values()
        for path in (
            "/",
            state["letter"]["url"],
            state["letter"]["url"].replace("/letter/", "/history/", 1),
            "/learn",
            "/search?q=tofacitinib",
        ):
            page = reviewer.get(path, headers={"accept": "text/html"})
            assert page.status_code == 200, (path, page.text)
            assert not markup_of_the_attack(page.text, attack), (path, attack)


def markup_of_the_attack(page, attack):
    """Return whether an attack stands in a page as markup, or raw in its script block."""
    block = re.search(r'<script type="application/json" id="state">(.*?)</script>', page, re.S)
    if block and re.search("[<>&\u2028\u2029]", block[1]):
        return True
    page = page.replace(block[0], "") if block else page
    return bool(re.search(r"<script>|<!--<|<svg onload|<img src=x|onerror=alert\(1\)>|\b49\b.*\{%", page)) or (
        attack.startswith(("<", "]", '"')) and attack in page
    )


def test_search_takes_any_words(reviewer):
    for words in (
        "'",
        '"',
        "'; DROP TABLE letters; --",
        "%",
        "_",
        "*",
        "tofa*",
        "NEAR(a b)",
        "a OR b",
        "NOT",
        "AND",
        "^a",
        "text:a",
        "(",
        ")",
        "-a",
        "\\",
        "a\tb",
        "{x}",
        "+",
        "tofacitinib OR 1=1",
        "é",
        "😀",
        "a" * 200,
    ):
        for path in ("/search", "/"):
            field = "q" if path == "/search" else "search"
            answer = reviewer.get(path, params={field: words, "state": "all"})
            assert answer.status_code == 200, (path, words, answer.text)
    assert reviewer.get("/search", params={"q": "tofacitinib"}).text.count("/letter/one") >= 1
    assert reviewer.get("/letter/one").status_code == 200, "the tables are still there"


@pytest.mark.parametrize(
    "query",
    [
        "order=x",
        "state=x",
        "label=x",
        "offset=-1",
        "offset=x",
        "offset=99999999999",
        "search=%00",
        "order=uncertainty;drop",
    ],
)
def test_a_filter_that_there_is_not_is_refused(reviewer, query):
    assert reviewer.get(f"/?{query}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/letter/../../etc/passwd",
        "/letter/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2fapp.py",
        "/static/%00",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/letter/one/page/../1.png",
        "/letter/one/page/0.png",
        "/letter/one/page/-1.png",
        "/letter/one/page/1e3.png",
        "/letter/%00",
        "/letter/%ff",
        "/letter/one/page/" + "9" * 400 + ".png",
        "/history/%00",
        "/letter/" + "a" * 5000,
    ],
)
def test_no_address_leads_out_of_the_folders(reviewer, path):
    answer = reviewer.get(path)
    assert answer.status_code in {400, 404}, answer.text
    assert "root:" not in answer.text and "create_app" not in answer.text


# bodies


def test_json_that_cannot_be_kept_is_refused(reviewer):
    for body in (
        b"",
        b"[]",
        b"1",
        b"{",
        b'{"a": NaN}',
        b'{"a": "\\u0000"}',
        b'{"a": ["\\ud800"]}',
        b'{"\\u0000": 1}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xff",
    ):
        answer = reviewer.post_json("/letter/one/decisions", content=body)
        assert answer.status_code == 400, body[:20]
        assert answer.json()["message"]


def test_a_large_body_is_refused_by_its_length(reviewer):
    answer = reviewer.post_json("/letter/one/decisions", content=b" " * (2**20 + 1))
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"


def test_a_large_body_without_a_length_is_refused_when_it_has_come(reviewer):
    sent = 0

    def chunks():
        nonlocal sent
        for _ in range(100):
            sent += 2**20
            yield b" " * 2**20

    assert reviewer.post_json("/letter/one/decisions", content=chunks()).status_code == 413


@pytest.mark.parametrize("length", ["100000000", None])
def test_100_megabytes_are_not_read(served, length):
    host, port, cookie, csrf = served
    head = [
        "POST /letter/one/decisions HTTP/1.1",
        f"Host: {host}:{port}",
        f"Origin: http://{host}:{port}",
        f"Cookie: {cookie}",
        f"X-CSRF: {csrf}",
        "Content-Type: application/json",
        f"Content-Length: {length}" if length else "Transfer-Encoding: chunked",
    ]
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        sent = 0
        try:
            while sent < 100_000_000 and length is None:
                connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
                sent += 65536
        except OSError:  # the server has hung up
            pass
        if length is None:
            assert sent < 20_000_000
            return
        assert b" 413 " in connection.recv(65536).partition(b"\r\n")[0]


def test_a_web_socket_is_closed(app):
    said = []

    async def ask():
        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            said.append(message["type"])

        await app({"type": "websocket", "path": "/", "headers": [], "query_string": b""}, receive, send)

    asyncio.run(ask())
    assert said == ["websocket.close"]
