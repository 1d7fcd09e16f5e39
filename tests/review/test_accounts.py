"""Accounts and blind reviews: who is let in, and what each reviewer sees of the others."""

import json
import re

import pytest

from epistula.review.people import hashed

from .visiting import TEXT, Reviewer, mention

DRUG = mention(TEXT, TEXT.index("tofacitinib"), TEXT.index("tofacitinib") + len("tofacitinib"))
HTML = {"accept": "text/html"}


@pytest.fixture
def team(make_app, two_letters):
    for name in ("ada", "bob"):
        two_letters.add_user(name, hashed(f"{name} has a password"))
    return make_app(two_letters, accounts=True, https=True, blind=True, host="review.example.org", who="")


def log_in(app, name, password=None, onward=""):
    found = Reviewer(app, "review.example.org", "https")
    form = {"name": name, "password": password or f"{name} has a password", "next": onward}
    return found, found.post("/login", data=form, headers={"Origin": "https://review.example.org"})


def test_names_and_passwords_let_in(team):
    stranger = Reviewer(team, "review.example.org", "https")
    assert stranger.get("/letter/one", headers=HTML).headers["location"] == "/login?next=%2Fletter%2Fone"
    assert stranger.get("/login").status_code == 200
    assert stranger.get("/letter/one/state", headers={"sec-fetch-mode": "cors"}).json()["login"] == "/login"
    ada, answer = log_in(team, "ada", onward="/letter/one")
    assert (answer.status_code, answer.headers["location"]) == (303, "/letter/one")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-epistula=") and "secure" in cookie and "domain" not in cookie
    assert ada.state("one")["who"] == "ada"
    assert stranger.get("/enter?token=x").status_code == 401


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
    ],
)
def test_after_the_login_one_stays_here(team, onward):
    assert log_in(team, "ada", onward=onward)[1].headers["location"] == "/"


def test_wrong_passwords_and_names_are_told_alike_and_get_slow(team):
    wrong, unknown = log_in(team, "ada", "wrong password")[1], log_in(team, "eve", "wrong password")[1]
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace("ada", "") == unknown.text.replace("eve", "")
    answers = [log_in(team, "ada", "wrong password")[1] for _ in range(3)]
    assert answers[-1].status_code == 429 and answers[-1].headers["retry-after"] == "1"
    assert log_in(team, "ada")[1].status_code == 429, "nor does the right one get through meanwhile"
    assert log_in(team, "bob")[1].status_code == 303


def test_a_login_from_another_site_is_refused(team):
    form = {"name": "ada", "password": "ada has a password", "next": ""}
    visitor = Reviewer(team, "review.example.org", "https")
    assert visitor.post("/login", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert visitor.post("/login", data=form).status_code == 403
    assert visitor.post("/login", json=form, headers={"Origin": "https://review.example.org"}).status_code == 415


def test_a_login_makes_a_new_session_and_ends_the_old(team):
    ada, _ = log_in(team, "ada")
    old = ada.cookies["__Host-epistula"]
    form = {"name": "bob", "password": "bob has a password", "next": ""}
    ada.post("/login", data=form, headers={"Origin": "https://review.example.org"})
    assert ada.cookies["__Host-epistula"] != old
    assert ada.state("one")["who"] == "bob"
    stolen = Reviewer(team, "review.example.org", "https")
    stolen.cookies.set("__Host-epistula", old)
    assert stolen.get("/letter/one/state").status_code == 401


def test_blind_reviewers_see_their_own_decisions_only(team):
    ada, bob = log_in(team, "ada")[0], log_in(team, "bob")[0]
    ada.decide("one", "reject", mention=DRUG)
    ada.decide("one", "done", value=True)
    assert f"verdict/{DRUG}" not in bob.state("one")["document"]
    assert bob.get("/letter/one/history").json()["events"] == []
    assert bob.get("/export.jsonl?track=ada").status_code == 403
    assert '"text":"tofacitinib"' in bob.get("/export.jsonl").text
    assert bob.get("/learn").status_code == 403, "it counts what all decided"


def test_two_reviewers_are_compared_and_adjudicated(team):
    ada, bob = log_in(team, "ada")[0], log_in(team, "bob")[0]
    ada.decide("one", "reject", mention=DRUG)
    for reviewer in (ada, bob):
        assert reviewer.decide("one", "done", value=True).status_code == 200
    page = ada.get("/agreement?one=ada&other=bob", headers=HTML)
    assert page.status_code == 200 and "DRUG" in page.text
    page = ada.get("/adjudicate?one=ada&other=bob", headers=HTML)
    assert page.status_code == 200 and "tofacitinib" in page.text
    gold = re.search(r'href="(/export[^"]*adjudicated[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert ada.get(gold).text == "", "nothing yet"
    key = json.dumps(["one", TEXT.index("tofacitinib"), TEXT.index("tofacitinib") + 11, "DRUG", "only other"])
    body = {"one": "ada", "other": "bob", "key": key, "decision": "other"}
    assert ada.post_json("/adjudicate", json=body).json() == {"left": 0}
    assert '"id":"one"' in ada.get(gold).text
    for wrong in (
        {"key": "x"},
        {"key": "[1]"},
        {"key": json.dumps(["one", 1, 2, "DRUG", "x"])},
        {"decision": "both"},
        {"key": '["one", 1e999, 2, "DRUG", "x"]'},
    ):
        assert ada.post_json("/adjudicate", json={**body, **wrong}).status_code == 422, wrong
    assert ada.get("/agreement?one=ada&other=nobody", headers=HTML).status_code == 200


def test_a_blind_reviewer_sees_nothing_of_a_letter_that_two_others_have_done(team, two_letters):
    two_letters.add_user("cem", hashed("cem has a password"))
    ada, bob, cem = (log_in(team, name)[0] for name in ("ada", "bob", "cem"))
    ada.decide("one", "reject", mention=DRUG)
    for reviewer in (ada, bob):
        reviewer.decide("one", "done", value=True)
    compared, adjudicated = "/adjudicate?one=ada&other=bob", "/export.jsonl?track=adjudicated"
    assert "tofacitinib" in cem.get(compared).text, "who reviews nothing adjudicates"
    cem.decide("two", "done", value=True)
    assert "tofacitinib" not in cem.get(compared).text
    assert "that you marked done too" in cem.get("/agreement?one=ada&other=bob").text
    key = json.dumps(["one", TEXT.index("tofacitinib"), TEXT.index("tofacitinib") + 11, "DRUG", "only other"])
    body = {"one": "ada", "other": "bob", "key": key, "decision": "other"}
    assert cem.post_json("/adjudicate", json=body).status_code == 422
    assert ada.post_json("/adjudicate", json=body).json() == {"left": 0}
    assert (ada.get(adjudicated).status_code, cem.get(adjudicated).status_code) == (200, 403)
    cem.decide("one", "done", value=True)
    assert "tofacitinib" in cem.get(compared).text
    assert cem.get(adjudicated).status_code == 200
