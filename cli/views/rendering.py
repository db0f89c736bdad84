"""The executable configuration of an environment: as YAML on standard output, or as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import Document
from .screen import Screen, dumps
from .yaml_text import yaml_text

INDEX = "index.yaml"
"""The file that says which resource each of the others belongs to."""


class RenderingYaml:
    """One YAML document for each resource, its files below ``documents``."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write the documents, after a comment that says where they are from."""
        environment = document["environment"]
        self._screen.data([f"# {document['application']} in {environment['name']} ({environment['type']})"])
        for resource in document["resources"]:
            found = {d["path"]: d["content"] for d in resource["documents"]}
            text = yaml_text({**_head(resource), "documents": found})
            self._screen.raw(f"---\n{text}".encode())


def files(document: Document) -> dict[str, bytes]:
    """The same as files by their paths: the index, and every document as it is."""
    resources = [
        {**_head(r), "documents": [d["path"] for d in r["documents"]]} for r in document["resources"]
    ]
    head = {key: document[key] for key in ("format", "kind", "application", "environment", "catalog")}
    found = {INDEX: yaml_text({**head, "resources": resources}).encode()}
    for resource in document["resources"]:
        for written in resource["documents"]:
            found[written["path"]] = _content(written)
    return found


def _head(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "documents"}


def _content(written: Mapping[str, Any]) -> bytes:
    content = written["content"]
    match written["form"]:
        case "text":
            return str(content).encode()
        case "json":
            return (dumps(content, indent=True) + "\n").encode()
        case _:
            return yaml_text(content).encode()
