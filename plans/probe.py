"""What planning asks of drivers: their traits, whether things run, and their own proposals. Reads only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, ValidationError

from ..drivers.context import Context, Prior, Workspace
from ..drivers.document import Document
from ..drivers.faults import Fault, PermanentFault
from ..drivers.marks import IMMUTABLE, defaults, marked
from ..drivers.registry import AnyDriver, Registry, UnknownDriver
from ..drivers.result import Imported
from ..graph.diagnostics import Diagnostic, nearest
from ..graph.errors import BakehouseError
from ..graph.identity import create_token
from ..graph.resources import ResourceNode
from ..graph.values import Secret, Value
from .bounded import within
from .change import Target
from .diff import Traits
from .fitting import told
from .state.records import ResourceRecord

_STATUS = 10.0
"""Seconds until a driver must have said whether something runs; it should within 10 ms."""


class DriverMissing(BakehouseError):
    """A recorded or wanted resource needs a driver that is not installed, or one newer than this."""


class Opening(Struct, frozen=True):
    """What a look at the real system needs beyond the record: a folder of its own (0700), secrets, a connection."""

    run_dir: Path
    reveal: Callable[[Secret], str]
    connection: BaseModel | None = None


class Probe:
    """Asks the drivers of one environment."""

    def __init__(self, registry: Registry, workspace: Workspace) -> None:
        self._registry = registry
        self._workspace = workspace
        self._traits: dict[str, Traits] = {}

    def driver(self, name: str, needed_by: str) -> AnyDriver:
        """The driver; raises :class:`DriverMissing` naming who needs it."""
        try:
            return self._registry.get(name)
        except UnknownDriver:
            close = nearest(name, self._registry.names())
            hint = f"did you mean '{close}'?" if close else "install the package that offers it"
            message = f"driver {name}, which {needed_by} needs, is not installed"
            raise DriverMissing(Diagnostic("driver-missing", message, address=needed_by, hint=hint)) from None

    def traits(self, name: str, needed_by: str) -> Traits:
        """What the decision needs to know about a driver."""
        if name not in self._traits:
            driver = self.driver(name, needed_by)
            immutable = marked(driver.Inputs, IMMUTABLE)
            place = defaults(driver.connection, IMMUTABLE) if driver.connection else {}
            self._traits[name] = Traits(name, driver.behaviour, driver.schema_version, immutable, place)
        return self._traits[name]

    def runtime(self, name: str, inputs: Mapping[str, Value], needed_by: str) -> bool:
        """Whether the object dies with the machine."""
        return self.driver(name, needed_by).ephemeral_runtime(inputs)

    def not_running(self, record: ResourceRecord) -> str | None:
        """Why the recorded object does not run, or None when it does."""
        driver = self.driver(record.driver, str(record.address))
        try:
            status = within(_STATUS, driver.name, lambda cancelled: driver.status(self.context(record)))
        except Fault as fault:
            return fault.message
        except Exception as error:
            return f"driver {driver.name} failed unexpectedly: {type(error).__name__}: {error}"
        return None if status.running else (status.detail or "not running")

    def render(
        self, node: ResourceNode, target: Target, record: ResourceRecord | None, generation: int
    ) -> tuple[Document, ...]:
        """The files that an apply would set the target up from; raises :class:`Fault` where it could not be applied.

        ``generation`` is that of the object after the apply.
        """
        driver = self.driver(node.driver, str(node.address))
        try:
            context = self.foreseen(node, record, generation)
            connection = None if target.connection is None else target.connection.values
            documents = driver.render(context, target.inputs, connection)
        except ValidationError as error:
            raise PermanentFault(told(error.errors())) from None
        names = {document.name.lower() for document in documents}
        if len(names) < len(documents):
            raise PermanentFault(f"driver {node.driver} gives two documents one name")
        return documents

    def foreseen(self, node: ResourceNode, record: ResourceRecord | None, generation: int) -> Context:
        """The surroundings of a call about what an apply would do; secrets stay closed."""
        same = record is not None and record.driver == node.driver
        return Context(
            address=str(node.address),
            uid=node.uid,
            slug=node.slug,
            generation=generation,
            token=create_token(node.uid, generation),
            run_dir=self._workspace.home,
            workspace=self._workspace,
            reveal=_closed,
            prior=prior_of(record) if record is not None and same else None,
        )

    def found(
        self, node: ResourceNode, inputs: Mapping[str, Value], external_id: str, surroundings: Opening
    ) -> Imported:
        """What the driver says about an object that is to be adopted; raises its fault."""
        driver = self.driver(node.driver, str(node.address))
        context = Context(
            address=str(node.address),
            uid=node.uid,
            slug=node.slug,
            generation=1,
            token=create_token(node.uid, 1),
            run_dir=surroundings.run_dir,
            workspace=self._workspace,
            reveal=surroundings.reveal,
            connection=surroundings.connection,
            deadline=time.monotonic() + driver.timeout,
        )
        return within(
            driver.timeout,
            driver.name,
            lambda cancelled: driver.import_(replace(context, cancelled=cancelled), external_id, inputs),
        )

    def upgraded(self, record: ResourceRecord) -> ResourceRecord:
        """The record in the driver's present schema; raises :class:`DriverMissing` as :meth:`prior` does."""
        new = self.prior(record.driver, prior_of(record), str(record.address))
        if new.schema_version == record.schema_version:
            return record
        return replace(
            record,
            inputs=new.inputs,
            driver_outputs=new.outputs,
            private=new.private,
            schema_version=new.schema_version,
        )

    def prior(self, name: str, recorded: Prior, needed_by: str) -> Prior:
        """What is recorded of an object, in the driver's present schema.

        Raises :class:`DriverMissing` where the driver is not installed, too old, or does not know so old a schema.
        """
        driver = self.driver(name, needed_by)
        if recorded.schema_version == driver.schema_version:
            return recorded
        if recorded.schema_version > driver.schema_version:
            message = (
                f"{needed_by} was recorded by a newer {name} "
                f"(schema {recorded.schema_version}, installed {driver.schema_version})"
            )
            hint = "upgrade the package that offers the driver"
            raise DriverMissing(Diagnostic("driver-too-old", message, address=needed_by, hint=hint))
        try:
            new = driver.upgrade(recorded.schema_version, recorded)
        except Fault as fault:
            hint = "install a version of the package between the two, and apply with it first"
            found = Diagnostic(
                "driver-too-new", f"{needed_by}: {fault.message}", address=needed_by, hint=hint
            )
            raise DriverMissing(found) from fault
        return replace(new, schema_version=driver.schema_version)

    def context(self, record: ResourceRecord) -> Context:
        """The surroundings of a call that only looks at a recorded object; secrets stay closed."""
        return Context(
            address=str(record.address),
            uid=record.uid,
            slug=record.slug,
            generation=record.generation,
            token=record.token,
            run_dir=self._workspace.home,
            workspace=self._workspace,
            reveal=_closed,
            prior=prior_of(record),
        )


def prior_of(record: ResourceRecord) -> Prior:
    """What a driver gets to see of a record."""
    return Prior(record.inputs, record.driver_outputs, record.private, record.schema_version)


def _closed(secret: Secret) -> str:
    raise Fault(f"planning does not open secrets ({secret.store}:{secret.ref})")
