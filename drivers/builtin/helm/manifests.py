"""Objects in the text that the program prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from ....graph.narrow import is_list, is_map
from ...sdk import PermanentFault
from ..kubernetes.objects import Identity, Object, metadata, part, parts
from ..kubernetes.secrecy import opened
from ..kubernetes.wanted import IN_NO_NAMESPACE, Served

HOOK = "helm.sh/hook"
POLICY = "helm.sh/resource-policy"
_TAG = "tag:yaml.org,2002:"
_MOST = 1_000_000
"""Values in one text, each alias counted with all that it stands for: a short text can stand for more than fits anywhere."""


class _Loader(yaml.SafeLoader):
    """YAML as the program itself reads it: what looks like a time or counts in sixties is text."""


_loader: Any = _Loader
_loader.yaml_implicit_resolvers = {
    first: [
        (tag, form) for tag, form in known if tag not in (f"{_TAG}timestamp", f"{_TAG}int", f"{_TAG}float")
    ]
    for first, known in _loader.yaml_implicit_resolvers.items()
}
_loader.add_implicit_resolver(
    f"{_TAG}int",
    re.compile(r"[-+]?(?:0|[1-9][0-9]*|0o?[0-7]+|0x[0-9a-fA-F]+)\Z", re.ASCII),
    list("-+0123456789"),
)
_loader.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII),
    list("-+.0123456789"),
)


def objects(text: bytes) -> list[Object]:
    """All objects in a text of documents, those of lists one by one, data of Secrets in base64. Raises PermanentFault."""
    try:
        found = list(_flat(_counted(yaml.load_all(text, Loader=_Loader))))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PermanentFault(f"chart-invalid: what the chart renders is no YAML: {error}") from None
    return found


def _counted(documents: Iterable[Any]) -> Iterator[Any]:
    """The same documents; raises ValueError once they hold too much."""
    left = _MOST
    for found in documents:
        ahead = [found]
        while ahead:
            value = ahead.pop()
            left -= 1
            if left < 0:
                raise ValueError("it holds more than a million values")
            if is_map(value):
                ahead.extend(value.values())
            elif is_list(value):
                ahead.extend(value)
        yield found


def document(text: bytes) -> Any:
    """The one document of a text. Raises :class:`PermanentFault`."""
    try:
        (found,) = _counted([yaml.load(text, Loader=_Loader)])  # noqa: S506 - a loader of plain data
        return found
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PermanentFault(f"chart-invalid: Chart.yaml is no YAML: {error}") from None


def identity(found: Object, namespace: str, cluster: Served) -> Identity:
    """What an object of a release in ``namespace`` is called."""
    version, kind = str(found.get("apiVersion")), str(found.get("kind"))
    served = cluster.kind(version, kind)
    placed = served.namespaced if served is not None else kind not in IN_NO_NAMESPACE
    place = str(metadata(found).get("namespace") or namespace) if placed else None
    return Identity(version, kind, place, str(metadata(found).get("name")))


def events(found: Object) -> tuple[str, ...]:
    """The events that an object is a hook of; none for one that stays."""
    named = part(metadata(found), "annotations").get(HOOK)
    return tuple(event.strip() for event in str(named).split(",")) if named else ()


def is_kept(found: Object) -> bool:
    """Whether it outlives its release."""
    return part(metadata(found), "annotations").get(POLICY) == "keep"


def _flat(documents: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for found in documents:
        if not is_map(found):
            continue
        if str(found.get("kind", "")).endswith("List") and is_list(found.get("items")):
            yield from _flat(parts(found, "items"))
        else:
            yield opened(found, str)
