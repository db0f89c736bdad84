"""What is left of a module that is retained: a folder with which plain Terraform or OpenTofu can go on.

The state is in no other place once the record is forgotten, and it is no use without the root that its addresses are of.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ...sdk import Context, PermanentFault
from ..local.private import private_folder, system_faults
from .arguments import Arguments
from .models import TerraformInputs
from .root import Call, output_name, root
from .run import call_of
from .state import State
from .workdir import Workdir

_VARIABLE = "BAKEHOUSE_RETAINED"
"""Names the folder for what is retained, in place of the one in the environment's."""

_PLACE = "retained"


@system_faults()
def handed_over(
    context: Context, inputs: TerraformInputs, state: State | None, imports: Mapping[str, str]
) -> str:
    """Write state, root, variables and module into a folder of the resource's own, and say where it is.

    The state comes first: it alone cannot be had again. A folder of an earlier attempt is used again, and what that knew
    stays: it may have begun from what a cut-off run had left, which is gone since.
    """
    workdir = Workdir(private_folder(_place(context)))
    earlier = workdir.state()
    if earlier is not None and earlier.is_newer_than(state):
        state = earlier
    known = frozenset[str]() if state is None else state.addresses
    imports = {
        address: id_ for address, id_ in (workdir.imports() | dict(imports)).items() if address not in known
    }
    workdir.put_state(state)
    call = _with_outputs(call_of(context, inputs), state)
    made = root((call,), Arguments(), context.reveal, imports)
    workdir.write(made, (call,))
    return f"its Terraform state is in {workdir.path}, which holds secrets in clear"


def _place(context: Context) -> Path:
    named = os.environ.get(_VARIABLE)
    if named is not None and not Path(named).is_absolute():
        raise PermanentFault(f"{_VARIABLE} names {named}, and must name a folder by its whole path")
    return Path(named or context.workspace.home / _PLACE) / context.slug


def _with_outputs(call: Call, state: State | None) -> Call:
    """A module from elsewhere is not read here; its state knows its outputs."""
    prefix = re.escape(output_name(call, ""))
    every = {} if state is None else state.outputs()
    found = {re.sub(f"^{prefix}", "", name): secret for name, (_, secret) in every.items()}
    return replace(call, outputs={**found, **call.outputs})
