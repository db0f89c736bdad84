"""References: whose outputs are read, whether they can be, and whether they still are what was planned with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from msgspec import Struct

from ..drivers.secrets import from_outside
from ..graph.address import Address
from ..graph.diagnostics import Diagnostic, did_you_mean
from ..graph.encoding import encode
from ..graph.errors import InvalidInput
from ..graph.fingerprint import digest
from ..graph.resources import ResourceGraph, ResourceNode
from ..graph.values import Secret, Unknown, Value, has_unknown, leaves
from .action import ENDING
from .change import ReadBasis
from .plan import Plan
from .prospect import mapped
from .state.records import EnvironmentRecord, Owner, Referrer, ResourceRecord, ResourceStatus
from .state.store import Snapshot, StateReader


class Reading(Struct, frozen=True, dict=True):
    """What a reference reads now: the owner, what people call it, and those of its outputs that are used.

    Secrets in ``outputs`` are named as one names them from outside their environment.
    """

    owner: Owner
    name: str
    outputs: Mapping[str, Value]
    deployment: int = 0

    @cached_property
    def basis(self) -> ReadBasis:
        """What a plan that was made with this holds on."""
        return ReadBasis(self.owner, self.name, tuple(sorted(self.outputs)), digest(encode(self.outputs)))


class References:
    """Looks owners up in one store. An environment is read again only when something was written to it."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader
        self._seen: dict[str, Snapshot] = {}

    def readings(
        self, graph: ResourceGraph, is_reference: Callable[[str], bool], chosen: Collection[Address] | None
    ) -> Mapping[Address, Reading]:
        """What the graph's references (those ``chosen``, or all for None) read; raises InvalidInput with all problems.

        ``is_reference`` says whether a driver only reads.
        """
        found: dict[Address, Reading] = {}
        problems: list[Diagnostic] = []
        drivers = {name: is_reference(name) for name in {node.driver for node in graph}}
        for node in graph:
            if drivers[node.driver] and (chosen is None or node.address in chosen):
                try:
                    found[node.address] = self._reading(node, graph)
                except InvalidInput as error:
                    problems.extend(error.diagnostics)
        if problems:
            raise InvalidInput(problems)
        return found

    def again(self, basis: ReadBasis) -> Reading | None:
        """What a planned reading gives now; None where its owner is gone or going."""
        owner = basis.owner
        snapshot = self._snapshot(owner.environment_uid)
        records = () if snapshot is None else snapshot.resources.values()
        record = next((r for r in records if r.uid == owner.uid), None)
        if snapshot is None or record is None or _is_ending(record):
            return None
        return _read(record, snapshot.environment, basis.outputs)

    def moved(self, plan: Plan) -> list[Diagnostic]:
        """Which owners changed what the plan reads of them, and who came to read what the plan would end."""
        found = self._strangers(plan)
        for address, basis in sorted(plan.reads.items()):
            now = self.again(basis)
            if now is None or now.basis.digest != basis.digest:
                found.append(self._told(address, basis, now))
        return found

    def _strangers(self, plan: Plan) -> list[Diagnostic]:
        ending = {c.uid: c for c in plan.changes.values() if c.action in ENDING}
        return [
            Diagnostic(
                "stale-plan",
                f"{found} came to read {ending[found.owner.uid].address} since the plan was made",
                address=str(ending[found.owner.uid].address),
                hint="plan again, and look at who reads it",
            )
            for found in self._reader.referrers(plan.environment_uid)
            if found.owner.uid in ending and found.key not in ending[found.owner.uid].referrers
        ]

    def _told(self, address: Address, basis: ReadBasis, now: Reading | None) -> Diagnostic:
        what = f"{basis.name}, which {address} reads, "
        what += "is gone" if now is None else "has other outputs"
        if now is not None:
            by = self._reader.deployment(basis.owner.environment_uid, now.deployment)
            what += f" since deployment {by.number} of {by.actor}" if by is not None else ""
        hint = "plan again, look at it, and apply that"
        return Diagnostic("stale-plan", f"{what}; the plan was made before", address=str(address), hint=hint)

    def _reading(self, node: ResourceNode, graph: ResourceGraph) -> Reading:
        if has_unknown(node.inputs):
            raise _problem(
                node,
                "reference-not-known",
                "its inputs hold outputs of other resources, and a reference is read when planning",
                "use names, params or variables in them",
            )
        application, environment = str(node.inputs["application"]), str(node.inputs["environment"])
        home = self._environment(node, application, environment)
        self._check_circle(node, graph, home)
        snapshot = self._snapshot(home.uid)
        recorded: Mapping[Address, ResourceRecord] = {} if snapshot is None else snapshot.resources
        record = _owned(node, recorded, f"{application}/{environment}")
        reading = _read(record, home, _used(node, record))
        _check_outputs(node, record, reading)
        return reading

    def _environment(self, node: ResourceNode, application: str, environment: str) -> EnvironmentRecord:
        known = self._reader.environments()
        for found in known:
            if (found.application, found.name) == (application, environment):
                return found
        names = [f"{e.application}/{e.name}" for e in known]
        message = f"it reads a resource of {application}/{environment}, which is not registered in this state"
        hint = did_you_mean(f"{application}/{environment}", names, noun="environments")
        raise _problem(node, "reference-owner-missing", message, hint)

    def _check_circle(self, node: ResourceNode, graph: ResourceGraph, home: EnvironmentRecord) -> None:
        """Refuse a reading that would close a circle of environments: none of them could be made first."""
        own = graph.environment.uid
        if home.uid == own:
            message = "it reads a resource of its own environment"
            raise _problem(
                node, "reference-circle", message, "ask for that resource by its type, class and id"
            )
        path = self._way(home.uid, own)
        if path is not None:
            names = {e.uid: f"{e.application}/{e.name}" for e in self._reader.environments()}
            own_name = names.get(own, graph.environment.name)
            steps = [f"{own_name} reads {names.get(home.uid, home.uid)} ({node.address})"]
            for found in path:
                owner = names.get(found.owner.environment_uid, found.owner.environment_uid)
                steps.append(f"{found.application}/{found.environment} reads {owner} ({found.address})")
            message = f"it closes a circle of environments: {'; '.join(steps)}"
            raise _problem(node, "reference-circle", message, "let a third application own what both need")

    def _way(self, start: str, goal: str) -> list[Referrer] | None:
        """A shortest chain of references from one environment to another, None where there is none."""
        came: dict[str, list[Referrer]] = {start: []}
        waiting = [start]
        while waiting:
            current = waiting.pop(0)
            for found in self._reader.references(current):
                above = found.owner.environment_uid
                if above not in came:
                    came[above] = [*came[current], found]
                    waiting.append(above)
        return came.get(goal)

    def _snapshot(self, uid: str) -> Snapshot | None:
        serial = next((e.serial for e in self._reader.environments() if e.uid == uid), None)
        if serial is None:
            return None
        known = self._seen.get(uid)
        if known is None or known.environment.serial != serial:
            known = self._seen[uid] = self._reader.snapshot(uid)
        return known


