"""What each kind of event says: one vocabulary for terminals, ``--json``, what is recorded, and what watches deployments.

The page ``docs/reference/events.md`` and the JSON Schema beside it are made from it. Fields and kinds may be added; what is
here keeps its name, its type and its meaning as long as the format of documents is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ..order import StepKind
from ..state.records import DeploymentStatus, StepStatus
from .events import EventKind

_TEXT = {"type": "string"}
_NUMBER = {"type": "number", "minimum": 0}
_COUNT = {"type": "integer", "minimum": 0}


class Field(Struct, frozen=True):
    """One field of an event: its JSON Schema, its meaning, and whether it is always there."""

    schema: Mapping[str, Any]
    text: str
    always: bool = True


class Word(Struct, frozen=True):
    """One kind of event: when it occurs, and its fields besides those that every event of its scope has."""

    text: str
    fields: Mapping[str, Field]
    of_step: bool = False


_EVERY = {
    "event": Field(_TEXT, "the kind"),
    "at": Field({"type": "string", "format": "date-time"}, "when, ISO 8601 in UTC with milliseconds"),
    "deployment": Field(_COUNT, "the number of the deployment in its environment"),
}
_STEP = {
    "address": Field(_TEXT, "the resource, `TYPE#ID`"),
    "step": Field({"enum": [kind.value for kind in StepKind]}, "what is done to it"),
}
_WHY = {
    "fault": Field(_TEXT, "of a failed step, the kind of fault", always=False),
    "message": Field(_TEXT, "why it is not done, in words", always=False),
    "hint": Field(_TEXT, "what to do about it", always=False),
    "code": Field(_TEXT, "the code of the error's page, where it has one", always=False),
    "definition": Field(_TEXT, "of a failed step, the definition that the resource is met by", always=False),
    "because": Field(_TEXT, "of a skipped step, the address that it waited for", always=False),
}

WORDS: Mapping[EventKind, Word] = {
    EventKind.DEPLOYMENT_STARTED: Word(
        "the lease is held, the basis of the plan was checked, the deployment is recorded",
        {
            "total": Field(_COUNT, "how many steps there are"),
            "environment": Field(_TEXT, "the environment's name"),
            "resumes": Field(
                {"type": ["string", "null"]}, "which unfinished deployment it carries on, in words"
            ),
        },
    ),
    EventKind.LEASE_TAKEN_OVER: Word(
        "the environment was held by a process that is gone",
        {
            "actor": Field(_TEXT, "who held it"),
            "host": Field(_TEXT, "on which machine"),
            "pid": Field(_COUNT, "in which process"),
            "purpose": Field(_TEXT, "by which command"),
        },
    ),
    EventKind.STEP_STARTED: Word(
        "the intent is recorded and the driver is called; steps that call no driver have only an end",
        {"operation": Field(_TEXT, "the call of the driver")},
        of_step=True,
    ),
    EventKind.STEP_PROGRESS: Word(
        "the driver tells how far it is",
        {"message": Field(_TEXT, "in its own words, secrets taken out")},
        of_step=True,
    ),
    EventKind.STEP_RETRY: Word(
        "the call failed in a way that may pass, and is made again",
        {
            "message": Field(_TEXT, "what failed"),
            "attempt": Field(_COUNT, "the number of the attempt to come, from 2"),
            "pause": Field(_NUMBER, "seconds until then"),
        },
        of_step=True,
    ),
    EventKind.STEP_FINISHED: Word(
        "the outcome is recorded, and what waited for it may start",
        {
            "status": Field(
                {"enum": [s.value for s in StepStatus if s is not StepStatus.INTENT]}, "what became of it"
            ),
            "seconds": Field(_NUMBER, "how long the driver's call took"),
            **_WHY,
        },
        of_step=True,
    ),
    EventKind.CANCELLING: Word(
        "the user or a signal asks to stop: nothing new is started",
        {"running": Field(_COUNT, "how many steps are still running")},
    ),
    EventKind.DEPLOYMENT_FINISHED: Word(
        "all is recorded and the lease is given back",
        {
            "status": Field({"enum": [status.value for status in DeploymentStatus]}, "how it ended"),
            "counts": Field(
                {"type": "object", "additionalProperties": _COUNT}, "how many steps ended with each status"
            ),
            "resume": Field(
                {"type": ["string", "null"]}, "the command that carries on, where something is left"
            ),
        },
    ),
    EventKind.REMARK: Word(
        "something beside the deployment went wrong",
        {
            "message": Field(_TEXT, "what"),
            "hint": Field({"type": ["string", "null"]}, "what to do about it"),
        },
    ),
}


def fields_of(kind: EventKind) -> dict[str, Field]:
    """Every field of a kind of event, in the order in which it is written."""
    word = WORDS[kind]
    return {**_EVERY, **(_STEP if word.of_step else {}), **word.fields}


def event_schema() -> dict[str, Any]:
    """The JSON Schema of one event, one line of ``apply --json``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Event",
        "description": "What happens during a deployment, one event.",
        "oneOf": [_one(kind) for kind in EventKind],
    }


def _one(kind: EventKind) -> dict[str, Any]:
    fields = fields_of(kind)
    properties = {name: {**field.schema, "description": field.text} for name, field in fields.items()}
    return {
        "type": "object",
        "description": WORDS[kind].text,
        "properties": {**properties, "event": {"const": kind.value}},
        "required": [name for name, field in fields.items() if field.always],
    }
