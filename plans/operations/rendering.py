"""The verb *render*: what an apply would set the targets up from. Writes nothing, opens no secret."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ...drivers.document import Document
from ...drivers.faults import Fault
from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...graph.resources import ResourceNode
from ..build import Asked, Planner
from ..change import Target
from ..probe import Probe
from ..removal import Removals
from ..state.records import EnvironmentRecord
from .compiling import Compiled, compile_environment
from .workbench import Workbench


class RenderedResource(Struct, frozen=True):
    """One resource with everything that goes to its driver, and the files that come of it."""

    node: ResourceNode
    target: Target
    documents: tuple[Document, ...]


class Rendered(Struct, frozen=True):
    """An environment, rendered: its resources in the graph's order."""

    compiled: Compiled
    resources: tuple[RenderedResource, ...]


def render_environment(
    bench: Workbench, environment: EnvironmentRecord, images: Mapping[str, str]
) -> Rendered:
    """Compile an environment and let every driver say what it would set up, as far as that is known today.

    What a plan would change counts as changed. Raises InvalidInput with all problems of the files and of all
    drivers, StateError, DriverMissing.
    """
    compiled = compile_environment(bench, environment, images)
    probe = Probe(bench.drivers, bench.workspace(environment))
    secrets = bench.secrets(environment, False)
    planner = Planner(compiled.snapshot, probe, secrets, Asked(), Removals())
    built = planner.build(compiled.graph)
    resources: list[RenderedResource] = []
    problems: list[Diagnostic] = []
    for node in compiled.graph:
        target, change = built.targets[node.address], built.changes.get(node.address)
        found = compiled.snapshot.resources.get(node.address)
        record = None if found is None else probe.upgraded(found)
        generation = change.generation if change else record.generation if record else 1
        try:
            documents = probe.render(node, target, record, generation)
            resources.append(RenderedResource(node, target, documents))
        except Fault as fault:
            problems.append(_refused(node, fault))
    if problems:
        raise InvalidInput(problems)
    return Rendered(compiled, tuple(resources))


def _refused(node: ResourceNode, fault: Fault) -> Diagnostic:
    place = node.causes[0] if node.causes else node.definition.place
    return Diagnostic("not-rendered", fault.message, place=place, address=str(node.address), hint=fault.hint)
