"""The planner: from a resource graph, recorded state and the drivers' proposals to the changes of a plan.

It writes nothing. It walks the graph once, upstream first, so that every node sees the planned outputs of what
it depends on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ..drivers.context import Proposal
from ..graph.address import Address
from ..graph.diagnostics import Place
from ..graph.resources import ResourceGraph, ResourceNode
from ..graph.values import Value
from .access import SecretAccess
from .action import Action
from .adoption import Adoption, Adoptions
from .change import Change, Reason, Target, Why
from .diff import Decision, Wanted, Wishes, adopt, decide, fixed
from .drift import Live, Lives
from .glance import Glance
from .moves import Move, Moves
from .occasions import moved_by, restated_by
from .probe import Probe
from .proposing import Proposing, Rehearsing, asks_together, heeded
from .prospect import after_create, after_rotation, after_update, mapped
from .reading import decide_reading
from .references import Reading
from .refusing import Refusing, refusal
from .removal import Removals
from .replacing import generation, inherit_create_first, warn_of_left_out
from .state.records import ResourceRecord, ResourceStatus
from .state.store import Snapshot
from .targets import Targets


class Asked(Struct, frozen=True):
    """What is asked for beyond the graph, by address; ``selected`` None means everything.

    ``moves`` are those that the snapshot is seen through, by the address that they lead to; ``adoptions`` what exists
    already and is to be taken over. ``live`` is how objects were found; ``glance`` looks at those that would be changed.
    """

    replace: Collection[Address] = ()
    restart: Collection[Address] = ()
    rotate: Mapping[Address, str] = field(default_factory=dict[Address, str])
    selected: Collection[Address] | None = None
    moves: Moves = field(default_factory=dict[Address, Move])
    adoptions: Adoptions | None = None
    live: Lives = field(default_factory=dict[Address, Live])
    glance: Glance | None = None


class Built(Struct, frozen=True):
    """The changes of the wanted resources and how many stay as they are; ``targets`` are what all of them are to be.

    ``live`` is how objects were found that are to be changed.
    """

    changes: Mapping[Address, Change]
    unchanged: int
    targets: Mapping[Address, Target]
    live: Lives = field(default_factory=dict[Address, Live])


class Planner:
    """Plans the wanted resources of one graph against one snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        probe: Probe,
        secrets: SecretAccess,
        asked: Asked,
        rules: Removals,
        readings: Mapping[Address, Reading] | None = None,
    ) -> None:
        self._readings = readings or {}
        self._recorded = snapshot.resources
        self._paused = snapshot.environment.paused
        self._probe = probe
        self._secrets = secrets
        self._asked = asked
        self._rules = rules
        self._planned: dict[Address, Mapping[str, Value]] = {}
        self._glanced: dict[Address, Live] = {}
        self._proposing: Proposing | Rehearsing = Proposing(probe, secrets)
        self._refusing = Refusing(rules, asked.rotate)
        self._targets = Targets(probe, secrets.version_of, self._planned)

    def build(self, graph: ResourceGraph) -> Built:
        """The changes in the graph's order."""
        asking = [n for n in graph if self._selects(n) and asks_together(self._probe, n)]
        glance = self._asked.glance
        glances = glance is not None and glance.may_look(self._recorded)
        if len(asking) <= 1 and not glances:
            return self._walk(graph)
        rehearsing = self._proposing = Rehearsing(Proposing(self._probe, self._secrets))
        built = self._rehearse(graph)
        if rehearsing.passed_over:
            self._proposing = rehearsing.asked()
            built = self._again(graph)
        return replace(built, live={a: live for a, live in self._glanced.items() if a in built.changes})

    def _rehearse(self, graph: ResourceGraph) -> Built:
        """Walk to see what would be changed, and look at that; again where what was found makes more of it."""
        built = self._walk(graph)
        glance = self._asked.glance
        while glance is not None:
            changes = {a: c for a, c in built.changes.items() if a not in self._glanced}
            found = glance.at(changes, self._recorded)
            self._glanced.update(found)
            if not any(live.finding.is_drift for live in found.values()):
                break
            built = self._again(graph)
        return built

    def _again(self, graph: ResourceGraph) -> Built:
        self._planned.clear()
        return self._walk(graph)

    def _selects(self, node: ResourceNode) -> bool:
        return self._asked.selected is None or node.address in self._asked.selected

    def _walk(self, graph: ResourceGraph) -> Built:
        changes: dict[Address, Change] = {}
        unchanged = 0
        for node in graph:
            record = self._recorded.get(node.address)
            if not self._selects(node):
                if record is not None:
                    self._planned[node.address] = record.outputs
                continue
            change = self._change(node, None if record is None else self._probe.upgraded(record))
            if change is None:
                unchanged += 1
            else:
                changes[node.address] = change
        changes = warn_of_left_out(inherit_create_first(changes), self._recorded, self._asked.selected)
        return Built(changes, unchanged, self._targets.made)

    def _change(self, node: ResourceNode, record: ResourceRecord | None) -> Change | None:
        target, print_ = self._targets.of(node, record)
        adoption = self._asked.adoptions.of(node.address, record) if self._asked.adoptions else None
        if adoption is not None:
            if isinstance(self._proposing, Rehearsing):
                self._proposing.passed_over = True
                return None  # looked at only once
            return self._adopted(node, record, target, adoption)
        proposal: Proposal | None = None
        reading = self._readings.get(node.address)
        if reading is not None:
            cause = _cause(node)
            decision = decide_reading(record, reading, node.driver, target.inputs, cause)
            outputs: Mapping[str, Value] = mapped(
                target.output_map, node.fields, reading.outputs, node.address
            )
        else:
            decision = self._decided(node.address, record, self._wanted(node, target, print_, record))
            if not decision.is_no_op:
                proposal = self._proposing.propose(node, target, record)
                decision = heeded(decision, proposal)
            outputs = self._outputs(node, target, record, decision, proposal)
        self._planned[node.address] = outputs
        if decision.is_no_op:
            stays = node.address not in self._asked.moves
            if record is None or (stays and _as_recorded(record, target, outputs, print_)):
                return None
            return self._made(node, record, target, decision, outputs, None)
        return self._made(node, record, target, decision, outputs, proposal)

    def _decided(self, address: Address, record: ResourceRecord | None, wanted: Wanted) -> Decision:
        """What is to be done; where that is anything, how the object was found counts, too."""
        decision, found = decide(record, wanted), self._glanced.get(address)
        return decision if decision.is_no_op or found is None else decide(record, replace(wanted, live=found))

    def _adopted(
        self, node: ResourceNode, record: ResourceRecord | None, target: Target, adoption: Adoption
    ) -> Change:
        """The change that takes over what exists, with the difference that this makes to it."""
        assert self._asked.adoptions is not None
        found = self._asked.adoptions.look(node, target, adoption.external_id)
        traits = self._probe.traits(node.driver, str(node.address))
        why = Reason(Why.ADOPTED, f"takes over {adoption.external_id}", adoption.place)
        decision = adopt(found.inputs, target.inputs, traits, why)
        planned = after_create(node.fields, target.output_map, {}, node.address)
        kept = mapped(target.output_map, node.fields, found.outputs, node.address)
        outputs = self._planned[node.address] = after_update(node.fields, planned, kept)
        proposal = Proposal(
            "update", nested=found.nested, notes=found.notes, refused=found.refused or fixed(decision.diffs)
        )
        change = self._made(node, record, target, decision, outputs, proposal)
        return replace(change, before=found.inputs, adopts=adoption.external_id)

    def _wanted(
        self, node: ResourceNode, target: Target, print_: str, record: ResourceRecord | None
    ) -> Wanted:
        address = node.address
        settled = (
            record is not None and record.fingerprint == print_ and record.status is ResourceStatus.READY
        )
        asks = (
            settled and target.runtime and not self._paused
        )  # what is paused runs again before it is applied
        stopped = self._probe.not_running(record) if record is not None and asks else None
        return Wanted(
            inputs=target.inputs,
            fingerprint=print_,
            driver=self._probe.traits(node.driver, str(address)),
            connection=target.connection,
            cause=_cause(node),
            not_running=stopped,
            live=self._asked.live.get(address),
            wishes=Wishes(
                replace=address in self._asked.replace,
                restart=address in self._asked.restart,
                rotate=self._asked.rotate.get(address),
            ),
            line_of=lambda path: _line_of(node, path),
        )

    def _outputs(
        self,
        node: ResourceNode,
        target: Target,
        record: ResourceRecord | None,
        decision: Decision,
        proposal: Proposal | None,
    ) -> Mapping[str, Value]:
        own = node.address
        recorded: Mapping[str, Value] = record.outputs if record is not None else {}
        if record is not None and decision.is_no_op:
            return mapped(target.output_map, node.fields, record.driver_outputs, own)
        rotation = self._asked.rotate.get(own)
        if rotation is not None and decision.action is Action.UPDATE and not decision.diffs:
            return after_rotation(node.fields, recorded, rotation, own)
        planned = after_create(node.fields, target.output_map, proposal.outputs if proposal else {}, own)
        if decision.action is Action.UPDATE and not _half_made(record):
            return after_update(node.fields, planned, recorded)
        return planned

    def _made(
        self,
        node: ResourceNode,
        record: ResourceRecord | None,
        target: Target,
        decision: Decision,
        outputs: Mapping[str, Value],
        proposal: Proposal | None,
    ) -> Change:
        replacing = decision.action is Action.REPLACE
        move = self._asked.moves.get(node.address)
        why = decision.reasons or restated_by(node, record, move)
        return Change(
            address=node.address,
            uid=node.uid,
            slug=node.slug,
            birth=node.birth,
            generation=generation(record, replacing),
            action=decision.action,
            driver=node.driver,
            schema_version=self._probe.traits(node.driver, str(node.address)).schema_version,
            reasons=why if move is None else (moved_by(move), *why),
            target=target,
            before=None if record is None else record.inputs,
            outputs=outputs,
            diffs=decision.diffs,
            conditional=decision.conditional,
            create_first=replacing and node.definition.create_first,
            deposed=0 if record is None else len(record.deposed),
            record_only=decision.is_no_op,
            rotate=self._asked.rotate.get(node.address),
            nested=() if proposal is None else proposal.nested,
            notes=(*(() if proposal is None else proposal.notes), *self._notes(node, record, decision)),
            refused=refusal(node, record, decision, proposal, self._refusing),
            data_bearing=node.data_bearing and node.address not in self._readings,
            workload=node.workload,
            owner=self._readings[node.address].owner if node.address in self._readings else None,
            referrers=self._rules.readers(record) if record is not None and replacing else (),
            moved_from=None if move is None else move.source,
        )

    def _notes(
        self, node: ResourceNode, record: ResourceRecord | None, decision: Decision
    ) -> tuple[str, ...]:
        """What a rotation means for users; who will read another object's outputs, where a replacement was allowed."""
        if node.address in self._asked.rotate:
            return (_ROTATES,)
        if record is None or decision.action is not Action.REPLACE or self._rules.protects(record):
            return ()
        found = self._rules.read_by(record)
        return () if found is None else (f"it replaces {found}",)


