"""How the types of `model` that a Doc holds survive `to_bytes`, `to_disk` and DocBin.

srsly finds these functions by entry point, so a DocBin with `store_user_data` can be read wherever
epistula is installed. This module must not import spaCy, which loads srsly's entry points itself.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from epistula.model import CaseRecord, Mention, Relation, Zone

STORED = {kind.__name__: kind for kind in (Mention, Relation, CaseRecord, Zone)}
TAG = "__epistula__"


def encode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Write a type of `model` into msgpack (srsly's encoder interface)."""
    name = type(value).__name__
    if STORED.get(name) is type(value):
        return {TAG: name, "value": _adapter(name).dump_python(value, mode="json")}
    return value if chain is None else chain(value)


def decode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    """Read back what `encode` wrote (srsly's decoder interface)."""
    if isinstance(value, dict) and TAG in value:
        return _adapter(value[TAG]).validate_python(value["value"])
    return value if chain is None else chain(value)


@lru_cache(maxsize=len(STORED))
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(STORED[name])
