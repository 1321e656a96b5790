"""The OpenAPI 3.1 document of the API, made from its operations and nothing else.

Pydantic writes JSON Schema 2020-12, which is the dialect of OpenAPI 3.1, so that models need no
translation.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from idp.clients.metadata.administration import PATH, SCOPES
from idp.extensions import settings
from idp.web import problems
from idp.web.api import answering, once
from idp.web.api.model import ROW_ID
from idp.web.api.operation import OPERATIONS, Operation, Wants
from idp.web.problems import Kind

_REF = "#/components/schemas/{model}"
_OF_ANY = frozenset(
    {
        *(Kind.MALFORMED, Kind.UNAUTHENTICATED, Kind.PROOF_TOO_OLD, Kind.SCOPE_MISSING),
        *(Kind.NOT_PERMITTED, Kind.NOT_ACCEPTABLE, Kind.ADDRESS_TOO_LONG, Kind.INVALID),
        *(Kind.TOO_MANY, Kind.FAILED, Kind.BUSY),
    }
)
_OF_BODIES = frozenset({Kind.TOO_LARGE, Kind.UNSUPPORTED})
_OF_WANTS = {
    Wants.VERSION: frozenset({Kind.PRECONDITION_REQUIRED, Kind.OUTDATED}),
    Wants.KEY: frozenset({Kind.IN_PROGRESS, Kind.KEY_REUSED}),
}
_HEADERS: dict[Wants, dict[str, Any]] = {
    Wants.VERSION: {
        "name": Wants.VERSION.value,
        "in": "header",
        "required": True,
        "description": "The `ETag` of what was read.",
        "schema": {"type": "string", "pattern": r'^"[\x21\x23-\x7e]+"$'},
    },
    Wants.KEY: {
        "name": Wants.KEY.value,
        "in": "header",
        "description": "Chosen by the caller, one for each creation. Sent again within a day with "
        "the same request, it gets the first answer again.",
        "schema": {"type": "string", "pattern": once.KEY},
    },
}
_PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "client_id": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
    "group": {"type": "string", "minLength": 1, "maxLength": 100},
    "claim": {"type": "string", "minLength": 1, "maxLength": 100},
    "kid": {"type": "string", "minLength": 1, "maxLength": 64},
    "trial_id": {"type": "string", "pattern": r"^[0-9a-f]{64}$"},
}
_ROW = {"type": "string", "pattern": ROW_ID}


def document() -> dict[str, Any]:
    """OpenAPI 3.1.1."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.template, {})[one.method.lower()] = _operation(one, schemas)
    used = {kind for one in OPERATIONS for kind in refusals(one)}
    components = {
        "schemas": schemas.definitions | _PROBLEM,
        "responses": {str(status): _problem(status, used) for status in _statuses(used)},
        "securitySchemes": _security_schemes(),
    }
    return {
        "openapi": "3.1.1",
        "info": {
            "title": f"Admin API of {settings().brand.name}",
            "version": "1",
            "description": "What the pages of the administration can do, for programs.",
        },
        "servers": [{"url": settings().issuer + PATH}],
        "paths": paths,
        "components": components,
    }


def refusals(one: Operation) -> frozenset[Kind]:
    """Everything that this operation may be refused by."""
    found = _OF_ANY | one.refusals
    if one.parameters:
        found |= {Kind.NOT_FOUND}
    if one.body is not None:
        found |= _OF_BODIES
    for want in one.wants:
        found |= _OF_WANTS[want]
    return found


class _Schemas:
    """Every model by its reference."""

    def __init__(self, models: Iterable[type[BaseModel]]) -> None:
        wanted = [(model, "validation") for model in dict.fromkeys(models)]
        found, rest = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
        self.references = {model: schema for (model, _), schema in found.items()}
        self.definitions: dict[str, Any] = rest.get("$defs", {})


def _schemas() -> _Schemas:
    bodies = [one.body for one in OPERATIONS if one.body is not None]
    answers = (one.answer for one in OPERATIONS if not issubclass(one.answer, answering.File))
    return _Schemas([*bodies, *answers])


