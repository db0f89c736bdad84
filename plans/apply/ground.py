"""What is true now: the records as of the last durable write, in memory, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ...graph.address import Address
from ...graph.values import Value
from ..order import Step
from ..plan import Plan
from ..state.records import DeploymentRecord, ResourceRecord, StepRecord, StepStatus
from ..state.store import Write


class Ground(Struct):
    """The environment while it is changed. Only the walk's thread touches it."""

    plan: Plan
    deployment: DeploymentRecord
    records: dict[Address, ResourceRecord]
    now: Callable[[], str]

    def outputs(self, address: Address) -> Mapping[str, Value]:
        """The recorded outputs of a resource; raises KeyError where none is recorded."""
        return self.records[address].outputs

    def stamp(self, record: ResourceRecord) -> ResourceRecord:
        """``record`` with the next row version; it becomes the truth for its address."""
        former = self.records.get(record.address)
        stamped = replace(record, row_version=1 if former is None else former.row_version + 1)
        self.records[record.address] = stamped
        return stamped

    def step(self, step: Step, status: StepStatus, seconds: float = 0.0, **detail: object) -> StepRecord:
        """The journal's line for a step, with the row version that its resource has now."""
        record = self.records.get(step.address)
        return StepRecord(
            deployment=self.deployment.number,
            key=step.key,
            address=step.address,
            kind=step.kind.value,
            status=status,
            at=self.now(),
            seconds=round(seconds, 3),
            row_version=None if record is None else record.row_version,
            detail={k: v for k, v in detail.items() if v is not None},
        )

    def forget(self, address: Address) -> Write:
        """The write that removes a resource's row."""
        self.records.pop(address, None)
        return Write(remove=address)

    def later(self, seconds: float) -> str:
        """The instant so many seconds from now, as ISO 8601."""
        return (datetime.fromisoformat(self.now()) + timedelta(seconds=seconds)).isoformat()
