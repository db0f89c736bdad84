"""Whether inputs fit a driver's model, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from ..graph.values import Value, leaves


def misfit(model: type[BaseModel], inputs: Mapping[str, Value]) -> str | None:
    """What is wrong with the inputs, however the parts that are not known yet turn out; None where nothing is.

    An input that has an unknown or secret part counts as right, and so does the whole where a validator of the
    model cannot go on with such a part.
    """
    try:
        model.model_validate(inputs)
    except ValidationError as error:
        known = [e for e in error.errors() if not leaves(_concerned(e, inputs))]
        return told(known) if known else None
    except (AttributeError, LookupError, TypeError):
        return None
    return None


def told(errors: Iterable[Mapping[str, Any]]) -> str:
    """The first problems, each with the path of its input, without the values but where a validator names them."""
    return "; ".join(_line(error) for error in list(errors)[:3])


def _concerned(error: Mapping[str, Any], inputs: Mapping[str, Value]) -> Any:
    """The input that an error is about; all of them where it is about the whole."""
    return inputs.get(str(error["loc"][0])) if error["loc"] else dict(inputs)


def _line(error: Mapping[str, Any]) -> str:
    raised = error.get("ctx", {}).get("error")
    said = str(raised) if isinstance(raised, ValueError) else error["msg"][:1].lower() + error["msg"][1:]
    path = ".".join(str(step) for step in error["loc"])
    return f"{path}: {said}" if path else said
