"""A release as it is: whether its objects are what its manifest says, and whose last revision it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...sdk import Context
from ..kubernetes.cluster import Cluster
from ..kubernetes.condition import condition
from ..kubernetes.models import COMPLETE
from ..kubernetes.objects import Identity, Object, metadata
from ..kubernetes.outputs import taken_outputs
from ..kubernetes.session import cluster
from ..kubernetes.wanted import Wanted
from .manifests import identity, objects
from .models import HelmInputs
from .program import Program
from .release import DEPLOYED, Release
from .values import open_values


def outputs(context: Context, program: Program, inputs: HelmInputs, release: Release) -> dict[str, Any]:
    """The outputs of a release that was just applied."""
    taken: Mapping[str, Any] = {}
    if inputs.outputs:
        with cluster(context) as there:
            names = [identity(item, program.namespace, there) for item in _manifest(program)]
            asked = {output.object for output in inputs.outputs.values()}
            found = {n: there.get(n) for n in names if f"{n.kind}/{n.name}" in asked}
            taken = taken_outputs(context, inputs.outputs, {n: o for n, o in found.items() if o is not None})
    return {**_about(program, inputs, release), "condition": COMPLETE, **taken}


def seen(context: Context, program: Program, inputs: HelmInputs, release: Release) -> dict[str, Any]:
    """The outputs of a release as a read finds it."""
    with cluster(context) as there:
        items = [_wanted(item, program.namespace, there) for item in _manifest(program)]
        live = {item.identity: there.get(item.identity) for item in items}
        found = {name: item for name, item in live.items() if item is not None}
        amiss = condition(there, [(item, item.body) for item in items], found)
        told = [*_moved(context, release), *([] if amiss == COMPLETE else [amiss])]
        taken = (
            taken_outputs(context, inputs.outputs, found) if amiss == COMPLETE else _former(context, inputs)
        )
    return {**_about(program, inputs, release), "condition": "; ".join(told) or COMPLETE, **taken}


def _about(program: Program, inputs: HelmInputs, release: Release) -> dict[str, Any]:
    return {
        "release": program.release,
        "namespace": program.namespace,
        "version": release.version,
        "status": release.status,
        "values": open_values(inputs.values),
    }


def _moved(context: Context, release: Release) -> list[str]:
    """What was done to the release besides us."""
    private: Mapping[str, Any] = context.prior.private if context.prior else {}
    ours = private.get("revision")
    told: list[str] = []
    if ours is not None and release.revision != ours:
        told.append(f"revision {release.revision} was made by somebody else, ours is {ours}")
    if release.status != DEPLOYED:
        told.append(f"the release is {release.status}")
    return told


def _former(context: Context, inputs: HelmInputs) -> dict[str, Any]:
    recorded: Mapping[str, Any] = context.prior.outputs if context.prior else {}
    return {name: recorded[name] for name in inputs.outputs if name in recorded}


def _manifest(program: Program) -> list[Object]:
    return objects(program.about("get", "manifest"))


def _wanted(found: Object, namespace: str, there: Cluster) -> Wanted:
    name: Identity = identity(found, namespace, there)
    place = {} if name.namespace is None else {"namespace": name.namespace}
    return Wanted(name, {**found, "metadata": {**metadata(found), **place}})
