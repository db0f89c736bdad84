"""The verb *build notify*: records a build, and says which environments take it by the rules of their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from ...graph.application import Application
from ...graph.diagnostics import Diagnostic, Severity, did_you_mean
from ...graph.errors import InvalidInput
from ...resolvers.catalog import EnvironmentType
from ...resolvers.steps.deploy import AT_DEPLOY_TIME
from ..state.builds import BuildRecord
from ..state.records import DeploymentRecord, DeploymentStatus, EnvironmentRecord
from ..state.store import StateReader, StateStore
from .images import Recorded, last_images, taken

_IMAGE = re.compile(r"[^\s@]+@sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})\Z")

Types = Callable[[EnvironmentRecord], EnvironmentType | None]
"""The environment type of an environment by the catalog that binds it; None where that declares none."""


class Effect(StrEnum):
    """What a build means for an environment that takes it."""

    NEXT = "next"
    DEPLOYED = "deployed"
    PINNED = "pinned"
    SUPERSEDED = "superseded"


class Selection(Struct, frozen=True):
    """An environment whose rules take a build. ``deploy`` says that they want it deployed at once.

    ``counts`` is the image that counts there instead, where the effect is pinned or superseded.
    """

    environment: EnvironmentRecord
    deploy: bool
    effect: Effect
    counts: str | None = None


class Notified(Struct, frozen=True):
    """A build as it is recorded; ``is_new`` is False where it was known, and nothing was written."""

    build: BuildRecord
    is_new: bool
    selections: tuple[Selection, ...]
    remarks: tuple[Diagnostic, ...] = ()


class Subject(Struct, frozen=True):
    """The application that a build is for. ``images`` are its containers' by workload, None where no files say so."""

    application: str
    workloads: Mapping[str, Mapping[str, str] | None]


def subject_of(reader: StateReader, named: str | None, application: Callable[[], Application]) -> Subject:
    """The application of the folder, or the one that is named; raises InvalidInput where the store has no such one.

    One that is named needs no files: its workloads are those that are recorded in its environments.
    """
    if named is None:
        found = application()
        return Subject(found.name, {w.name: _images(w.containers) for w in found.workloads.values()})
    environments = reader.environments(named)
    if not environments:
        known = {e.application for e in reader.environments()}
        message = f"no environment of an application '{named[:100]}' is registered"
        hint = did_you_mean(named, known, noun="registered")
        raise InvalidInput(Diagnostic("unknown-application", message, hint=hint))
    resources = (a for e in environments for a in reader.snapshot(e.uid).resources)
    return Subject(named, {a.id: None for a in sorted(resources) if a.type == "workload"})


def notify(store: StateStore, subject: Subject, build: BuildRecord, types: Types) -> Notified:
    """Record a build unless it is known, and say what it means; raises InvalidInput, and then nothing is recorded."""
    problems = list(_problems(build, subject))
    if any(d.is_error for d in problems):
        raise InvalidInput(problems)
    reader = store.reader()
    earlier = reader.builds(build.application)
    typed = ((e, types(e)) for e in reader.environments(build.application))
    selected = [(e, t) for e, t in typed if t is not None and taken(t, (build,))]
    known = next((b for b in reversed(earlier) if build.repeats(b)), None)
    recorded = known or store.record_build(build)
    builds = earlier if known is not None else (*earlier, recorded)
    ordered = sorted(selected, key=lambda pair: (pair[1].order, pair[0].name))
    selections = (
        _selection(e, t, recorded, builds, reader.deployments(e.uid), _keys(build, subject))
        for e, t in ordered
    )
    return Notified(recorded, known is None, tuple(selections), tuple(problems))


def _selection(
    environment: EnvironmentRecord,
    type_: EnvironmentType,
    build: BuildRecord,
    builds: tuple[BuildRecord, ...],
    deployments: tuple[DeploymentRecord, ...],
    keys: tuple[str, ...],
) -> Selection:
    deploy = any(r.deploy and r.takes(build.ref, build.workload) for r in type_.builds)
    pinned = [environment.images[key] for key in keys if key in environment.images]
    if len(pinned) == len(keys):
        return Selection(environment, deploy, Effect.PINNED, pinned[0])
    counting = last_images(keys, deployments, taken(type_, builds)).values()
    other = next((r.image for r in counting if not _is_of(r, build)), None)
    if other is not None:
        return Selection(environment, deploy, Effect.SUPERSEDED, other)
    is_there = all(_stands(deployments, key, build) for key in keys)
    return Selection(environment, deploy, Effect.DEPLOYED if is_there else Effect.NEXT)


def _is_of(found: Recorded, build: BuildRecord) -> bool:
    return found.image.rpartition("@")[2] == build.digest


def _stands(deployments: tuple[DeploymentRecord, ...], key: str, build: BuildRecord) -> bool:
    """Whether the last deployment brought the image, and to its end."""
    last = next(iter(deployments), None)
    if last is None or last.status is not DeploymentStatus.SUCCEEDED:
        return False
    return last.images.get(key, "").rpartition("@")[2] == build.digest


def _keys(build: BuildRecord, subject: Subject) -> tuple[str, ...]:
    """The containers that a build is meant for; one called ``*`` where nothing says which there are."""
    if build.container is not None:
        return (f"{build.workload}/{build.container}",)
    images = subject.workloads.get(build.workload) or {}
    supplied = [c for c, image in images.items() if image == AT_DEPLOY_TIME]
    return tuple(f"{build.workload}/{c}" for c in supplied or images or ("*",))


def _images(containers: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {name: str(body.get("image", "")) for name, body in containers.items()}


def _problems(build: BuildRecord, subject: Subject) -> Iterator[Diagnostic]:
    if not _IMAGE.match(build.image):
        message = f"'{build.image[:200]}' does not name an image by its digest"
        hint = "expected REFERENCE@sha256:DIGEST; a tag may mean another image tomorrow"
        yield Diagnostic("image-without-digest", message, hint=hint)
    if subject.workloads and build.workload not in subject.workloads:
        message = f"{subject.application} has no workload '{build.workload[:100]}'"
        hint = did_you_mean(build.workload, subject.workloads, noun="workloads")
        yield Diagnostic("unknown-workload", message, hint=hint)
        return
    images = subject.workloads.get(build.workload)
    if images is None:
        return
    if build.container is not None and build.container not in images:
        message = f"workload {build.workload} has no container '{build.container[:100]}'"
        hint = did_you_mean(build.container, images, noun="containers")
        yield Diagnostic("unknown-container", message, hint=hint)
    elif all(image != AT_DEPLOY_TIME for c, image in images.items() if build.container in (None, c)):
        message = f"the build is not used: the file of {build.workload} names its image itself"
        hint = "write image: . where builds are to supply it"
        yield Diagnostic("image-not-used", message, Severity.WARNING, hint=hint)
