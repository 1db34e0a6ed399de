"""The OpenAPI 3.1 document, made from the table of operations: it can't say what the API does not do."""

import re
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from .operations import MAX_BODY, Content, Operation
from .problems import MEDIA_TYPE
from .schemas import ProblemDocument
from .table import OPERATIONS, PREFIX

_REF = "#/components/schemas/{model}"
_PATH_PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "slug": ("The shop's slug", {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"}),
    "order_no": (
        "The shop's order number; white space around it does not count",
        {"type": "string", "maxLength": 64, "pattern": r"^[^\x00-\x1f\x7f-\x9f\s]([^\x00-\x1f\x7f-\x9f]*)$"},
    ),
    "id": ("A UUIDv7", {"type": "string", "format": "uuid"}),
    "kind": ("Of a draft: `reply` or `note`", {"type": "string", "enum": ["reply", "note"]}),
    "name": ("A mail's name, such as `reply`", {"type": "string", "pattern": "^[a-z][a-z-]*$"}),
    "locale": ("A language that mails are written in, such as `zh_CN`", {"type": "string", "maxLength": 16}),
}
_ALWAYS = {503: "The database or the disk is away for now; try again after Retry-After"}


def document() -> dict[str, Any]:
    """The whole document, as JSON values."""
    references, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "znx",
            "version": version("znx"),
            "description": "Threads, messages, orders and the ledger of incoming mail. Failures are RFC 9457 problems.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_References = dict[tuple[Any, JsonSchemaMode], dict[str, Any]]


def _schemas() -> tuple[_References, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDocument, "serialization"): None}
    for operation in OPERATIONS:
        if operation.body is not None:
            wanted[operation.body, "validation"] = None
        for content in operation.answers.values():
            if not isinstance(content, str | tuple):
                wanted[content, "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return references, definitions.get("$defs", {})


def _operation(operation: Operation, references: _References) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs the right to {operation.needs}." if operation.needs else "For everybody.",
        "parameters": _parameters(operation),
        "responses": _responses(operation, references),
    }
    if operation.body is not None:
        content = {"application/json": {"schema": references[operation.body, "validation"]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = []
    for name in re.findall(r"{(\w+)}", operation.path):
        description, schema = _PATH_PARAMETERS[name]
        found.append({"name": name, "in": "path", "required": True, "description": description, "schema": schema})
    for name, schema in _query_schema(operation).items():
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    for header in operation.headers:
        schema = {"type": "string", "maxLength": header.max_length}
        found.append({"name": header.name, "in": "header", "description": header.description, "schema": schema})
    return found


def _query_schema(operation: Operation) -> dict[str, Any]:
    """A query has no null: what may be left out is said by `required`."""
    if operation.query is None:
        return {}
    properties: dict[str, Any] = operation.query.model_json_schema()["properties"]
    for schema in properties.values():
        for alternative in schema.pop("anyOf", []):
            if alternative.get("type") != "null":
                schema.update(alternative)
        if schema.get("default", "") is None:
            del schema["default"]
    return properties


def _responses(operation: Operation, references: _References) -> dict[str, Any]:
    answers = {str(status): _answer(content, references) for status, content in operation.answers.items()}
    problem = {MEDIA_TYPE: {"schema": references[ProblemDocument, "serialization"]}}
    failures = {str(status): {"description": why, "content": problem} for status, why in _failures(operation).items()}
    return answers | failures


def _answer(content: Content, references: _References) -> dict[str, Any]:
    if isinstance(content, str | tuple):
        kinds = (content,) if isinstance(content, str) else content
        return {"description": "Bytes", "content": {kind: {} for kind in kinds}}
    return {
        "description": content.__doc__,
        "content": {"application/json": {"schema": references[content, "serialization"]}},
    }


def _failures(operation: Operation) -> dict[int, str]:
    """What can go wrong follows from what the row names."""
    failures = {401: "No valid token"} | _ALWAYS | dict(operation.failures)
    if operation.needs is not None:
        failures[403] = f"The token's role or scopes do not give the right to {operation.needs}"
    if "{" in operation.path or operation.query is not None:
        failures[404] = "It does not exist, or it belongs to another shop"
    if operation.query is not None or operation.headers or "{order_no}" in operation.path:
        failures[422] = "A value is not allowed; errors names it"
    if operation.body is not None:
        failures |= {
            400: "The body is no JSON",
            413: f"The body is larger than {operation.max_body // MAX_BODY} MiB",
            415: "The body is not application/json",
            422: "A value is not allowed; errors names it",
        }
    return dict(sorted(failures.items()))