def was_given(snapshot: Snapshot, ref: str) -> bool:
    """Whether a local secret of another environment is among what the references of this one have read."""
    values = (record.driver_outputs for record in snapshot.resources.values() if record.owner is not None)
    return any(isinstance(leaf, Secret) and leaf.ref == ref for value in values for leaf in leaves(value))


def _owned(node: ResourceNode, known: Mapping[Address, ResourceRecord], where: str) -> ResourceRecord:
    text = str(node.inputs["address"])
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise _problem(node, "bad-address", f"input address: {error}") from None
    record = known.get(address)
    if record is None:
        message = f"it reads {address} of {where}, where no such resource is recorded"
        hint = (
            did_you_mean(text, [str(a) for a in known], noun="recorded") if known else f"apply {where} first"
        )
        raise _problem(node, "reference-owner-missing", message, hint)
    if record.owner is not None:
        message = f"it reads {address} of {where}, which is itself only a reference"
        to = ", ".join(f"{k}: {v}" for k, v in sorted(record.inputs.items()))
        raise _problem(node, "reference-to-reference", message, f"read what that one reads: {to}")
    if _is_ending(record) or not (record.outputs or record.status is ResourceStatus.READY):
        state = "is being deleted" if _is_ending(record) else "never came to be"
        message = f"it reads {address} of {where}, which {state} (deployment {record.deployment})"
        raise _problem(node, "reference-not-ready", message, f"apply {where} first")
    return record


def _read(record: ResourceRecord, home: EnvironmentRecord, names: Collection[str]) -> Reading:
    outputs: Mapping[str, Value] = from_outside(
        {name: record.outputs[name] for name in sorted(record.outputs) if name in names}, home.uid
    )
    name = f"{record.address} of {home.application}/{home.name}"
    return Reading(Owner(home.uid, record.uid), name, outputs, record.deployment)


def _used(node: ResourceNode, record: ResourceRecord) -> Collection[str]:
    """The owner's outputs that the definition's expressions, or else the type, take up."""
    if node.outputs is None:
        return node.fields.keys() or record.outputs.keys()
    own = [leaf for leaf in leaves(node.outputs) if isinstance(leaf, Unknown) and leaf.source == node.address]
    if any(not leaf.path for leaf in own):
        return record.outputs.keys()
    return {leaf.path[0] for leaf in own}


def _check_outputs(node: ResourceNode, record: ResourceRecord, reading: Reading) -> None:
    given = mapped(node.outputs, node.fields, reading.outputs, node.address)
    missing = [f.name for f in node.fields.values() if not f.optional and given.get(f.name) is None]
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        message = f"{reading.name} gives no output for {names}, which type {node.address.type} promises"
        hint = did_you_mean(missing[0], record.outputs, noun="its outputs")
        raise _problem(node, "unknown-output", message, f"{hint}; map others in spec.outputs")


def _is_ending(record: ResourceRecord) -> bool:
    pending = record.pending
    return record.status is ResourceStatus.PENDING and pending is not None and pending.operation == "delete"


def _problem(node: ResourceNode, code: str, message: str, hint: str | None = None) -> InvalidInput:
    place = node.definition.place
    return InvalidInput(
        Diagnostic(code, f"{node.address}: {message}", place=place, address=str(node.address), hint=hint)
    )