_ROTATES = "the old values may stop working before everything that uses them has the new ones"


def _cause(node: ResourceNode) -> Place | None:
    return node.causes[0] if node.causes else node.definition.place


def _line_of(node: ResourceNode, path: str) -> Place | None:
    found = node.line_of(path) if node.line_of is not None else None
    if found is not None:
        return found
    feeding = (e.place for e in node.edges if any(f"{i}.".startswith(f"{path}.") for i, _ in e.uses))
    return next((place for place in feeding if place is not None), None)


def _half_made(record: ResourceRecord | None) -> bool:
    """Whether the recorded outputs may be those of an operation that did not come to its end."""
    return record is not None and record.status in (ResourceStatus.TAINTED, ResourceStatus.PENDING)


def _as_recorded(record: ResourceRecord, target: Target, outputs: Mapping[str, Value], print_: str) -> bool:
    """Whether even the record would stay the same, byte for byte."""
    return (
        record.definition.get("digest") == target.definition["digest"]
        and record.definition.get("name") == target.definition["name"]
        and record.edges == target.edges
        and record.on_remove == target.on_remove
        and record.runtime == target.runtime
        and record.asked_by == target.asked_by
        and record.outputs == outputs
        and record.fingerprint == print_
        and record.status is ResourceStatus.READY
        and not record.deposed
    )
