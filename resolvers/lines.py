"""Which line an input of a resource comes from, for whoever reads why it changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ..graph.application import Workload
from ..graph.diagnostics import Place
from ..graph.narrow import is_map
from .catalog import ResourceDefinition
from .draft import Declaration, DraftNode
from .placeholders import BadPlaceholder, Placeholder, scan
from .positions import Path
from .profiles import Origin

_KEY = re.compile(r"(?:\\.|[^.\\])+")
_ESCAPED = re.compile(r"\\(.)")


class WorkloadLines(Struct, frozen=True):
    """The inputs of a workload, and of its endpoint: lines of its Score file, or of the profile that gave them."""

    workload: Workload
    origins: Mapping[Path, Origin]

    def __call__(self, path: str) -> Place | None:
        """The place of the input at a dotted path."""
        steps = keys(path)
        if steps[:1] == ("ports",):
            return self.workload.places.at("service", *steps)
        if steps[:1] != ("workload",):
            return None
        inside = steps[1:]
        origin = self.origins.get(inside)
        if origin is not None:
            return origin.profile.places.at("defaults", *origin.path)
        return self.workload.places.at(*(("metadata", "name") if inside == ("name",) else inside))


class DefinitionLines(Struct, frozen=True):
    """The inputs that a definition writes: its own lines, or those of the params that it passes on."""

    definition: ResourceDefinition
    params_from: Declaration | None

    def __call__(self, path: str) -> Place | None:
        """The place of the input at a dotted path."""
        steps = keys(path)
        written, rest = _written(self.definition.inputs, steps)
        declared = self.params_from
        if declared is not None and declared.places is not None:
            for param in _params(written):
                return declared.places.at(*declared.params_path, *param, *rest)
        return self.definition.places.at("inputs", *steps)


def lines_of(
    node: DraftNode, workloads: Mapping[str, Workload], origins: Mapping[str, Mapping[Path, Origin]]
) -> WorkloadLines | DefinitionLines | None:
    """What answers for a node that a definition meets; None for one that nothing meets."""
    if node.recipe is None:
        return None
    if node.address.type in ("workload", "endpoint") and node.address.id in workloads:
        name = node.address.id
        return WorkloadLines(workloads[name], origins.get(name, {}))
    return DefinitionLines(node.recipe.definition, node.params_from)


def keys(path: str) -> tuple[str, ...]:
    """The keys of a dotted path; a dot inside a key stands after a backslash."""
    return tuple(_ESCAPED.sub(r"\1", key) for key in _KEY.findall(path))


def _written(inputs: Any, steps: tuple[str, ...]) -> tuple[Any, Path]:
    """What the definition writes on the way to an input, and the steps that are left from there."""
    for number, step in enumerate(steps):
        if not is_map(inputs) or step not in inputs:
            return inputs, steps[number:]
        inputs = inputs[step]
    return inputs, ()


def _params(written: Any) -> list[Path]:
    """The params that a text refers to, as paths inside the params."""
    if not isinstance(written, str):
        return []
    try:
        parts = scan(written)
    except BadPlaceholder:
        return []
    paths = [part.path for part in parts if isinstance(part, Placeholder)]
    return [path[2:] for path in paths if path[:2] == ("resource", "params")]
