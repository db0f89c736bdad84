"""What drivers propose, those that ask the real system among them: given what they need, and scrubbed of it. Reads only."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..drivers.context import Context, Proposal
from ..drivers.faults import Fault
from ..drivers.registry import AnyDriver
from ..graph.errors import BakehouseError
from ..graph.narrow import is_list, is_map
from ..graph.resources import ResourceNode
from .access import SecretAccess
from .apply.operate import opened_connection
from .apply.sealing import Opened
from .change import Target
from .fitting import misfit, told
from .probe import Probe
from .state.records import ResourceRecord


class Proposing:
    """Asks the drivers of one environment what an apply would do."""

    def __init__(self, probe: Probe, secrets: SecretAccess) -> None:
        self._probe = probe
        self._secrets = secrets

    def propose(self, node: ResourceNode, target: Target, record: ResourceRecord | None) -> Proposal | None:
        """What the driver says that an apply would do; None where it leaves that to the engine.

        Inputs that would not fit the driver's model are refused, without asking it.
        """
        driver = self._probe.driver(node.driver, str(node.address))
        refused = misfit(driver.Inputs, target.inputs)
        if refused is None and driver.offers("plan"):
            opened = Opened(self._secrets)
            try:
                return self._asked(driver, node, target, record, opened)
            except Fault as fault:
                refused = fault.message if fault.hint is None else f"{fault.message}; {fault.hint}"
            except ValidationError as error:
                refused = told(error.errors())
            except BakehouseError as error:
                refused = error.diagnostics[0].message
            refused = opened.scrub(refused)
        return None if refused is None else Proposal("update" if record else "create", refused=refused)

    def _asked(
        self,
        driver: AnyDriver,
        node: ResourceNode,
        target: Target,
        record: ResourceRecord | None,
        opened: Opened,
    ) -> Proposal | None:
        foreseen = self._probe.foreseen(node, record, record.generation if record else 1)
        if not driver.plans_live:
            return driver.plan(foreseen, target.inputs)
        with tempfile.TemporaryDirectory(prefix="bakehouse-") as folder:
            context: Context = replace(
                foreseen,
                run_dir=Path(folder),
                reveal=opened.reveal,
                connection=opened_connection(driver, target.connection, opened),
                deadline=time.monotonic() + (target.timeout or driver.timeout),
            )
            proposal = driver.plan(context, target.inputs)
        return None if proposal is None else _scrubbed(proposal, opened)


def _scrubbed(proposal: Proposal, opened: Opened) -> Proposal:
    """What may stand in a plan: no secret that was opened for it; an output that holds one is not known yet."""
    nested: tuple[Mapping[str, Any], ...] = tuple(_hidden(item, opened) for item in proposal.nested)
    return replace(
        proposal,
        outputs={k: v for k, v in proposal.outputs.items() if _hidden(v, opened) == v},
        nested=nested,
        notes=tuple(opened.scrub(note) for note in proposal.notes),
        refused=None if proposal.refused is None else opened.scrub(proposal.refused),
    )


def _hidden(value: Any, opened: Opened) -> Any:
    if isinstance(value, str):
        return opened.scrub(value)
    if is_map(value):
        return {opened.scrub(str(k)): _hidden(v, opened) for k, v in value.items()}
    return [_hidden(v, opened) for v in value] if is_list(value) else value
