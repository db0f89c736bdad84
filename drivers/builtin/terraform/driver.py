"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from ....graph.types import DriverDescription
from ...sdk import (
    Context,
    CreateMode,
    Document,
    Driver,
    Fault,
    Imported,
    PermanentFault,
    Planned,
    Proposal,
    Recorded,
    Result,
)
from . import adopting
from .describing import described
from .foreseeing import foreseen
from .handing_over import handed_over
from .models import TerraformInputs, TerraformOutputs
from .providers import ProviderSettings
from .reading import found, found_together
from .records import half_done, leave, recorded_inputs, recorded_state, result_of
from .recovery import begin
from .rendering import rendered
from .review import check_reviewed
from .run import Run
from .state import State
from .together import foreseen_together
from .workdir import Workdir, discard, held, unchanged


class Terraform(Driver[TerraformInputs, TerraformOutputs]):
    """Plans and applies one module, with a state of its own that is sealed in the record."""

    name: ClassVar[str] = "terraform"
    summary: ClassVar[str] = "a module of Terraform or OpenTofu"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 3600.0
    plans_live: ClassVar[bool] = True
    connection: ClassVar[type[BaseModel] | None] = ProviderSettings
    connection_optional: ClassVar[bool] = True
    Inputs = TerraformInputs
    Outputs = TerraformOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """The module's variables and outputs, where its files are handed over; else anything."""
        return described(static_inputs)

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """Every object that the module would make, change or remove, in a root of its own that is thrown away."""
        return foreseen(context, planned)

    def plan_together(self, asked: Sequence[Planned]) -> Sequence[Proposal | Fault | None]:
        """All modules in one root that is thrown away, so that one start of the program is enough."""
        return foreseen_together(asked)

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The root that would be applied, and the files of its module."""
        return rendered(context, planned)

    def create(self, context: Context, inputs: TerraformInputs) -> Result:
        """Apply the module; a second create of the token goes on with what the first one left."""
        return self._applied(context, inputs)

    def update(self, context: Context, inputs: TerraformInputs) -> Result:
        """Apply the module as it is now wanted."""
        return self._applied(context, inputs)

    def read(self, context: Context, inputs: TerraformInputs | None) -> Result:
        """The outputs and the state as they would be after a refresh, and what an apply would do. Changes nothing."""
        return found(context, inputs)

    def read_together(self, asked: Sequence[Recorded]) -> Sequence[Result | Fault | None]:
        """All modules in one root that is thrown away, so that one start of the program is enough."""
        return found_together(asked)

    def delete(self, context: Context) -> None:
        """Destroy every object of the state; without a state there is nothing."""
        with held(context) as workdir:
            state, imports = begin(workdir, recorded_state(context))
            if imports or (state is not None and state.addresses):
                self._destroy(context, workdir, state, imports)
            discard(workdir.path)

    def retain(self, context: Context) -> str | None:
        """Write the state, and all that goes with it, into a folder that plain Terraform or OpenTofu can go on with."""
        with held(context) as workdir:
            state, imports = begin(workdir, recorded_state(context))
            if not imports and (state is None or not state.addresses):
                discard(workdir.path)
                return None
            inputs = recorded_inputs(context.prior)
            if inputs is None:
                raise PermanentFault(
                    "the recorded inputs cannot be read, and its state is no use without them"
                )
            said = handed_over(context, inputs, state, imports)
            discard(workdir.path)
            return said

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The module's object that the provider imports by this id; ``ADDRESS=ID`` where the module has several."""
        return adopting.described(context, external_id, planned)

    def adopt(self, context: Context, external_id: str, inputs: TerraformInputs) -> Result:
        """Import the object and apply the module."""
        return self._applied(context, inputs, adopting.imported(context, inputs, external_id))

    def _destroy(
        self, context: Context, workdir: Workdir, state: State | None, imports: Mapping[str, str]
    ) -> None:
        inputs = recorded_inputs(context.prior)
        if inputs is None:
            raise PermanentFault(
                "the recorded inputs cannot be read, and without them it cannot be destroyed"
            )
        run = Run(context, inputs, workdir, imports)
        with unchanged(workdir):
            run.prepare(state)
            run.plan() if imports else run.plan("-destroy")
        try:
            run.program.apply()
            if imports:
                run.plan("-destroy")
                run.program.apply()
        except Fault:
            leave(workdir, recorded_state(context))
            raise

    def _applied(
        self, context: Context, inputs: TerraformInputs, adopted: Mapping[str, str] | None = None
    ) -> Result:
        with held(context) as workdir:
            state, imports = begin(workdir, recorded_state(context))
            known = state.addresses if state is not None else frozenset[str]()
            imports |= {address: id_ for address, id_ in (adopted or {}).items() if address not in known}
            run = Run(context, inputs, workdir, imports)
            with unchanged(workdir):
                run.prepare(state)
                _, items = run.plan()
                if context.reviewed is not None:
                    check_reviewed(context.reviewed, items)
            try:
                run.program.apply()
            except Fault as fault:
                raise half_done(fault, workdir, run.call, context) from None
            after = workdir.state()
            if after is None:
                raise PermanentFault("terraform-failed: it left no state that can be read")
            workdir.forget_run()
            return result_of(after, run.call, context, workdir)
