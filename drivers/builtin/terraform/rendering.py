"""The files that an apply would hand to the program, with what is unknown or secret as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ....graph.narrow import is_list, is_map
from ....graph.values import Text, Unknown, Value
from ...sdk import Context, Document, plain_name
from ..carried import Folder
from .arguments import escaped
from .root import FILE, Call, label


def rendered(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...]:
    """The root's module block with the arguments as values, and the module's files where they travel."""
    source: Value = planned.get("source")
    try:
        folder = None if isinstance(source, str | Unknown) else Folder.model_validate(source)
    except ValidationError:
        folder = None
    version = {"version": planned["version"]} if folder is None and planned.get("version") else {}
    variables: Value = planned.get("variables", {})
    given = _escaped(variables) if is_map(variables) else {"variables": variables}
    call = Call(label(context.uid), folder or "", None, {})
    block = {"source": call.located if folder else source, **version, **given}
    documents = [Document(FILE, {"module": {call.label: block}})]
    if folder is not None:
        for path, content in sorted(folder.contents().items()):
            name = "/".join(plain_name(step) for step in path.split("/"))
            documents.append(Document(f"{call.folder}/{name}", content.decode(errors="replace")))
    return tuple(documents)


def _escaped(value: Value) -> Value:
    """A value whose text the program reads as itself."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, Text):
        return Text(tuple(escaped(part) if isinstance(part, str) else part for part in value.parts))
    if is_map(value):
        return {escaped(name): _escaped(item) for name, item in value.items()}
    return [_escaped(item) for item in value] if is_list(value) else value
