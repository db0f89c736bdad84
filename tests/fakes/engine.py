"""An engine on a real store with a fake world: graphs written by hand, planned and applied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bakehouse.drivers.builtin.template import Template
from bakehouse.drivers.context import Workspace
from bakehouse.drivers.registry import Registry
from bakehouse.drivers.secrets import SecretRow
from bakehouse.graph.address import Address
from bakehouse.graph.application import Environment
from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.fingerprint import digest
from bakehouse.graph.resources import Definition, Edge, ResourceGraph, ResourceNode
from bakehouse.graph.types import OutputField
from bakehouse.graph.values import Secret, Unknown, Value, leaves
from bakehouse.plans.apply.events import Event
from bakehouse.plans.apply.outcome import Outcome
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.assemble import Parts, assemble
from bakehouse.plans.build import Asked, Planner
from bakehouse.plans.drift import Lives
from bakehouse.plans.glance import Glance, Records
from bakehouse.plans.moves import Entry, Moves, declared, relocated
from bakehouse.plans.operations.applying import apply_plan
from bakehouse.plans.operations.compiling import identities_of
from bakehouse.plans.operations.refreshing import drift, look
from bakehouse.plans.operations.workbench import ApplyOptions, Workbench
from bakehouse.plans.plan import Origin, Plan
from bakehouse.plans.probe import Probe
from bakehouse.plans.removal import Removals
from bakehouse.plans.state.records import EnvironmentRecord, ResourceRecord
from bakehouse.plans.state.sql.store import SqlStore, open_store
from bakehouse.plans.state.store import Snapshot

from .world import IdempotentThing, ThingDriver, World

FIELDS = {
    "id": OutputField("id", "string", stable=True),
    "size": OutputField("size", "integer"),
    "key": OutputField("key", "string", secret=True, stable=True),
}

Things = Mapping[str, Mapping[str, Value]]
"""The inputs of things by name."""


def a(text: str) -> Address:
    """An address: ``thing#NAME`` where only a name is given."""
    return Address.parse(text if "#" in text else f"thing#{text}")


def out(name: str, output: str = "id") -> Unknown:
    """A reference to an output of the thing of this name."""
    field = FIELDS[output]
    return Unknown(a(name), (output,), field.type, field.secret)


class Sealed:
    """Secrets kept as they are, but for a mark: the store's own encryption has its own tests."""

    def __init__(self, store: Any, uid: str) -> None:
        self._store, self._uid = store, uid
        self._fresh: dict[tuple[str, str], str] = {}

    def reveal(self, secret: Secret) -> str:
        known = self._fresh.get((secret.ref, secret.version or ""))
        if known is not None:
            return known
        row = self._store.reader().secret(self._uid, secret.ref, secret.version)
        return bytes(b ^ 0x5A for b in row.ciphertext).decode()

    def version_of(self, secret: Secret) -> str | None:
        return None

    def seal(self, resource_uid: str, field: str, version: str, clear: str) -> SecretRow:
        self._fresh[f"{resource_uid}/{field}", version] = clear
        hidden = bytes(b ^ 0x5A for b in clear.encode())
        return SecretRow(f"{resource_uid}/{field}", version, "test", b"n", hidden)


