"""Settings whose pipeline does to its process what a letter says: for tests of engines."""

import multiprocessing
import os
import re
import signal
import time

from spacy.language import Language

from epistula.batch.work import Settings


@Language.component("test_hostile")
def hostile(doc):
    word = doc.text.split(maxsplit=1)[0] if doc.text.split() else ""
    if word == "ABORT":
        os.abort()
    if word == "EXIT":
        os._exit(7)
    if word == "KILLED":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "PARENT":  # takes the process with it that started this one
        os.kill(multiprocessing.parent_process().pid, signal.SIGKILL)
        time.sleep(600)
    if word == "SLEEP":
        time.sleep(600)
    if word == "PATTERN":  # holds the interpreter's lock for longer than any test waits
        re.match(r"(a+)+$", "a" * 60 + "b")
    if word == "MEMORY":
        doc.user_data["x"] = bytearray(8 << 30)
    if word == "RAISES":
        raise ValueError("no patients")
    return doc


class Hostile(Settings):
    """As `Settings`, with a component that obeys the letter."""

    def load(self):
        nlp = super().load()
        nlp.add_pipe("test_hostile", first=True)
        return nlp

    @property
    def patience(self):
        return 3


class Patient(Hostile):
    """As `Hostile`, for machines that are busy with other things too."""

    @property
    def patience(self):
        return 4
