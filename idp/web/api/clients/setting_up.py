"""What helps to set an app up: addresses judged one by one, a registration drafted from what is at
hand, and a start for the app's code.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from idp.accounts.permissions import Permission
from idp.clients import address_check, pasted, register, snippets
from idp.clients.frameworks import Framework
from idp.clients.pasted import NotUnderstood
from idp.clients.templates import Template
from idp.web import problems
from idp.web.access import Reach
from idp.web.api.answering import Answer
from idp.web.api.clients.metadata import ClientMetadata
from idp.web.api.clients.show import existing
from idp.web.api.model import Model
from idp.web.api.operation import operation
from idp.web.problems import Fault, Kind, Refused

_LONGEST_URI, _LARGEST = 2048, 128 * 1024
_REFUSALS = {
    "nothing": "There is nothing.",
    "too-long": "That is too long.",
    "unknown": "That is no URL, no metadata document and no reference.",
    "not-json": "That is not a JSON document.",
    "not-fetched": "Nothing could be fetched there.",
    "no-trace": "No request that is kept has this reference.",
}
_NOTES = {
    "without-pkce": "The request came without PKCE. Its library has to be told to use it.",
    "secret-ignored": "The secret in it was left out: the app is given one of ours.",
    "rest": "Only name, addresses and scopes are taken over.",
}


class Addresses(Model):
    """Where an app wants its answers, or sends people after signing out."""

    uris: list[Annotated[str, StringConstraints(max_length=_LONGEST_URI)]] = Field(
        max_length=address_check.MOST
    )
    application_type: Literal["web", "native"] = "web"


class JudgedAddress(Model):
    """One of them. Without `says` it can be registered."""

    uri: str = Field(description="Its beginning, if it is long.")
    says: str | None = Field(None, description="Why it cannot be registered.")
    instead: str | None = Field(None, description="What to register instead.")


class JudgedAddresses(Model):
    """In their order; then those that stand there twice."""

    items: list[JudgedAddress]


class AtHand(Model):
    """A URL that fails, the reference of an error page, a metadata document, or the address of one;
    with `framework` the address of the app itself.
    """

    pasted: str = Field(max_length=pasted.LONGEST)
    framework: Framework | None = None


class Draft(Model):
    """What a registration would begin with. Nothing is registered."""

    template: Template
    metadata: ClientMetadata
    client_id: str | None = Field(None, description="That the request named; it may be registered.")
    notes: list[str]


class Snippet(Model):
    """A complete file."""

    file: str
    written_for: str
    code: str


class SnippetList(Model):
    """For every usual framework of this kind of app."""

    items: list[Snippet]


@operation(
    "POST", "/address-checks", Permission.OWN_CLIENT_WRITE, body=Addresses, answer=JudgedAddresses,
    reach=Reach.THEIR_CLIENTS,
)  # fmt: skip
def check_addresses(given: Addresses) -> Answer:
    """Say of each address whether it can be registered, why not, and what to register instead."""
    found = address_check.check_each(given.uris, given.application_type, register.deployment())
    items = [JudgedAddress(uri=one.uri, says=one.says, instead=one.instead) for one in found]
    return Answer(JudgedAddresses(items=items))


@operation(
    "POST", "/client-drafts", Permission.CLIENTS_WRITE, body=AtHand, answer=Draft,
    largest_body=_LARGEST,
)  # fmt: skip
def draft_client(given: AtHand) -> Answer:
    """Draft a registration from what is at hand. Another host is asked only for an address."""
    found = pasted.understand(given.pasted, given.framework)
    if isinstance(found, NotUnderstood):
        says = found.detail or _REFUSALS[found.why]
        raise Refused(Kind.INVALID, None, Fault(says, pointer=problems.pointer("pasted")))
    draft = Draft(
        template=found.template,
        metadata=ClientMetadata(**found.members),
        client_id=found.client_id,
        notes=[_NOTES[one] for one in found.notes],
    )
    return Answer(draft)


@operation(
    "GET", "/clients/<path:client_id>/snippets", Permission.CLIENTS_READ, answer=SnippetList,
    reach=Reach.THIS_CLIENT,
)  # fmt: skip
def list_client_snippets(client_id: str) -> Answer:
    """A start for the app's code, with its values in it and without any secret."""
    items = [
        Snippet(file=one.file, written_for=one.written_for, code=one.code)
        for one in snippets.of(existing(client_id))
    ]
    return Answer(SnippetList(items=items))
