"""Driver ``reference``: the outputs of a resource that belongs to another environment.

One application owns what many use, and the others read it. The resource stays its owner's: it is never made,
changed or deleted from here. The engine itself looks up what is recorded; which outputs there are, and which of them
are secret, says the resource type that the reference is a resource of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ...graph.types import DriverDescription
from ..sdk import Context, CreateMode, Driver, PermanentFault, Result

Name = Annotated[str, Field(min_length=1)]


class ReferenceInputs(BaseModel):
    """Whose resource is read: the owner's application and environment by name, and the resource's address there.

    They are known at plan time: outputs of other resources cannot stand in them.
    """

    model_config = ConfigDict(extra="forbid")

    application: Name
    environment: Name
    address: Name


class ReferenceOutputs(BaseModel):
    """Whatever the owner's resource gives."""

    model_config = ConfigDict(extra="allow")


class Reference(Driver[ReferenceInputs, ReferenceOutputs]):
    """Reads what is recorded of a resource of another environment; secrets stay where their owner put them."""

    name: ClassVar[str] = "reference"
    summary: ClassVar[str] = "the outputs of a resource that another application owns"
    create_mode: ClassVar[CreateMode] = CreateMode.PURE
    reads_owner: ClassVar[bool] = True
    Inputs = ReferenceInputs
    Outputs = ReferenceOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """Open outputs: those that the resource type declares count."""
        outputs: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": True}
        return DriverDescription(ReferenceInputs.model_json_schema(), outputs)

    def create(self, context: Context, inputs: ReferenceInputs) -> Result:
        """Never called by the engine."""
        raise PermanentFault("a reference is read by the engine, not made by its driver")
