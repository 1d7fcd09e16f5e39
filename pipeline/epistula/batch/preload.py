"""What the process that workers are forked from imports: the pipeline with its lexicons, read once for all of them."""

from epistula.nlp import load

WARMING = "Two patients with anti-MDA5 antibodies and lung disease improved under rituximab (Doe et al., 2020)."

# much is read when the first letter needs it
load()(WARMING)
