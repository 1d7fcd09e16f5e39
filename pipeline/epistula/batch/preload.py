"""What the process that workers are forked from imports: the pipeline with its lexicons, read once for all of them."""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which ends its workers

from epistula.nlp import load  # noqa: E402 (it takes seconds)

WARMING = "Two patients with anti-MDA5 antibodies and lung disease improved under rituximab (Doe et al., 2020)."

# much is read when the first letter needs it
load()(WARMING)
