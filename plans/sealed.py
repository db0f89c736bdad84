"""The encrypted files that deployments recorded: what a running program or a resource was given is opened from these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from ..graph.sealed import APPLICATION
from .state.records import DeploymentRecord
from .state.store import StateReader


class RecordedFiles:
    """Hands out what a file of the catalog or the application contained, by its path, the newest deployment first.

    Usable by several threads. A deployment that is begun later counts, too.
    """

    def __init__(self, reader: StateReader, environment_uid: str) -> None:
        self._reader = reader
        self._environment_uid = environment_uid
        self._contents: dict[tuple[str, str], bytes | None] = {}
        self._deployments: tuple[DeploymentRecord, ...] = ()

    def __call__(self, path: str) -> Iterator[bytes]:
        """Every content once; nothing for a file that no deployment recorded."""
        seen: set[bytes] = set()
        for deployments in (self._deployments, None):
            for deployment in self._read() if deployments is None else deployments:
                content = self._content(deployment, path)
                if content is not None and content not in seen:
                    seen.add(content)
                    yield content

    def _read(self) -> tuple[DeploymentRecord, ...]:
        """The deployments as they are now; those of the last reading are asked first, so few questions need this."""
        self._deployments = self._reader.deployments(self._environment_uid)
        return self._deployments

    def _content(self, deployment: DeploymentRecord, path: str) -> bytes | None:
        own = path.startswith(APPLICATION)
        digest = deployment.application if own else deployment.catalog
        if digest is None:
            return None
        if (digest, path) not in self._contents:
            files = orjson.loads(self._reader.blob(digest))
            self._contents[digest, path] = _found(files, path.removeprefix(APPLICATION) if own else path, own)
        return self._contents[digest, path]


def _found(files: dict[str, Any], path: str, own: bool) -> bytes | None:
    """The file in a packed application, or in the nearest layer of a packed catalog (see ``Snapshot.files``)."""
    names = [path] if own else sorted((n for n in files if n.partition("/")[2] == path), key=_layer)
    return files[names[0]].encode("latin-1") if names else None


def _layer(name: str) -> int:
    number = name.partition("/")[0]
    return int(number) if number.isdecimal() else len(name)
