"""The driver itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import SecretStr, ValidationError

from ....graph.narrow import is_list, is_map
from ....graph.types import DriverDescription
from ....graph.values import Secret, Unknown, Value, fill, has_unknown, leaves
from ...sdk import Context, CreateMode, Driver, Imported, NotFound, PermanentFault, Prior, Result
from .models import DeclaredOutput, RemoteInputs, RemoteOutputs
from .protocol import Answer, Operation, Request

_TELLING = 4
"""A shorter text stands in others by chance."""

Given = TypeVar("Given", bound=RemoteInputs)


class Remote(Driver[Given, RemoteOutputs]):
    """Asks ``who`` for each operation. A subclass says how, by :meth:`ask`."""

    who: ClassVar[str]
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    Outputs = RemoteOutputs

    def ask(self, context: Context, inputs: Given, request: Request, secrets: tuple[str, ...]) -> Answer:
        """The answer; ``secrets`` are the clear texts in the request, to be taken out of all that is said.

        Raises the fault that was answered, or one that says why there is no answer.
        """
        raise NotImplementedError

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """The declared outputs; without a declaration their names are open."""
        declared = static_inputs.get("outputs")
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {},
            "required": [],
            "additionalProperties": True,
        }
        if is_map(declared):
            outputs = {name: _declared(item) for name, item in declared.items()}
            schema["properties"] = {name: _schema(output) for name, output in outputs.items()}
            schema["required"] = [name for name, output in outputs.items() if not output.optional]
            schema["additionalProperties"] = False
        return DriverDescription(self.Inputs.model_json_schema(), schema, self.connection_kind)

    def create(self, context: Context, inputs: Given) -> Result:
        """Operation ``create``. The contract asks for one object for one token."""
        return self._call(context, "create", inputs)

    def update(self, context: Context, inputs: Given) -> Result:
        """Operation ``update``."""
        return self._call(context, "update", inputs)

    def read(self, context: Context, inputs: Given | None) -> Result:
        """Operation ``read``."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        return self._call(context, "read", inputs)

    def delete(self, context: Context) -> None:
        """Operation ``delete``, by the recorded inputs; what is not found is gone already."""
        given: Mapping[str, Value] = context.prior.inputs if context.prior else {}
        if not given or has_unknown(given):
            return
        try:
            inputs = self.Inputs.model_validate(given)
        except ValidationError:
            raise PermanentFault("the recorded inputs cannot be read") from None
        try:
            self._call(context, "delete", inputs)
        except NotFound:
            return

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """Operation ``import``; an ``update`` with what it gave as ``prior`` then takes the object over."""
        if has_unknown(planned):
            raise PermanentFault("its inputs are not known before they are applied")
        inputs = self.Inputs.model_validate(planned)
        answer = self._ask(context, "import", inputs, external_id)
        described = {**planned, "inputs": {**inputs.inputs, **answer.inputs}}
        secret = {name: SecretStr(clear) for name, clear in answer.secret_outputs.items()}
        return Imported(described, {**answer.outputs, **secret}, answer.private)

    def _call(self, context: Context, operation: Operation, inputs: Given) -> Result:
        answer = self._ask(context, operation, inputs)
        if operation == "delete":
            return Result({})
        return Result({**answer.outputs, **_closed(context, answer)}, answer.private)

    def _ask(
        self, context: Context, operation: Operation, inputs: Given, external_id: str | None = None
    ) -> Answer:
        given, prior = _opened(context, inputs.inputs), _opened(context, recorded(context.prior))
        request = request_for(context, operation, given, prior, external_id)
        secrets = _secrets(context, inputs.inputs)
        answer = self.ask(context, inputs, request, secrets)
        if operation != "delete":
            self._keep_secrets(answer, secrets)
            if inputs.outputs is not None:
                self._keep_to(answer, inputs.outputs)
        return answer

    def _keep_secrets(self, answer: Answer, secrets: tuple[str, ...]) -> None:
        """Refuse an answer that would put a secret into the record in clear."""
        hidden = [text for text in (*secrets, *answer.secret_outputs.values()) if len(text) >= _TELLING]
        for part in ("outputs", "private", "inputs"):
            for name, value in getattr(answer, part).items():
                if any(text in said for said in _texts(value) for text in hidden):
                    raise PermanentFault(
                        f"{self.who} gives a secret in clear in {part}.{name}",
                        hint="give it in secret_outputs, or leave it out of the inputs",
                    )

    def _keep_to(self, answer: Answer, declared: Mapping[str, DeclaredOutput]) -> None:
        given = {**dict.fromkeys(answer.outputs, False), **dict.fromkeys(answer.secret_outputs, True)}
        wrong = [f"{name} is not declared" for name in given if name not in declared]
        for name, output in declared.items():
            if name not in given and not output.optional:
                wrong.append(f"{name} is missing")
            elif name in given and output.secret != given[name]:
                wrong.append(f"{name} is {'' if output.secret else 'not '}declared secret")
        if wrong:
            raise PermanentFault(f"the outputs of {self.who} are not those declared: {'; '.join(wrong)}")


