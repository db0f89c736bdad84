"""Which image is the last one that is recorded in an environment: of a deployment, or of a build that its rules take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ...graph.application import Application
from ...resolvers.catalog import Catalog, EnvironmentType
from ..moves import entries_of
from ..state.builds import BuildRecord, newest
from ..state.records import DeploymentRecord, EnvironmentRecord
from ..state.store import StateReader


class Recorded(Struct, frozen=True):
    """An image and what it is known from: a deployment, or a build."""

    image: str
    deployment: DeploymentRecord | None = None
    build: BuildRecord | None = None

    @property
    def source(self) -> str:
        """What the plan says of it."""
        if self.build is not None:
            return f"build {self.build.id} of {self.build.ref}"
        return "recorded" if self.deployment is None else f"deployment {self.deployment.number}"


def images_for(
    reader: StateReader, environment: EnvironmentRecord, catalog: Catalog, application: Application
) -> dict[str, Recorded]:
    """The last recorded image of each container of an application, by ``WORKLOAD/CONTAINER``."""
    type_ = catalog.environment_type(environment.type)
    builds = reader.builds(environment.application) if type_ is not None and type_.builds else ()
    return last_images(_keys(application), reader.deployments(environment.uid), taken(type_, builds))


def _keys(application: Application) -> Iterator[str]:
    """The containers of the application under their names, and under those that their workloads had before."""
    former: dict[str, list[str]] = {}
    for entry in entries_of(application):
        if entry.of_workload:
            former.setdefault(entry.target, []).extend((entry.source, *former.get(entry.source, ())))
    for workload in application.workloads.values():
        for name in (workload.name, *former.get(workload.name, ())):
            yield from (f"{name}/{container}" for container in workload.containers)


def taken(type_: EnvironmentType | None, builds: Iterable[BuildRecord]) -> tuple[BuildRecord, ...]:
    """The builds that the rules of an environment type take."""
    rules = type_.builds if type_ is not None else ()
    return tuple(b for b in builds if any(rule.takes(b.ref, b.workload) for rule in rules))


def last_images(
    keys: Iterable[str], deployments: Sequence[DeploymentRecord], builds: Sequence[BuildRecord]
) -> dict[str, Recorded]:
    """The later one of the last deployment's image and the newest build, by ``WORKLOAD/CONTAINER``.

    ``deployments`` are given newest first. A build counts from the instant at which it arrived, a deployment from
    that at which its plan was made: a plan that is applied later takes nothing back that arrived in between.
    """
    deployed = _deployed(deployments)
    found: dict[str, Recorded] = {}
    for key in keys:
        workload, _, container = key.partition("/")
        last = deployed.get(key)
        build = newest(b for b in builds if b.is_of(workload, container))
        if build is not None and (last is None or build.received >= _known_until(last)):
            found[key] = Recorded(build.image, build=build)
        elif last is not None:
            found[key] = Recorded(last.images[key], deployment=last)
    return found


def _deployed(deployments: Sequence[DeploymentRecord]) -> Mapping[str, DeploymentRecord]:
    """The newest deployment that had an image for each container; a destroy has none."""
    return {key: d for d in reversed(deployments) for key, image in d.images.items() if image}


def _known_until(deployment: DeploymentRecord) -> str:
    return deployment.planned or deployment.started
