"""What the driver takes and gives."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from ...sdk import immutable, sealed, secret, stable
from ..endpoint.models import ServicePort

COMPLETE = "complete"
"""The ``condition`` of a folder that is as it was committed."""

_STEP = re.compile(r"(?!\.{1,2}\Z)(?!\.?git(?:~\d+)?\Z)[^\x00-\x1f\x7f/\\:*?\"<>|]{1,200}", re.IGNORECASE)
_URL = re.compile(
    r"(?:https|ssh|file)://[^\s?#]+|http://(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?/[^\s?#]*"
    r"|[\w.-]+@[\w.-]+:(?!//)[^\s:]+",
    re.ASCII,
)
_BRANCH = re.compile(
    r"(?!.*(?:\.\.|//|@\{|\.lock\Z))[A-Za-z0-9_][A-Za-z0-9._/-]*[A-Za-z0-9_]|[A-Za-z0-9_]", re.ASCII
)


def inner_path(path: str) -> str:
    """``path`` where it is one below a repository's top that every file system takes; raises ValueError."""
    if not path or not all(_STEP.fullmatch(step) and step[-1] not in ". " for step in path.split("/")):
        raise ValueError(f"'{path[:100]}' is no plain path below a folder")
    return path


def _url(url: str) -> str:
    if not _URL.fullmatch(url):
        raise ValueError(
            "give an address https://, ssh://, user@host:path or file:// (http:// on this machine only)"
        )
    if ":" in url.partition("://")[2].partition("/")[0].rpartition("@")[0]:
        raise ValueError("the address holds a password: give it as token")
    return url


def _branch(name: str) -> str:
    if not _BRANCH.fullmatch(name):
        raise ValueError(f"'{name[:100]}' is no name of a branch")
    return name


class GitConnection(BaseModel):
    """A branch of a repository, and who commits. Over https the ``token`` is given to those who ask for a password.

    ``sshKey`` is a private key as text, ``knownHosts`` the lines that prove the server; without them ssh uses its own.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    url: Annotated[str, AfterValidator(_url)] = immutable()
    branch: Annotated[str, AfterValidator(_branch)] = immutable("main")
    username: str = "git"
    token: SecretStr | None = secret(None)
    ssh_key: SecretStr | None = secret(None, alias="sshKey")
    known_hosts: str | None = Field(default=None, alias="knownHosts")
    author: str = Field(default="Bakehouse", pattern=r"^[^<>\n\x00]+$")
    email: str = Field(default="bakehouse@localhost", pattern=r"^[^<>\s\x00]+$")

    @property
    def protocol(self) -> str:
        """The one protocol that may be spoken."""
        scheme, found, _ = self.url.partition("://")
        return scheme if found else "ssh"


class ModuleCall(BaseModel):
    """A call of a Terraform module elsewhere."""

    model_config = ConfigDict(extra="forbid")

    source: str
    version: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])


class GitInputs(BaseModel):
    """``path`` is the folder in the repository that belongs to the resource alone. The rest says what it holds.

    ``files`` are texts, or data that is written as JSON or YAML, by their paths below the folder; ``manifests`` objects
    of a cluster in ``namespace``; ``module`` a module call. ``workload`` and ``profiles``, or ``ports`` and ``service``,
    are given for workloads and their endpoints, and become manifests.
    """

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, AfterValidator(inner_path)] = immutable()
    target: Literal["kubernetes"] = "kubernetes"
    namespace: str | None = None
    files: dict[Annotated[str, AfterValidator(inner_path)], Any] = sealed(default_factory=dict)
    manifests: list[dict[str, Any]] = sealed(default_factory=list)
    module: ModuleCall | None = sealed(None)
    workload: dict[str, Any] | None = sealed(None)
    profiles: list[dict[str, Any]] = sealed(default_factory=list)
    ports: dict[str, ServicePort] | None = None
    service: str | None = None

    @model_validator(mode="after")
    def _no_file_is_a_folder(self) -> Self:
        for path in self.files:
            steps = path.split("/")
            above = next((p for n in range(1, len(steps)) if (p := "/".join(steps[:n])) in self.files), None)
            if above is not None:
                raise ValueError(f"'{above}' is a file and also the folder of '{path}'")
        return self


class GitOutputs(BaseModel):
    """Where the files are, and the commit that brought them. ``host`` and ``ports`` are those of an endpoint.

    ``condition`` is ``complete``, or what a read found amiss.
    """

    repository: str = stable()
    branch: str = stable()
    path: str = stable()
    commit: str
    condition: str = COMPLETE
    host: str | None = None
    ports: dict[str, int] | None = None
