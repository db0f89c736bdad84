"""The driver contract.

A driver is a class with models ``Inputs`` and ``Outputs`` and the operations of one kind of object::

    class Bucket(Driver[BucketInputs, BucketOutputs]):
        name = "bucket"
        Inputs, Outputs = BucketInputs, BucketOutputs
        create_mode = CreateMode.IDEMPOTENT

        def create(self, context, inputs): ...
        def read(self, context, inputs): ...
        def update(self, context, inputs): ...
        def delete(self, context): ...

The engine owns retries, timeouts, ordering and recording. A call may be repeated after a crash with the same
token; it must then end with one object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from ..graph.types import DriverDescription, InputProblem, LeavesFolder, NotDescribed
from .context import Cancellation, Context, Planned, Prior, Proposal, Recorded, Status, Workspace
from .document import Document, plain_name
from .faults import Cancelled, Conflict, Fault, NotFound, PermanentFault, TransientFault
from .marks import folder, immutable, sealed, secret, stable
from .result import Imported, Result

__all__ = [
    "Cancellation",
    "Cancelled",
    "Conflict",
    "Context",
    "CreateMode",
    "Document",
    "Driver",
    "Fault",
    "Imported",
    "InputProblem",
    "LeavesFolder",
    "NotDescribed",
    "NotFound",
    "PermanentFault",
    "Planned",
    "Prior",
    "Proposal",
    "Recorded",
    "Result",
    "Status",
    "TransientFault",
    "Workspace",
    "folder",
    "immutable",
    "plain_name",
    "sealed",
    "secret",
    "stable",
]

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - the letter that the contract's text uses for inputs
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - likewise for outputs


class CreateMode(StrEnum):
    """What makes a repeated create safe.

    ``pure``: touches nothing, it only computes. ``idempotent``: a second create with one token gives the same
    object. ``findable``: ``find`` says whether the object of a token exists.
    """

    PURE = "pure"
    IDEMPOTENT = "idempotent"
    FINDABLE = "findable"


class Driver(Generic[I, O]):
    """The base of all drivers. Instances hold no state between calls and are used by several threads at once.

    ``schema_version`` rises with the shape of recorded data, ``behaviour`` only when equal inputs must give
    another object. ``connection`` is the model of the connection that the driver needs, ``connection_kind`` its name: that
    of the driver, or of the one whose connections it shares; None where only some inputs need one and :meth:`describe`
    says so. ``timeout`` is the deadline of one call in seconds.
    ``reads_owner`` says that its outputs are those
    recorded of another environment's resource, which the inputs ``application``, ``environment`` and ``address`` name:
    the engine looks them up, and calls no operation. ``plans_live`` says that :meth:`plan` asks the real system:
    it is given the connection, secrets that it may open, a folder of its own and a deadline.
    """

    name: ClassVar[str]
    summary: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1
    behaviour: ClassVar[int] = 1
    create_mode: ClassVar[CreateMode]
    connection_kind: ClassVar[str | None] = None
    connection: ClassVar[type[BaseModel] | None] = None
    connection_optional: ClassVar[bool] = False
    timeout: ClassVar[float] = 300.0
    reads_owner: ClassVar[bool] = False
    plans_live: ClassVar[bool] = False
    Inputs: type[I]
    Outputs: type[O]

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """The schemas of inputs and outputs, given a definition's inputs as written; override where they depend on them.

        Inputs marked ``folder`` hold the files. Raises :class:`NotDescribed` where what is written does not say enough,
        :class:`LeavesFolder` where those files are not enough because they refer to others outside their folder.
        """
        return DriverDescription(
            self.Inputs.model_json_schema(),
            self.Outputs.model_json_schema(mode="serialization"),
            self.connection_kind,
            self.connection_optional,
        )

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """Whether the object dies with the machine, so that every plan asks :meth:`status`."""
        return False

    def create(self, context: Context, inputs: I) -> Result:
        """Make the object of ``context.token``."""
        raise NotImplementedError

    def read(self, context: Context, inputs: I | None) -> Result:
        """The object as it is now; raises :class:`NotFound`. ``inputs`` are the recorded ones, None if unreadable."""
        raise NotImplementedError

    def read_together(self, asked: Sequence[Recorded]) -> Sequence[Result | Fault | None]:
        """As :meth:`read`, for several resources of one environment at once; override it where that is quicker.

        The answers are in the same order; a fault is about one resource, None about one that is to be read by itself, and
        a fault that is raised about all of them: each is then read by itself.
        """
        raise NotImplementedError

    def update(self, context: Context, inputs: I) -> Result:
        """Bring the object to ``inputs``; ``context.prior`` is what was recorded, or what ``find`` gave."""
        raise NotImplementedError

    def delete(self, context: Context) -> None:
        """Remove the object; succeeds when it is gone already. Needs only ``context.prior`` and the token."""
        raise NotImplementedError

    def find(self, context: Context) -> Result | None:
        """The object that carries ``context.token``, or None if surely none exists. Reads only."""
        raise NotImplementedError

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """What an apply of ``planned`` (values, unknown and secret leaves inside) would do; None: the engine decides.

        Reads only. ``context.prior`` is None for a create. What it says is scrubbed of the secrets that were opened for
        it; where :attr:`plans_live` is false none can be opened, and there is no connection.
        """
        return None

    def plan_together(self, asked: Sequence[Planned]) -> Sequence[Proposal | Fault | None]:
        """As :meth:`plan`, for several resources at once, in the order in which they depend on each other.

        Override it where that is quicker, or knows more: an unknown input may be an output of another one that is asked
        about. The answers are in the same order; a fault is about one resource, one that is raised about none of them:
        each is then asked about by itself.
        """
        raise NotImplementedError

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The files that an apply of ``planned`` would set its target up from; unless overridden, the inputs alone.

        Manifests, a Terraform root, a program's run file: what the target itself reads, so that a person or another
        tool can go on with it. All values may hold unknown and secret leaves, and leave the driver as such leaves;
        ``connection`` are those of the driver's connection, None where it has none. Pure: equal arguments give equal
        documents, and nothing outside is asked or touched. ``context.prior`` is None for a create.
        """
        return (Document("inputs.yaml", dict(planned)),)

    def status(self, context: Context) -> Status:
        """Whether it runs, from local knowledge only, within 10 ms. Called where :meth:`ephemeral_runtime` says so."""
        raise NotImplementedError

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """Pairs of (source, line), oldest first; with ``follow`` it goes on until cancelled."""
        raise NotImplementedError

    def rotate(self, context: Context, inputs: I, field: str | None) -> Result:
        """Give secret outputs (or the one named) new values; all outputs are returned."""
        raise NotImplementedError

    def pause(self, context: Context) -> None:
        """Stop what runs, keep the data. Repeated calls do no harm; whoever offers it offers :meth:`resume`, too."""
        raise NotImplementedError

    def resume(self, context: Context) -> None:
        """Start again what :meth:`pause` stopped; what runs is left alone. Raises :class:`NotFound` where it is gone."""
        raise NotImplementedError

    def retain(self, context: Context) -> str | None:
        """Hand over what only the record knows, before the record is forgotten and the object stays (``onRemove: retain``).

        Gives a sentence for people, such as where it lies now; None where there is nothing. Leaves the object alone, and
        may be repeated. What it raises keeps the record. Needs only ``context.prior``, the connection and the token.
        """
        raise NotImplementedError

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """Describe an object that exists, so that it can be adopted; ``external_id`` is its name in its own system.

        Reads only; called while planning, and again right before :meth:`adopt`. ``planned`` are the inputs that it is to
        have (values, secret leaves inside; while planning unknown ones, too), ``context.connection`` and
        ``context.reveal`` can be used. Raises :class:`NotFound`, and :class:`Conflict` where it belongs to another
        resource; one that carries ``context.token`` already is described all the same.
        """
        raise NotImplementedError

    def adopt(self, context: Context, external_id: str, inputs: I) -> Result:
        """Take the object over: from now on it is that of ``context.token``, and as ``inputs`` say.

        ``context.prior`` is what :meth:`import_` just gave. It may be repeated. Override it where an update alone does not
        mark the object with the token.
        """
        return self.update(context, inputs)

    def upgrade(self, old_version: int, record: Prior) -> Prior:
        """Bring recorded data of an older ``schema_version`` to this one."""
        raise PermanentFault(f"driver {self.name} cannot read data of its schema version {old_version}")

    @classmethod
    def offers(cls, operation: str) -> bool:
        """Whether this driver implements an optional operation itself, such as ``find`` or ``rotate``."""
        return getattr(cls, operation) is not getattr(Driver, operation)
