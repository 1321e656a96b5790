"""Client metadata (RFC 7591 §2) as the API takes and shows it. Which members there are, and what
each holds, is said by `idp.clients.document`; what they may be is judged behind every door alike.
"""

from __future__ import annotations

from typing import Any, NoReturn

from pydantic import ConfigDict, Field, create_model

from idp.clients import document
from idp.clients.metadata import Invalid, ProposedClient
from idp.clients.registered import RegisteredClient
from idp.clients.templates import Template
from idp.clients.templates import propose as propose_template
from idp.web.api import refusing
from idp.web.api.model import Model

MEMBER = "metadata"
_TRANSLATED = "|".join(document.TRANSLATED)


class _Members(Model):
    """Closed but for translations, which JSON Schema knows by their pattern."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "additionalProperties": False,
            "patternProperties": {
                rf"^({_TRANSLATED})#[A-Za-z]{{2,8}}(-[A-Za-z0-9]{{1,8}}){{0,4}}$": {
                    "type": "string"
                }
            },
        },
    )
    __pydantic_extra__: dict[str, str] = Field(init=False)


_FIELDS: dict[str, Any] = {name: (kind | None, None) for name, kind in document.types().items()}
ClientMetadata = create_model(
    "ClientMetadata", __base__=_Members, __doc__="RFC 7591 §2, and members of ours.", **_FIELDS
)


def proposed(given: _Members, template: Template | None = None) -> ProposedClient:
    """What the metadata ask for, on top of what a template says. Raises `Refused`."""
    unknown = [name for name in given.model_extra or {} if not document.is_translation(name)]
    if unknown:
        refuse(Invalid(dict.fromkeys(unknown, "is not known")))
    asked = given.model_dump(exclude_unset=True)
    read = document.from_document(_start(template) | asked)
    if isinstance(read, Invalid):
        refuse(read)
    return read


def shown(client: RegisteredClient) -> Any:  # noqa: ANN401  the model is made at run time
    """As it is registered; this can be sent back."""
    described = document.as_document(client)
    about = {"client_id", "client_id_issued_at"}
    return ClientMetadata(**{name: value for name, value in described.items() if name not in about})


def refuse(invalid: Invalid) -> NoReturn:
    """Every problem of what was sent as metadata, where it is."""
    refusing.refuse(invalid, MEMBER)


def _start(template: Template | None) -> dict[str, Any]:
    if template is None:
        return {}
    start = propose_template(template, "")
    members = ("application_type", "token_endpoint_auth_method", "scope")
    lists = ("grant_types", "response_types")
    return {name: getattr(start, name) for name in members} | {
        name: list(getattr(start, name)) for name in lists
    }
