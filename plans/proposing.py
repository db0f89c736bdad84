"""What drivers propose, those that ask the real system among them: given what they need, and scrubbed of it. Reads only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import ValidationError

from ..drivers.context import Context, Planned, Proposal
from ..drivers.faults import Fault
from ..drivers.registry import AnyDriver
from ..graph.address import Address
from ..graph.errors import BakehouseError
from ..graph.narrow import is_list, is_map
from ..graph.resources import ResourceNode
from .access import SecretAccess
from .action import Action
from .apply.operate import opened_connection
from .apply.sealing import Opened
from .bounded import TooLate, scratch, within
from .change import Target
from .diff import Decision
from .fitting import misfit, told
from .probe import Probe
from .state.records import ResourceRecord


class Asked(Struct, frozen=True):
    """A resource that a driver is asked about."""

    node: ResourceNode
    target: Target
    record: ResourceRecord | None

    @property
    def output_map(self) -> Mapping[str, Any] | None:
        """What its outputs are made of."""
        return self.target.output_map


class Proposing(Struct):
    """Asks the drivers of one environment what an apply would do."""

    probe: Probe
    secrets: SecretAccess
    _answers: dict[Address, Proposal | None] = field(default_factory=dict[Address, "Proposal | None"])

    def propose(self, node: ResourceNode, target: Target, record: ResourceRecord | None) -> Proposal | None:
        """What the driver says that an apply would do; None where it leaves that to the engine.

        Inputs that would not fit the driver's model are refused, without asking it.
        """
        if node.address in self._answers:
            return self._answers[node.address]
        asked = Asked(node, target, record)
        driver = self._driver(asked)
        refused = misfit(driver.Inputs, target.inputs)
        if refused is not None or not driver.offers("plan"):
            return None if refused is None else _refused(asked, refused)
        opened = Opened(self.secrets)
        try:
            if not driver.plans_live:
                return driver.plan(self._foreseen(asked), target.inputs)
            with scratch() as folder:
                context = self._live(driver, asked, opened, Path(folder))
                proposal = within(
                    context.seconds_left,
                    driver.name,
                    lambda cancelled: driver.plan(replace(context, cancelled=cancelled), target.inputs),
                )
            return None if proposal is None else _scrubbed(proposal, opened)
        except Exception as error:
            return _refused(asked, opened.scrub(_why(error, node.driver)))

    def together(self, resources: Iterable[Asked]) -> None:
        """Ask, once for each driver, about all of its resources; :meth:`propose` then answers from that.

        What comes to nothing that way is asked about one by one, when it is its turn.
        """
        groups: dict[str, list[Asked]] = {}
        for asked in resources:
            groups.setdefault(asked.node.driver, []).append(asked)
        for group in groups.values():
            fitting = [a for a in group if misfit(self._driver(a).Inputs, a.target.inputs) is None]
            if len(fitting) > 1:
                self._ask_together(fitting)

    def _ask_together(self, group: list[Asked]) -> None:
        driver, opened = self._driver(group[0]), Opened(self.secrets)
        try:
            with scratch() as folder:
                contexts = [self._live(driver, asked, opened, Path(folder)) for asked in group]
                answers: Sequence[Proposal | Fault | None] = within(
                    max(context.seconds_left for context in contexts),
                    driver.name,
                    lambda cancelled: driver.plan_together(
                        [
                            Planned(replace(c, cancelled=cancelled), a.target.inputs, a.output_map)
                            for c, a in zip(contexts, group, strict=True)
                        ]
                    ),
                )
        except TooLate as late:
            answers = [late] * len(group)
        except Exception:
            return  # each is asked by itself, and told what is wrong then
        for asked, answer in zip(group, answers, strict=True):
            if isinstance(answer, Fault):
                self._answers[asked.node.address] = _refused(
                    asked, opened.scrub(_why(answer, asked.node.driver))
                )
            else:
                self._answers[asked.node.address] = answer and _scrubbed(answer, opened)

    def _driver(self, asked: Asked) -> AnyDriver:
        return self.probe.driver(asked.node.driver, str(asked.node.address))

    def _foreseen(self, asked: Asked) -> Context:
        record = asked.record
        return self.probe.foreseen(asked.node, record, record.generation if record else 1)

    def _live(self, driver: AnyDriver, asked: Asked, opened: Opened, folder: Path) -> Context:
        return replace(
            self._foreseen(asked),
            run_dir=folder,
            reveal=opened.reveal,
            connection=opened_connection(driver, asked.target.connection, opened),
            deadline=time.monotonic() + (asked.target.timeout or driver.timeout),
        )


class Rehearsing(Struct):
    """Stands in for :class:`Proposing` in a first walk: notes who is best asked about together, and asks no real system.

    Drivers that can tell without one are asked, so that what comes of them is known to those that are noted.
    ``passed_over`` says that somebody was not asked: then the walk is to be done again.
    """

    proposing: Proposing
    noted: dict[Address, Asked] = field(default_factory=dict[Address, Asked])
    passed_over: bool = False

    def propose(self, node: ResourceNode, target: Target, record: ResourceRecord | None) -> Proposal | None:
        """What the driver says where it only computes; else nothing."""
        probe = self.proposing.probe
        together = asks_together(probe, node)
        if together:
            self.noted[node.address] = Asked(node, target, record)
        if together or probe.driver(node.driver, str(node.address)).plans_live:
            self.passed_over = True
            return None
        return self.proposing.propose(node, target, record)

    def asked(self) -> Proposing:
        """Who answers in the walk that counts; those that were noted have been asked together."""
        self.proposing.together(self.noted.values())
        return self.proposing


def asks_together(probe: Probe, node: ResourceNode) -> bool:
    """Whether the resource's driver is asked about all of its resources at once."""
    return probe.driver(node.driver, str(node.address)).offers("plan_together")


def heeded(decision: Decision, proposal: Proposal | None) -> Decision:
    """Let the driver's proposal lower or raise what the fields alone say; forced reasons stay."""
    if proposal is None or decision.action is not Action.UPDATE:
        return decision
    if proposal.action == "replace":
        marked = tuple(
            replace(d, forces_replacement=d.path in proposal.replace_paths) for d in decision.diffs
        )
        return replace(decision, action=Action.REPLACE, diffs=marked)
    return decision


def _refused(asked: Asked, why: str) -> Proposal:
    return Proposal("update" if asked.record else "create", refused=why)


def _why(error: Exception, driver: str) -> str:
    if isinstance(error, Fault):
        return error.message if error.hint is None else f"{error.message}; {error.hint}"
    if isinstance(error, ValidationError):
        return told(error.errors())
    if isinstance(error, BakehouseError):
        return error.diagnostics[0].message
    return f"driver {driver} failed unexpectedly: {type(error).__name__}: {error}"


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