def _operation(one: Operation, schemas: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.summary,
        "description": " ".join(filter(None, [one.description, _verbs(one)])),
        "parameters": [*_named(one), *_asked(one), *(_HEADERS[want] for want in _sorted(one))],
        "security": [{by: scopes} for scopes in _scopes(one) for by in ("user", "machine")],
        "responses": _responses(one, schemas),
    }
    if one.body is not None:
        content = {"application/json": {"schema": schemas.references[one.body]}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _named(one: Operation) -> Iterable[dict[str, Any]]:
    for name in one.parameters:
        schema = _PATH_PARAMETERS.get(name, _ROW)
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _asked(one: Operation) -> Iterable[dict[str, Any]]:
    if one.query is None:
        return
    schema = one.query.model_json_schema()
    for name, member in schema["properties"].items():
        described = {"description": member.pop("description")} if "description" in member else {}
        if name in schema.get("required", ()):
            described["required"] = True
        yield {"name": name, "in": "query", "schema": _in_address(member, schema), **described}


def _in_address(member: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What is not there is null in the model; in an address it is just not there."""
    told = {name: value for name, value in member.items() if name != "title"}
    if told.get("default") is None:
        told.pop("default", None)
    others: list[dict[str, Any]] = [
        each for each in told.pop("anyOf", []) if each != {"type": "null"}
    ]
    told |= others[0] if others else {}
    name = str(told.pop("$ref", "")).rpartition("/")[2]
    named: dict[str, Any] = schema.get("$defs", {}).get(name, {})
    return told | named


def _responses(one: Operation, schemas: _Schemas) -> dict[str, Any]:
    good: dict[str, Any] = {
        "description": "Done.",
        "content": {answering.media_type_of(one.answer): {"schema": _content(one, schemas)}},
    }
    statuses = _statuses(refusals(one))
    references = {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}
    return {str(one.status): good} | references


def _content(one: Operation, schemas: _Schemas) -> dict[str, Any]:
    if answering.media_type_of(one.answer) != answering.JSON:
        return {"type": "string"}
    return schemas.references[one.answer]


def _verbs(one: Operation) -> str:
    return f"Verbs: {', '.join(f'`{verb}`' for verb in (one.permission, *one.besides))}."


def _scopes(one: Operation) -> list[list[str]]:
    """Every choice of scopes, one for each verb."""
    each = [
        [name for name, verbs in SCOPES.items() if verb.value in verbs]
        for verb in (one.permission, *one.besides)
    ]
    return [list(dict.fromkeys(chosen)) for chosen in product(*each)]


def _sorted(one: Operation) -> list[Wants]:
    return [want for want in Wants if want in one.wants]


def _statuses(kinds: Iterable[Kind]) -> list[int]:
    return sorted({kind.status for kind in kinds})


def _problem(status: int, used: Iterable[Kind]) -> dict[str, Any]:
    kinds = [kind for kind in Kind if kind in used and kind.status == status]
    told: dict[str, Any] = {
        "description": " ".join(f"`{kind.slug}`: {kind.title}" for kind in kinds),
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 401:
        told["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    return told


def _security_schemes() -> dict[str, Any]:
    issuer, scopes = settings().issuer, {name: ", ".join(SCOPES[name]) for name in SCOPES}
    token = {"tokenUrl": f"{issuer}/token", "scopes": scopes}
    user = token | {"authorizationUrl": f"{issuer}/authorize"}
    return {
        "user": {"type": "oauth2", "flows": {"authorizationCode": user}},
        "machine": {"type": "oauth2", "flows": {"clientCredentials": token}},
    }


_PROBLEM: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": {"enum": [problems.PREFIX + kind.slug for kind in Kind]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "reference": {"type": "string", "description": "Of the request, in the log."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "detail": {"type": "string"},
                        "pointer": {"type": "string", "description": "RFC 6901, into the body."},
                        "parameter": {"type": "string"},
                    },
                    "required": ["detail"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["type", "title", "status", "reference"],
        "additionalProperties": False,
    }
}
