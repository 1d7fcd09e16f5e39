"""epistula: who was treated with what, with which autoantibody, in which organs, and what became of them.

import epistula
nlp = epistula.load()
doc = nlp("Two patients with anti-MDA5 antibodies improved under tofacitinib.")
doc._.mentions
"""

from typing import TYPE_CHECKING, Any

from epistula.version import __version__

if TYPE_CHECKING:
    from epistula.nlp import annotate, load

__all__ = ["__version__", "annotate", "load"]


def __getattr__(name: str) -> Any:
    """Import the pipeline when it is first asked for: the command line's help need not wait for spaCy."""
    if name in ("annotate", "load"):
        from epistula import nlp

        return getattr(nlp, name)
    raise AttributeError(f"module 'epistula' has no attribute {name!r}")
