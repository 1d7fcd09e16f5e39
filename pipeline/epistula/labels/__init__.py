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

from epistula.errors import DeclarationError
from epistula.labels.label import Label


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
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if info.ispkg
    ]
    return [_declared(module) for module in modules]


def _declared(module: ModuleType) -> Label:
    label = getattr(module, "LABEL", None)
    if not isinstance(label, Label):
        raise DeclarationError(f"{module.__name__} declares no LABEL. Add one or remove the folder.")
    return label
