"""The contract of a service as an OpenAPI document, made from the protocol's own models. Pure."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import RootModel
from pydantic.json_schema import models_json_schema

from ..remote.protocol import FORMAT, Operation, Reply, Request
from .signing import KEY, SIGNATURE, TIMESTAMP

_HEADERS = {
    TIMESTAMP: "When it was signed, in seconds since 1970.",
    KEY: "Which key it was signed with.",
    SIGNATURE: "`v1=` and the HMAC-SHA256, in hex, of time, path and body, joined by line feeds.",
}
_STATUS = {
    "401": "The signature is not right, or too old.",
    "501": "The service does not offer this operation.",
}


class RequestBody(RootModel[Request]):
    """One operation on one object."""


def document() -> dict[str, Any]:
    """The document, version 3.1."""
    _, schemas = models_json_schema(
        [(RequestBody, "validation"), (Reply, "validation")], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "A service as a Bakehouse driver", "version": str(FORMAT)},
        "paths": {f"/{name}": {"post": _operation(name)} for name in get_args(Operation)},
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(name: str) -> dict[str, Any]:
    parameters = [
        {"name": n, "in": "header", "required": True, "description": d, "schema": {"type": "string"}}
        for n, d in _HEADERS.items()
    ]
    reply = {"application/x-ndjson": {"schema": {"$ref": "#/components/schemas/Reply"}}}
    answered = {
        "200": {"description": "Lines of JSON, each a reply; the last is the answer.", "content": reply}
    }
    return {
        "operationId": name,
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RequestBody"}}},
        },
        "responses": answered | {code: {"description": text} for code, text in _STATUS.items()},
    }