def request_for(
    context: Context,
    operation: Operation,
    inputs: Mapping[str, Any],
    prior: Mapping[str, Any] | None,
    external_id: str | None = None,
) -> Request:
    """The request about the object of a call."""
    return Request(
        operation=operation,
        address=context.address,
        token=context.token,
        uid=context.uid,
        slug=context.slug,
        generation=context.generation,
        deadline_seconds=None if math.isinf(context.seconds_left) else round(context.seconds_left, 3),
        inputs=inputs,
        prior=prior,
        external_id=external_id,
    )


def recorded(prior: Prior | None) -> Mapping[str, Value] | None:
    """What is told of what was recorded."""
    if prior is None:
        return None
    outputs = {n: v.get_secret_value() if isinstance(v, SecretStr) else v for n, v in prior.outputs.items()}
    return {"inputs": prior.inputs.get("inputs", {}), "outputs": outputs, "private": prior.private}


def _declared(item: Any) -> DeclaredOutput:
    try:
        return DeclaredOutput.model_validate(item)
    except ValidationError:
        return DeclaredOutput()


def _schema(output: DeclaredOutput) -> dict[str, Any]:
    marks = {f"x-{mark}": True for mark in ("secret", "stable") if getattr(output, mark)}
    return marks if output.type == "any" else {"type": output.type, **marks}


def _opened(context: Context, value: Value) -> Any:
    def answer(leaf: Unknown | Secret) -> Value:
        return context.reveal(leaf) if isinstance(leaf, Secret) else leaf

    return fill(value, answer)


def _secrets(context: Context, inputs: Value) -> tuple[str, ...]:
    """Every clear text that a request holds."""
    prior = context.prior
    values: list[Value] = [inputs, *((prior.inputs, prior.outputs, prior.private) if prior else ())]
    found = {context.reveal(leaf) for value in values for leaf in leaves(value) if isinstance(leaf, Secret)}
    fresh = prior.outputs.values() if prior else ()
    found |= {value.get_secret_value() for value in fresh if isinstance(value, SecretStr)}
    return tuple(sorted(text for text in found if text))


def _closed(context: Context, answer: Answer) -> dict[str, SecretStr | Secret]:
    """Secret outputs; one that is what it was keeps its reference, so that nothing after it is done again."""
    before: Mapping[str, Value] = context.prior.outputs if context.prior else {}
    closed: dict[str, SecretStr | Secret] = {}
    for name, clear in answer.secret_outputs.items():
        known = before.get(name)
        same = isinstance(known, Secret) and context.reveal(known) == clear
        closed[name] = known if same and isinstance(known, Secret) else SecretStr(clear)
    return closed


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = [*value, *value.values()] if is_map(value) else value if is_list(value) else ()
    return [text for item in items for text in _texts(item)]