class Engine:
    """One environment of one application; ``world`` holds what its drivers made, ``store`` stands in for a file."""

    def __init__(
        self,
        folder: Path,
        world: World | None = None,
        lease_seconds: float = 30.0,
        store: Any = None,
    ) -> None:
        self.world = world or World()
        self.store: SqlStore = store or open_store(
            f"sqlite:///{folder}/state.db",
            create=True,
            state_home=folder / "home",
            lease_seconds=lease_seconds,
        )
        known = self.store.exists and self.store.reader().environments()
        self.environment = known[0] if known else self.store.register(_environment())
        self.registry = Registry([], [Template(), ThingDriver(self.world), IdempotentThing(self.world)])
        self.workspace = Workspace(
            root=folder, home=folder / "env", runtime=folder / "run", store=self.store.url,
            store_id=self.store.reader().store_id, application="app", environment="dev",
            environment_uid=self.environment.uid, slug=self.environment.lasting_slug,
        )  # fmt: skip
        self.secrets = Sealed(self.store, self.environment.uid)
        self.events: list[Event] = []
        self.entries: tuple[Entry, ...] = ()

    def graph(self, things: Things, **changes: Any) -> ResourceGraph:
        """A graph of things by name with their inputs; references make the edges. ``changes`` alter every node."""
        identities = identities_of(self._seen()[0])
        nodes: dict[Address, ResourceNode] = {}
        for name, inputs in things.items():
            address = a(name)
            identity = identities.of(address)
            alike = {k: v for k, v in changes.items() if k != "definition"}
            body = {"driver": "thing", **changes.get("definition", {})}
            uses: dict[Address, list[tuple[str, str]]] = {}
            for key, value in inputs.items():
                for leaf in leaves(value):
                    if isinstance(leaf, Unknown):
                        uses.setdefault(leaf.source, []).append((key, ".".join(leaf.path)))
            node = ResourceNode(
                address, identity.uid, identity.slug, identity.birth,
                Definition("things", "own", body, digest(body), on_remove=body.get("onRemove"),
                           create_first=body.get("replace") == "create-first"),
                "thing", inputs, None, FIELDS,
                edges=tuple(Edge(address, target, tuple(u)) for target, u in uses.items()),
            )  # fmt: skip
            nodes[address] = replace(node, **alike)
        order = ResourceGraph("app", self._declared(), nodes, lambda address: ()).dag().order()
        return ResourceGraph("app", self._declared(), {x: nodes[x] for x in order}, lambda address: ())

    def plan(
        self,
        graph: ResourceGraph | None,
        *,
        asked: Asked | None = None,
        rules: Removals | None = None,
        glance: bool = False,
    ) -> Plan:
        """The plan of ``graph``; None plans the removal of everything. With ``glance`` it looks at what it would change."""
        reader = self.store.reader()
        snapshot, moves = self._seen() if graph is not None else self._recorded()
        rules = rules or Removals(everything=graph is None)
        kind = "destroy" if graph is None else "apply"
        origin = Origin("2026-01-01T00:00:00+00:00", "tester", snapshot.environment.serial, kind=kind)
        if graph is None:
            return assemble(Parts(snapshot, reader.store_id, origin, rules))
        probe = Probe(self.registry, self.workspace)
        looks = Glance(probe, self._look) if glance else None
        asked = replace(asked or Asked(), moves=moves, glance=looks)
        built = Planner(snapshot, probe, self.secrets, asked, rules).build(graph)
        return assemble(
            Parts(
                snapshot, reader.store_id, origin, rules, built.changes, built.unchanged, set(graph.nodes),
                selected=asked.selected, moves=moves, live={**asked.live, **built.live},
            )
        )  # fmt: skip

    def _look(self, resources: Records) -> Lives:
        return look(self.bench(), self.environment, resources, self.secrets, 4)

    def look(self) -> Lives:
        """How everything recorded is found."""
        return drift(self.bench(), self.store.reader().snapshot(self.environment.uid), 4)

    def apply(self, plan: Plan, options: ApplyOptions | None = None, stop: Stop | None = None) -> Outcome:
        """Carry a plan out."""
        self.events.clear()
        return apply_plan(self.bench(), plan, options or ApplyOptions(), self.events.append, stop or Stop())

    def run(self, things: Things, **changes: Any) -> Outcome:
        """Plan and apply things."""
        return self.apply(self.plan(self.graph(things, **changes)))

    def records(self) -> Mapping[Address, ResourceRecord]:
        """What is recorded now."""
        return self.store.reader().snapshot(self.environment.uid).resources

    def bench(self) -> Workbench:
        """The workbench that the verbs work on."""
        return Workbench(
            root=self.workspace.root, store=self.store, drivers=self.registry, actor="tester",
            now=lambda: datetime.now(UTC).isoformat(), application=_none, catalog=_none,
            secrets=lambda environment, writable: self.secrets, workspace=lambda environment: self.workspace,
        )  # fmt: skip

    def _recorded(self) -> tuple[Snapshot, Moves]:
        return self.store.reader().snapshot(self.environment.uid), {}

    def _seen(self) -> tuple[Snapshot, Moves]:
        """What is recorded, after the moves that the entries make of it."""
        snapshot = self.store.reader().snapshot(self.environment.uid)
        moves, problems = declared(self.entries, snapshot.resources)
        assert problems == []
        return relocated(snapshot, {m.source: m.target for m in moves.values()}), moves

    def _declared(self) -> Environment:
        return Environment("dev", "local", self.environment.uid)


def _environment() -> EnvironmentRecord:
    return EnvironmentRecord(
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "app", "dev", "local", "2026-01-01T00:00:00Z"
    )


def _none(*_: Any, **__: Any) -> Any:
    raise InvalidInput([])


def actions(plan: Plan) -> dict[str, str]:
    """The action of each changed thing by name."""
    return {c.address.id: c.action.label for c in plan.changes.values()}


def ends(outcome: Outcome) -> dict[str, str]:
    """How each step ended, by name of the thing and kind of step."""
    return {f"{s.address.id}/{s.kind}": end.status.value for s, end in outcome.steps.items()}
