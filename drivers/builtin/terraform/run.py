"""One run: a folder made ready for one module, planned, held to the review, applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from ....graph.values import Secret, leaves
from ...sdk import Context, PermanentFault
from ..carried import Folder
from .arguments import Arguments
from .describing import module_of
from .models import TerraformInputs
from .modules import Module, read_module
from .nested import Nested, hidden_in, nested
from .parsing import BadModule
from .program import Program
from .providers import BUILT_IN, Provider
from .root import Call, label, root
from .state import State
from .workdir import Workdir


@dataclass
class Run:
    """A module's run in a folder. ``imports`` are ids, by address, of objects that exist and no state knows."""

    context: Context
    inputs: TerraformInputs
    workdir: Workdir
    imports: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.call = call_of(self.context, self.inputs)
        self.program = Program(self.context, self.inputs.binary, self.workdir, (self.call,))

    def prepare(self, state: State | None) -> None:
        """Write the root and the state, and install what the module needs."""
        self._write()
        self.workdir.put_state(state)
        self.program.init()
        if isinstance(self.inputs.source, str):
            self.call = replace(self.call, outputs=_outputs(_installed(self.workdir, self.call)))
            self._write()

    def plan(self, *more: str) -> tuple[Mapping[str, Any], Nested]:
        """The plan as Terraform shows it, and what it does, without any secret."""
        shown = self.program.plan(*more)
        return shown, nested(shown, self.call, (*clear_texts(self.inputs, self.context), *hidden_in(shown)))

    def _write(self) -> None:
        made = root((self.call,), Arguments(), self.context.reveal, self.imports)
        self.workdir.write(made, (self.call,))


def clear_texts(inputs: TerraformInputs, context: Context) -> tuple[str, ...]:
    """The secrets among the variables, in clear: what no report may hold."""
    return tuple(context.reveal(leaf) for leaf in leaves(inputs.variables) if isinstance(leaf, Secret))


def call_of(context: Context, inputs: TerraformInputs) -> Call:
    """The module block of a resource; raises :class:`PermanentFault` where the module cannot be read."""
    source = inputs.source
    module = declared(source) if isinstance(source, Folder) else Module()
    provider = Provider.of(module, context.connection)
    return Call(
        label(context.uid),
        source,
        inputs.version,
        inputs.variables,
        _outputs(module),
        provider,
        {name: found for name, found in module.providers.items() if name not in BUILT_IN},
    )


def declared(folder: Folder) -> Module:
    """What a module that travels declares; raises :class:`PermanentFault` where it cannot be read."""
    try:
        return module_of(folder)
    except BadModule as bad:
        raise PermanentFault(f"{bad.code}: {bad.message}") from None


def _outputs(module: Module) -> dict[str, bool]:
    return {output.name: output.sensitive for output in module.outputs.values()}


def _installed(workdir: Workdir, call: Call) -> Module:
    """What a module that the program fetched declares."""
    try:
        listed = orjson.loads((workdir.path / ".terraform" / "modules" / "modules.json").read_bytes())
        found = next(m["Dir"] for m in listed["Modules"] if m["Key"] == call.label)
        folder = workdir.path / found
        files = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
        return read_module(files, travels=False)
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise PermanentFault(f"module-syntax: the installed module cannot be read: {error}") from None
