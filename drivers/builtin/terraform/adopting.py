"""An object that exists already becomes the one of a module: looked at by an import that is only planned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ....graph.values import Unknown
from ...sdk import Context, Imported, NotFound, PermanentFault
from ..carried import Folder
from .models import TerraformInputs
from .records import planned_outputs
from .root import label
from .run import Run, declared
from .workdir import Workdir

_CHOSEN = re.compile(r"((?:module\.[\w-]+\.)*[a-z][a-z0-9_]*\.[\w-]+(?:\[[^\]]+\])?)=(.+)", re.DOTALL)
_GONE = re.compile("Cannot import non-existent remote object|does not exist", re.IGNORECASE)


def described(context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
    """What adopting would do, object by object; raises :class:`NotFound`, :class:`PermanentFault` and what Terraform says.

    Once it was reviewed there is nothing more to look at: the adoption itself plans again, and is held to the review.
    """
    if context.reviewed is not None:
        return Imported(dict(planned))
    if any(isinstance(planned.get(name), Unknown) for name in ("source", "version", "binary", "variables")):
        raise PermanentFault("its module must be known when the plan is made")
    inputs = TerraformInputs.model_validate(planned)
    imports = imported(context, inputs, external_id)
    run = Run(context, inputs, Workdir(context.run_dir), imports)
    try:
        run.prepare(None)
        shown, found = run.plan()
    except PermanentFault as fault:
        if _GONE.search(fault.message):
            raise NotFound(fault.message, hint="the id is what the provider imports the object by") from None
        raise
    _check(found)
    return Imported(dict(planned), planned_outputs(shown, run.call, None), nested=found)


def imported(context: Context, inputs: TerraformInputs, external_id: str) -> dict[str, str]:
    """The id by the address in the root: that of ``ADDRESS=ID``, else of the only object that the module declares."""
    prefix = f"module.{label(context.uid)}."
    chosen = _CHOSEN.fullmatch(external_id)
    known = declared(inputs.source).resources if isinstance(inputs.source, Folder) else ()
    if chosen is not None and (not known or chosen[1].startswith((*known, "module."))):
        return {f"{prefix}{chosen[1]}": chosen[2]}
    if len(known) == 1:
        return {f"{prefix}{known[0]}": external_id}
    listed = f"has {', '.join(known)}" if known else "is fetched by the program"
    raise PermanentFault(
        f"which object of the module is {external_id[:200]} cannot be told: it {listed}",
        hint="give ADDRESS=ID, such as aws_db_instance.this=orders",
    )


def _check(found: tuple[Mapping[str, Any], ...]) -> None:
    """What is adopted must not be replaced by that."""
    for item in found:
        if item["action"] in ("replace", "delete"):
            forced = ", ".join(item.get("forced_by", ())) or "its arguments"
            raise PermanentFault(
                f"{item['object']} would be replaced, because {forced} cannot be changed in place",
                hint="write a definition that asks for it as it is",
            )
