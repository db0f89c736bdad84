"""Two applications in one real store, compiled from YAML, planned and applied with the drivers of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bakehouse.cli.wiring import secrets_of
from bakehouse.drivers.builtin.reference import Reference
from bakehouse.drivers.builtin.template import Template
from bakehouse.drivers.context import Workspace
from bakehouse.drivers.registry import Registry
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret
from bakehouse.plans.apply.outcome import Outcome
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.operations.applying import apply_plan
from bakehouse.plans.operations.planning import make_plan
from bakehouse.plans.operations.workbench import ApplyOptions, PlanOptions, Workbench
from bakehouse.plans.plan import Plan
from bakehouse.plans.state.records import EnvironmentRecord, ResourceRecord
from bakehouse.plans.state.sql import SqlStore, open_store
from bakehouse.resolvers.application import load_application_from
from bakehouse.resolvers.catalog import Catalog
from compiling import LOCAL, catalog, definition
from fakes.world import IdempotentThing, World

TYPES = """---
kind: ResourceType
metadata: {name: server}
spec:
  outputs:
    type: object
    properties: {host: {type: string}, port: {type: integer}, key: {type: string, x-secret: true}, zone: {}}
    required: [host, port, key]
---
kind: ResourceType
metadata: {name: note}
spec: {outputs: {type: object, properties: {text: {type: string}}}}
"""
SERVER = definition(
    "server",
    "own-server",
    inputs='{values: {host: "${resource.params.host}", port: 5432}, secrets: {key: "k-${resource.params.host}"}}',
    match="[{application: platform}]",
)
READ = definition(
    "server",
    "read-server",
    driver="reference",
    match="[{application: shop}]",
    inputs='{application: platform, environment: local, address: "server#shared.main"}',
)
NOTE = definition("note", inputs='{values: {text: "see ${resource.params.of}"}}')
PLATFORM = "main: {type: server, params: {host: db.one}}"
SHOP = 'db: {type: server}\nnote: {type: note, params: {of: "${resources.db.host}"}}'


@dataclass
class Two:
    """The applications ``platform`` and ``shop`` with one environment each, of one type, in one store.

    ``shared`` are the resources of an application as YAML; ``documents`` is the catalog of both.
    """

    folder: Path
    documents: str = LOCAL + TYPES + SERVER + READ + NOTE
    shared: dict[str, str] = field(default_factory=lambda: {"platform": PLATFORM, "shop": SHOP})
    environ: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.world = World()
        self.registry = Registry([], [Template(), Reference(), IdempotentThing(self.world)])
        self.environ = {"BAKEHOUSE_KEY_FILE": str(self.folder / "key"), **self.environ}
        self.store: SqlStore = open_store(
            f"sqlite:///{self.folder}/state.db", create=True, state_home=self.folder / "home"
        )
        self.homes = {name: self.store.register(environment(name)) for name in self.shared}

    def catalog(self, *_: Any, **__: Any) -> Catalog:
        return catalog(self.documents)

    def bench(self, name: str) -> Workbench:
        """The workbench of an application."""
        body = "".join(f"    {line}\n" for line in self.shared[name].splitlines())
        head = f"kind: Application\nmetadata: {{name: {name}}}\nspec:\n  workloads: []\n  shared:\n"
        text = f"apiVersion: bakehouse.dev/v1\n{head}{body}"
        return Workbench(
            root=self.folder,
            store=self.store,
            drivers=self.registry,
            actor="tester",
            now=lambda: datetime.now(UTC).isoformat(),
            application=lambda: load_application_from({"bakehouse.yaml": text.encode()}, name),
            catalog=self.catalog,
            secrets=lambda environment, writable: secrets_of(
                self.store, environment.uid, self.environ, writable=writable
            ),
            workspace=self._workspace,
        )

    def plan(self, name: str, **options: Any) -> Plan:
        """The plan of an application's environment."""
        return make_plan(self.bench(name), self.homes[name], PlanOptions(**options)).plan

    def apply(self, plan: Plan, **options: Any) -> Outcome:
        """Carry a plan out."""
        return apply_plan(
            self.bench(plan.application), plan, ApplyOptions(**options), lambda event: None, Stop()
        )

    def run(self, name: str, **options: Any) -> Plan:
        """Plan and apply an application; it must succeed."""
        plan = self.plan(name, **options)
        assert self.apply(plan).succeeded
        return plan

    def records(self, name: str) -> Mapping[Address, ResourceRecord]:
        """What is recorded of an application."""
        return self.store.reader().snapshot(self.homes[name].uid).resources

    def record(self, name: str, address: str) -> ResourceRecord:
        """One recorded resource."""
        return self.records(name)[Address.parse(address)]

    def reveal(self, name: str, secret: Secret) -> str:
        """A secret opened as a driver call of an application's environment would."""
        return secrets_of(self.store, self.homes[name].uid, self.environ).reveal(secret)

    def _workspace(self, environment: EnvironmentRecord) -> Workspace:
        home = self.folder / environment.application
        return Workspace(
            self.folder, home, home, self.store.url, self.store.store_id,
            environment.application, environment.name, environment.uid, environment.lasting_slug,
        )  # fmt: skip


def environment(application: str) -> EnvironmentRecord:
    """The environment `local` of an application, to be registered."""
    uid = f"00000000-0000-4000-8000-{sum(application.encode()):012d}"
    return EnvironmentRecord(uid, application, "local", "local", "2026-01-01T00:00:00Z")


def actions(plan: Plan) -> dict[str, str]:
    """What happens to each address."""
    return {str(a): c.action.label for a, c in plan.changes.items()}
