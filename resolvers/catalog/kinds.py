"""What a platform's files declare, one frozen object a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct, field

from ...graph.diagnostics import Place
from ...graph.types import ResourceType, Schema
from ...graph.values import Value
from ..positions import Positions


class Criterion(Struct, frozen=True):
    """What must hold for a definition or a profile to count. An absent part matches anything.

    For definitions only, an absent ``class_`` means the class ``default``, and ``"*"`` every class.
    """

    id: str | None = None
    environment: str | None = None
    application: str | None = None
    environment_type: str | None = None
    class_: str | None = None

    def written(self) -> dict[str, str]:
        """The parts that are named, by the keys of the file."""
        named = {
            "id": self.id,
            "environment": self.environment,
            "application": self.application,
            "environmentType": self.environment_type,
            "class": self.class_,
        }
        return {key: value for key, value in named.items() if value is not None}


class Dependency(Struct, frozen=True):
    """A resource that a definition needs for each resource that it meets.

    ``class_`` and ``id`` may hold ``@``, the owner's own; ``id`` None is the owner's id too.
    """

    alias: str
    type: str
    class_: str
    id: str | None
    params: Mapping[str, Value]
    place: Place


class CoProvision(Struct, frozen=True):
    """A resource that comes with each resource that the definition meets."""

    type: str
    class_: str
    id: str
    params: Mapping[str, Value]
    depends_on_current: bool
    copy_dependents: bool
    place: Place
    index: int


class ResourceDefinition(Struct, frozen=True):
    """How one type of resource is met. ``body`` is the ``spec`` as written; ``places`` are relative to it."""

    name: str
    layer: str
    type: str
    driver: str
    match: tuple[Criterion, ...]
    body: Mapping[str, Any]
    place: Place
    places: Positions
    inputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    outputs: Mapping[str, Value] | None = None
    params: Schema | None = None
    connection: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    co_provision: tuple[CoProvision, ...] = ()
    on_remove: str | None = None
    create_first: bool = False
    timeout: float | None = None
    runner: str | None = None


class Variable(Struct, frozen=True):
    """A variable that environments of a type have; ``default`` counts where ``has_default``."""

    name: str
    default: Value = None
    has_default: bool = False
    secret: bool = False


class BuildRule(Struct, frozen=True):
    """Which builds environments of a type take: those whose ref matches, of the workloads that are named.

    ``ref`` is a regular expression that is searched for; ``workloads`` are names, in which ``*`` stands for anything.
    ``deploy`` says that a notification may deploy them at once.
    """

    ref: str
    workloads: tuple[str, ...] = ("*",)
    deploy: bool = False

    def takes(self, ref: str, workload: str) -> bool:
        """Whether it is about a build of a ref for a workload."""
        return re.search(self.ref, ref) is not None and any(fnmatchcase(workload, w) for w in self.workloads)


class EnvironmentType(Struct, frozen=True):
    """What environments of one kind have in common. ``connections`` names one connection for each kind."""

    name: str
    layer: str
    place: Place
    connections: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: Mapping[str, Variable] = field(default_factory=dict[str, Variable])
    secret_store: str = "local"
    on_remove: str | None = None
    ephemeral: bool = False
    order: int = 0
    builds: tuple[BuildRule, ...] = ()
    require_committed: bool = False
    description: str = ""


class WorkloadProfile(Struct, frozen=True):
    """Defaults (a Score fragment that lies under the workload) and patches (for one target) of workloads."""

    name: str
    layer: str
    match: tuple[Criterion, ...]
    target: str | None
    defaults: Mapping[str, Any]
    patches: tuple[Mapping[str, Any], ...]
    place: Place
    places: Positions


class ConnectionKind(Struct, frozen=True):
    """A declared connection. Secrets in ``values`` are references."""

    name: str
    layer: str
    kind: str
    values: Mapping[str, Value]
    place: Place
    places: Positions


class Pack(Struct, frozen=True):
    """A further catalog that this one builds on: a built-in name, or a folder."""

    name: str
    source: str | None
    version: str | None
    place: Place


class Platform(Struct, frozen=True):
    """The head of a catalog."""

    name: str
    organization: str
    packs: tuple[Pack, ...]
    place: Place


Answer = str | int | bool
"""What a question can be answered with."""


class Question(Struct, frozen=True):
    """A question of a template: ``type`` is string, integer, boolean or enum. ``default`` None is no default.

    ``hint`` says in words what ``pattern`` asks for.
    """

    name: str
    type: str = "string"
    help: str = ""
    default: Answer | None = None
    pattern: str | None = None
    hint: str | None = None
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


class TemplateFile(Struct, frozen=True):
    """Where a file goes and what it holds: ``content``, or what lies at ``source`` beside the template.

    ``target`` may hold placeholders of answers, and so may texts unless ``no_expand`` says otherwise. ``mode`` None is
    that of any file, or of the source.
    """

    target: str
    content: str | None = None
    source: str | None = None
    mode: int | None = None
    no_expand: bool = False


class Template(Struct, frozen=True):
    """Files with questions, from which an application or a part of one is begun."""

    name: str
    layer: str
    description: str
    questions: tuple[Question, ...]
    files: tuple[TemplateFile, ...]
    place: Place


Kind = (
    Platform
    | ResourceType
    | ResourceDefinition
    | EnvironmentType
    | WorkloadProfile
    | ConnectionKind
    | Template
)
