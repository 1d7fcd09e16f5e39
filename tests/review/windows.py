"""What tests of the review in a real browser share: letters of our pipeline, a server, a careful page."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

CORPUS = Path(__file__).parents[2] / "corpus" / "letters"
LETTERS = ("anti-gbm-covid-letter", "iga-nephropathy-letter")
STRANGE = (
    "😀 <b>Zoë & e\u0301toile</b>\n\n"
    "😀😀 Two patients with anti-MDA5 antibodies and lung disease improved under tofacitinib; one relapsed.\n\n"
    "<img src=x onerror=alert(1)> A third patient received methotrexate 😀 and rituximab, without fever.\n"
)
"""Astral and combining characters in front of mentions, and what would be markup if it were not text."""


def epistula(*arguments, **options):
    """Start our command line program."""
    command = [sys.executable, "-m", "epistula", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", **options
    )


def letters_file(folder, copies):
    """Write annotations of two letters with pages and one strange text, the first in as many copies as tests want."""
    (folder / "strange.txt").write_text(STRANGE, "utf-8")
    made = folder / "made.jsonl"
    inputs = [*(CORPUS / f"{name}.pdf" for name in LETTERS), folder / "strange.txt"]
    annotating = epistula("annotate", *inputs, "-o", made)
    assert annotating.wait(120) == 0, annotating.stdout.read()
    annotating.stdout.close()
    rows = {Path(row["source"]["path"]).stem: row for row in map(json.loads, made.read_text("utf-8").splitlines())}
    found = [{**rows[LETTERS[0]], "id": f"copy-{n:02}"} for n in range(copies)]
    named = {"second": rows[LETTERS[1]], "strange": rows["strange"]}
    found += [{**row, "id": name} for name, row in named.items()]
    file = folder / "letters.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in found), "utf-8")
    return file


class Server:
    """`epistula review` in a process of its own, that can be killed and started again."""

    def __init__(self, file, *options, port=0):
        self.file, self.options, self.port, self.process, self.enter = file, options, port, None, None
        self.start()

    def start(self):
        """Start it and wait until it answers."""
        self.process = epistula(
            "review", self.file, "--pdfs", CORPUS, "--no-browser", "--port", self.port, "--store",
            self.file.with_name("store.sqlite"), *self.options,
        )  # fmt: skip
        said = ""
        while "Review at" not in said:
            line = self.process.stdout.readline()
            assert line, f"the server did not start: {said}"
            said += line
        self.enter = re.search(r"http://\S+", said).group()
        self.port = int(re.search(r":(\d+)/", self.enter).group(1))
        self.address = f"http://127.0.0.1:{self.port}"
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                return urlopen(f"{self.address}/healthz", timeout=1).close()
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def kill(self):
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()

    def stop(self):
        """End it as Ctrl-C would."""
        if self.process.poll() is None:
            self.process.terminate()
            sys.stderr.write(self.process.communicate(timeout=20)[0])  # pytest shows it when a test failed


class Browsing:
    """A browser that is let in, whose pages may neither complain nor ask the outside."""

    def __init__(self, browser, server):
        self.browser, self.server, self.state = browser, server, None
        self.problems, self.asked, self.contexts = [], [], []
        page = self.page()
        page.goto(server.enter if "token" in server.enter else server.address)
        self.state = page.context.storage_state()
        self.close()

    def page(self, **options):
        """Return a page of a new browser window."""
        context = self.browser.new_context(
            **{"viewport": {"width": 1280, "height": 860}, "storage_state": self.state, **options}
        )
        self.contexts.append(context)
        return self.watched(context.new_page())

    def watched(self, page):
        """Note what a page complains of and asks for."""
        page.set_default_timeout(8000)
        page.on("request", lambda seen: self.asked.append(seen.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "warning") and self.problems.append(said.text))
        page.on("dialog", lambda dialog: (self.problems.append("dialog"), dialog.dismiss()))
        return page

    def letter(self, name, page=None, **options):
        """Open a letter and return its page."""
        page = page or self.page(**options)
        page.goto(f"{self.server.address}/letter/{name}?state=all&order=order")
        page.wait_for_selector("body[data-ready]")
        return page

    def close(self):
        """Close all windows."""
        while self.contexts:
            self.contexts.pop().close()

    def check(self):
        """Fail when a page complained or asked the outside."""
        outside = [url for url in self.asked if not url.startswith((self.server.address, "data:"))]
        problems, self.problems, self.asked = self.problems, [], []
        assert not problems + outside, problems + outside


def saved(page):
    """Wait until the page says that all is saved."""
    page.wait_for_selector("#status.saved")


def document(page):
    """Return the letter's document as the server has it, when all is saved."""
    saved(page)
    return page.evaluate("fetch(document.body.dataset.letter + '/state').then((answer) => answer.json())")["document"]


def under(found, prefix):
    """Return the values of a document below a prefix, by what follows it."""
    return {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}


def mentions(found):
    """Return the mentions of a document in the order of the page."""
    return sorted(under(found, "mention/").values(), key=lambda m: (m["start"], -m["end"], m["label"]))


def looked_at(page):
    """Return the id of the mention that is looked at."""
    return page.locator("#text .part.current").first.get_attribute("data-id")


def go_to(page, label):
    """Go on by key to the next mention of a label; return its id."""
    for _ in range(120):
        if page.locator("#text .part.current").first.get_attribute("data-label") == label:
            return looked_at(page)
        page.keyboard.press("j")
    raise AssertionError(f"no {label}")
