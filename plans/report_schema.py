"""The JSON Schema of the published plan document, which :mod:`.report` makes. Format version 1."""

from __future__ import annotations

from typing import Any

from .action import Action
from .change import Why
from .report import REPORT_FORMAT

_Schema = dict[str, Any]


def plan_schema() -> _Schema:
    """The schema; properties that it does not name are allowed, because later versions may add some."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Plan",
        "description": "What an apply would do, as `plan --json` and `show --json` print it.",
        **_object(
            format=_of("integer", "The version of this document's format.", const=REPORT_FORMAT),
            kind=_of("string", "What the document is.", const="plan"),
            application=_text("The application's name."),
            environment=_part("environment", "The environment that is planned."),
            destroy=_flag("Whether everything goes."),
            digest=_text(
                "The digest of what is planned; equal plans have equal ones, and approvals bind to it."
            ),
            empty=_flag("Whether nothing changes but words and addresses."),
            summary=_of("object", "How often each action occurs, and how many resources stay as they are."),
            since={
                "anyOf": [_ref("since"), {"type": "null"}],
                "description": "What became of a plan that was read before, where one is named.",
            },
            changes=_list(_ref("change"), "The changes, in the order of the plan."),
            traces=_list({"type": "array"}, "How definitions were matched; each distinct trace once."),
            images=_of("object", "The image of each container, and where it comes from."),
            overrides=_texts("What was overridden for this plan alone."),
            limits=_part("limits", "Where only a part was planned, which part."),
            links=_of("object", "Addresses under which people reach what runs."),
            remarks=_list(_ref("diagnostic"), "What is to be known of the plan besides."),
            origin=_part("origin", "When, by whom and from what the plan was made; not part of the digest."),
        ),
        "$defs": {
            "environment": _environment(),
            "origin": _origin(),
            "limits": _object(
                targets=_texts("The addresses that alone were asked for, with what they stand on."),
                excludes=_texts("The addresses that were left out, with what stands on them."),
            ),
            "since": _since(),
            "change": _change(),
            "reason": _reason(),
            "difference": _difference(),
            "reads": _reads(),
            "place": _place(),
            "diagnostic": _diagnostic(),
        },
    }


def _environment() -> _Schema:
    return _object(
        name=_text("Its name."),
        type=_text("Its environment type."),
        uid=_text("What stays when it is renamed."),
    )


def _origin() -> _Schema:
    return _object(
        created=_text("When, ISO 8601."),
        actor=_text("By whom."),
        serial=_of("integer", "The number of writes that the environment's state had seen."),
        catalog=_maybe("string", "The catalog's revision."),
        commit=_maybe("string", "The commit of the application's files."),
        refreshed=_flag("Whether everything was read for this plan."),
        last_read=_maybe("string", "When the environment was last read in full, ISO 8601."),
    )


def _since() -> _Schema:
    entry = _object(
        kind=_of("string", "What became of it.", enum=["new", "different", "gone"]),
        address=_text("The address."),
        verb=_maybe("string", "What is done now."),
        was=_maybe("string", "What was to be done then."),
    )
    return _object(
        digest=_text("The digest of the former plan."),
        same=_flag("Whether both plans do the same."),
        changes=_list(entry, "Each change that is not the same in both."),
    )


def _change() -> _Schema:
    return _object(
        address=_text("The address, `TYPE.CLASS#ID`; the class `default` is left out."),
        type=_text("The resource type."),
        **{"class": _text("The class.")},
        id=_text("The id."),
        uid=_text("What stays when the resource is moved."),
        action=_of("string", "What is done.", enum=[action.label for action in Action]),
        symbol=_text("The action as one character."),
        verb=_text("The action in words."),
        dangerous=_flag("Whether something is, or would be, lost."),
        record_only=_flag("Whether only what is recorded changes."),
        moved_from=_maybe("string", "The address at which it is recorded until now."),
        only_moves=_flag("Whether nothing but the address changes."),
        adopts=_maybe("string", "The object that exists already and becomes this resource."),
        held_already=_flag("Whether an earlier plan has held it already."),
        create_first=_flag("Whether a replacement makes the new object before the old one goes."),
        deposed=_of("integer", "How many objects it replaced before that are not deleted yet."),
        generation=_of("integer", "The number of the object after the apply; a replacement raises it."),
        digest=_text("The digest of this change."),
        reasons=_list(_ref("reason"), "Why, most important first."),
        driver=_text("The driver that is asked."),
        definition=_maybe("string", "The definition; null for removals."),
        workload=_maybe("string", "The workload that asks for it."),
        reads={
            "anyOf": [_ref("reads"), {"type": "null"}],
            "description": "What a reference reads; null for others.",
        },
        profiles=_list({"type": "object"}, "The profiles of a workload, and what each does."),
        data_bearing=_flag("Whether the resource holds data."),
        diffs=_list(_ref("difference"), "What changes, property by property."),
        conditional=_texts("Properties by which a replacement may still come to less once they are known."),
        outputs=_of("object", "What it will give, as far as that is known."),
        depends_on=_texts("The addresses that it depends on."),
        waits_for=_texts("The addresses whose values decide what is left to do."),
        nested=_list({"type": "object"}, "Changes of the objects below it, as its driver tells them."),
        notes=_texts("What the reviewer should know."),
        refused=_maybe("string", "Why it cannot be applied."),
        trace=_maybe("integer", "The row of `traces` that says how its definition was matched."),
    )


def _reason() -> _Schema:
    return _object(
        code=_of("string", "The kind of reason.", enum=[why.value for why in Why]),
        text=_text("The reason in words."),
        place=_where("The line that caused it."),
    )


def _difference() -> _Schema:
    return _object(
        path=_text("The property."),
        kind=_of("string", "What becomes of it.", enum=["added", "changed", "removed"]),
        before={"description": "The value before; secrets are `***`."},
        after={"description": "The value after; one that is not known yet is `(known after ADDRESS)`."},
        unknown=_flag("Whether the value after is not known yet."),
        secret=_flag("Whether a secret is involved."),
        versions=_maybe("object", "The versions of the secrets on both sides."),
        forces_replacement=_flag("Whether this property forces a replacement."),
    )


def _reads() -> _Schema:
    return _object(
        name=_text("Whose outputs are read."),
        uid=_text("The owner's resource."),
        digest=_text("The digest of the outputs that are used."),
        outputs=_texts("Their names."),
    )


def _place() -> _Schema:
    return _object(
        file=_text("The file."),
        line=_of("integer", "The line, from 1."),
        column=_of("integer", "The column, from 1."),
    )


def _diagnostic() -> _Schema:
    return _object(
        code=_text("The code; `bakehouse help CODE` explains it."),
        severity=_text("`error`, `warning` or `notice`."),
        message=_text("What was found."),
        place=_where("Where."),
        pointer=_maybe("string", "The value inside the file."),
        address=_maybe("string", "The resource."),
        hint=_maybe("string", "What to do."),
        next=_maybe("string", "The command to run next."),
    )


def _object(**properties: _Schema) -> _Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _of(kind: str, description: str, **more: Any) -> _Schema:
    return {"type": kind, "description": description, **more}


def _maybe(kind: str, description: str) -> _Schema:
    return {"type": [kind, "null"], "description": description}


def _text(description: str) -> _Schema:
    return _of("string", description)


def _flag(description: str) -> _Schema:
    return _of("boolean", description)


def _list(items: _Schema, description: str) -> _Schema:
    return _of("array", description, items=items)


def _texts(description: str) -> _Schema:
    return _list({"type": "string"}, description)


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/$defs/{name}"}


def _part(name: str, description: str) -> _Schema:
    return {**_ref(name), "description": description}


def _where(description: str) -> _Schema:
    return {"anyOf": [_ref("place"), {"type": "null"}], "description": description}
