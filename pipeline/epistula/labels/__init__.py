"""Labels: one folder each, found by looking.

A folder with an `__init__.py` that declares `LABEL` is a label; nothing else has to be changed to
add one. Folders of other packages join by the entry point group `epistula_labels`.
"""

import importlib
import pkgutil
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter

from epistula.errors import DeclarationError
from epistula.labels.label import Attribute, Label
from epistula.model import Annotation, Mention


@lru_cache(maxsize=1)
def all_labels() -> dict[str, Label]:
    """Return the labels by name, each after those whose mentions its finder looks at.

    Raises:
        DeclarationError: two labels of one name, or labels that wait for each other.
    """
    labels: dict[str, Label] = {}
    for label in [*_folders(), *(point.load() for point in entry_points(group="epistula_labels"))]:
        if label.name in labels:
            raise DeclarationError(f"two folders declare the label {label.name}. Rename one.")
        labels[label.name] = label
    try:
        order = TopologicalSorter({n: sorted(la.after) for n, la in sorted(labels.items())}).static_order()
        return {name: labels[name] for name in order if name in labels}
    except CycleError as error:
        raise DeclarationError(f"labels wait for each other: {' → '.join(error.args[1])}") from error


def _folders() -> list[Label]:
    modules = [
        importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__) if info.ispkg
    ]
    return [_declared(module) for module in modules]


def _declared(module: ModuleType) -> Label:
    label = getattr(module, "LABEL", None)
    if not isinstance(label, Label):
        raise DeclarationError(f"{module.__name__} declares no LABEL. Add one or remove the folder.")
    return label


def problem_with(mention: Mention) -> str | None:
    """Say what is wrong with a mention's label and attributes by the declarations, or None."""
    label = all_labels().get(mention.label)
    if label is None:
        return f"no label {mention.label!r} is declared"
    attributes = {attribute.name: attribute for attribute in label.attributes}
    for name, value in mention.attributes.items():
        if name not in attributes:
            return f"{mention.label} has no attribute {name!r}"
        if not attributes[name].admits(value):
            return f"{name} cannot be {value!r}"
    if mention.assertion is not None and mention.assertion not in label.assertions:
        return f"{mention.label} has no assertion {mention.assertion}"
    return None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an annotation record, the labels' attributes included."""
    schema = TypeAdapter(Annotation).json_schema()
    mention = schema["$defs"]["Mention"]
    mention["properties"].pop("attributes", None)
    mention["properties"]["label"] = {"enum": sorted(all_labels())}
    mention["allOf"] = [_label_schema(label) for _, label in sorted(all_labels().items())]
    mention.pop("additionalProperties", None)
    mention["unevaluatedProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _label_schema(label: Label) -> dict[str, Any]:
    """Return the part of the schema that holds for the mentions of one label."""
    properties: dict[str, Any] = {a.name: _attribute_schema(a) for a in label.attributes}
    properties["assertion"] = {"enum": [*label.assertions, None]}
    return {
        "if": {"properties": {"label": {"const": label.name}}},
        "then": {"description": label.description, "properties": properties},
    }


def _attribute_schema(attribute: Attribute) -> dict[str, Any]:
    if attribute.count:
        return {"type": "integer", "minimum": 0}
    return {"enum": list(attribute.values)} if attribute.values else {"type": "string"}
