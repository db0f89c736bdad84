"""The run file: everything that ``bakehouse launch`` needs to become the program, secrets as references.

It is JSON with mode 0600. ``environment`` and file contents are encoded values (see ``graph.encoding``).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from ....graph.encoding import decode, encode
from ....graph.fingerprint import digest
from ....graph.values import Secret, Value, leaves
from ...context import Workspace
from ...faults import PermanentFault
from .private import write_private

FORMAT = 1
_SHELL = "env"
_AMBIENT = (
    "PATH", "HOME", "LANG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "BAKEHOUSE_KEY_FILE", "SOPS_AGE_KEY_FILE",
)  # fmt: skip
_FILES = ("BAKEHOUSE_KEY_FILE", "SOPS_AGE_KEY_FILE")
"""Those of the ambient variables that name a file: a supervisor starts programs from another folder."""


class RunUser(Struct, frozen=True):
    """Whom the program runs as; only a superuser can start it as somebody else."""

    uid: int
    gid: int


class FileToWrite(Struct, frozen=True):
    """A file below the program's root. ``content`` is a value, or base64 text where ``binary``; ``mode`` is octal text."""

    target: str
    content: Value
    mode: str = "0644"
    binary: bool = False


class LinkToMake(Struct, frozen=True):
    """A link below the program's root that leads to ``source``, an absolute path."""

    target: str
    source: str


class RunFile(Struct, frozen=True):
    """How one program is started.

    ``argv`` holds no secrets: everybody on the machine can read a process's arguments. A relative ``argv[0]``
    is looked for on PATH, or from ``cwd`` where it has a slash. ``environment`` are values; PATH, HOME, LANG
    and BAKEHOUSE_ROOT are added to it. ``ambient`` is the environment of who wrote the file as far as launching
    needs it; it is no part of what :meth:`digest` compares.
    """

    argv: tuple[str, ...]
    cwd: str
    store: str
    environment_uid: str
    environment: Mapping[str, Value] = field(default_factory=dict[str, Value])
    files: tuple[FileToWrite, ...] = ()
    links: tuple[LinkToMake, ...] = ()
    user: RunUser | None = None
    umask: int = 0o022
    ambient: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, workspace: Workspace, argv: tuple[str, ...], cwd: Path | str) -> RunFile:
        """A run file for a program of this environment; widen it with ``dataclasses.replace``.

        Where Bakehouse itself runs from a virtual environment, that one's programs come first on PATH.
        """
        ambient = {name: os.environ[name] for name in _AMBIENT if name in os.environ}
        ambient |= {
            name: str(Path(path).absolute()) for name, path in ambient.items() if name in _FILES and path
        }
        if sys.prefix != sys.base_prefix:
            path = ambient.get("PATH", os.defpath)
            ambient["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{path}"
        return cls(argv, str(cwd), workspace.store, workspace.environment_uid, ambient=ambient)

    @property
    def targets(self) -> frozenset[str]:
        """Where files and links are made."""
        return frozenset([*(file.target for file in self.files), *(link.target for link in self.links)])

    def with_shell_secrets(self) -> RunFile:
        """The same with the variables of this process that secrets of the store ``env`` are taken from.

        The shell that they came from is gone when the program is started again; so these alone are kept in clear.
        """
        held = leaves([*self.environment.values(), *(file.content for file in self.files)])
        names = {leaf.ref for leaf in held if isinstance(leaf, Secret) and leaf.store == _SHELL}
        found = {name: os.environ[name] for name in names if name in os.environ}
        return replace(self, ambient={**self.ambient, **found})

    def digest(self) -> str:
        """Equal for run files that start the same program; secrets count by reference and version."""
        return digest(encode_run_file(replace(self, ambient={})))


def encode_run_file(run: RunFile) -> dict[str, Any]:
    """The run file as plain JSON."""
    files = [{**asdict(replace(f, content=None)), "content": encode(f.content)} for f in run.files]
    return {
        "format": FORMAT,
        "store": run.store,
        "environment_uid": run.environment_uid,
        "argv": list(run.argv),
        "cwd": run.cwd,
        "environment": {name: encode(value) for name, value in run.environment.items()},
        "files": files,
        "links": [asdict(link) for link in run.links],
        "user": asdict(run.user) if run.user else None,
        "umask": run.umask,
        "ambient": dict(run.ambient),
    }


def write_run_file(run: RunFile, path: Path) -> None:
    """Write the run file in one step, mode 0600."""
    write_private(path, json.dumps(encode_run_file(run), sort_keys=True).encode())


def read_run_file(path: Path) -> RunFile:
    """The run file at ``path``; raises :class:`PermanentFault` when it is missing or none that this version writes."""
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT:
            raise PermanentFault(
                f"the run file {path} has format {data['format']}, this version reads {FORMAT}"
            )
        files = tuple(FileToWrite(**{**f, "content": decode(f["content"])}) for f in data["files"])
        return RunFile(
            argv=tuple(data["argv"]),
            cwd=data["cwd"],
            store=data["store"],
            environment_uid=data["environment_uid"],
            environment={name: decode(value) for name, value in data["environment"].items()},
            files=files,
            links=tuple(LinkToMake(**link) for link in data["links"]),
            user=RunUser(**data["user"]) if data["user"] else None,
            umask=data["umask"],
            ambient=data["ambient"],
        )
    except OSError as error:
        raise PermanentFault(f"the run file {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PermanentFault(f"the run file {path} is damaged", hint="apply again") from error
