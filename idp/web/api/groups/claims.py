"""Claims of the deployment's own: their definitions, and what a person's say."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from idp.accounts.custom_claims import definition, definitions, values
from idp.accounts.custom_claims.definition import ClaimType, Definition, ProposedClaim
from idp.accounts.invalid import Invalid
from idp.web.api import reading
from idp.web.api.answering import Answer
from idp.web.api.groups.definitions import READS, WRITES
from idp.web.api.groups.outcomes import settled
from idp.web.api.model import Because, Changed, Model, Nothing
from idp.web.api.operation import Wants, blueprint, operation
from idp.web.api.refusing import refuse
from idp.web.api.users.show import existing as existing_user


class ClaimDetails(Model):
    """What can be changed of a claim."""

    type: ClaimType = ClaimType.STRING
    multiple: bool = Field(default=False, description="A list of such values, also of one.")
    scope: str = Field(description="What an app has to ask for to be told it.")
    description: str = ""
    value_schema: dict[str, Any] | None = Field(
        None, alias="schema", description="What else holds for each value, in JSON Schema."
    )


class Claim(ClaimDetails):
    """A claim. Apps are told its name, so that stays."""

    name: str


class NewClaim(Because, Claim):
    """A claim to be defined."""


class ChangedClaim(Because, ClaimDetails):
    """A claim as it shall be."""


class ClaimList(Model):
    """Claims, by name."""

    items: list[Claim]


class ClaimValues(Model):
    """By the names of claims."""

    values: dict[str, Any]


class NewClaimValues(Because, ClaimValues):
    """These and no others."""


@operation("GET", "/claims", READS, answer=ClaimList)
def list_claims() -> Answer:
    """Claims that are defined here."""
    return Answer(ClaimList(items=[_shown(one) for one in definitions.everyone()]))


@operation("POST", "/claims", WRITES, body=NewClaim, answer=Claim, status=201, wants=(Wants.KEY,))
def create_claim(given: NewClaim) -> Answer:
    """Define a claim. Nobody has a value for it yet."""
    made = settled(definitions.define(_proposed(given.name, given)))
    return _answer(made, location=f"{blueprint.url_prefix}/claims/{made.name}")


@operation("GET", "/claims/<path:claim>", READS, answer=Claim)
def read_claim(claim: str) -> Answer:
    """The definition of a claim."""
    return _answer(_existing(claim))


@operation(
    "PUT", "/claims/<path:claim>", WRITES, body=ChangedClaim, answer=Claim, wants=(Wants.VERSION,)
)
def replace_claim(claim: str, given: ChangedClaim) -> Answer:
    """Define a claim anew. Values that do not match any more are not told."""
    name = _existing(claim).name
    changed = definitions.change(name, reading.version(), _proposed(name, given))
    return _answer(settled(changed))


@operation(
    "POST", "/claims/<path:claim>/delete", WRITES, body=Because, answer=Nothing,
    wants=(Wants.VERSION,),
)  # fmt: skip
def delete_claim(claim: str, given: Because) -> Answer:
    """Forget a claim. No app is told it any more."""
    settled(definitions.remove_as_seen(_existing(claim).name, reading.version()))
    return Answer(Nothing())


@operation("GET", "/users/<user_id>/claims", READS, answer=ClaimValues)
def read_user_claims(user_id: str) -> Answer:
    """What a person's claims say."""
    user = existing_user(user_id)
    return Answer(ClaimValues(values=values.of(user)), version=values.version_of(user))


@operation(
    "PUT", "/users/<user_id>/claims", WRITES, body=NewClaimValues, answer=Changed,
    wants=(Wants.VERSION,),
)  # fmt: skip
def replace_user_claims(user_id: str, given: NewClaimValues) -> Answer:
    """Say what a person's claims are: these and no others."""
    user = existing_user(user_id)
    reading.require_version(values.version_of(user))
    changed = values.put(user, given.values, reason=given.reason)
    if isinstance(changed, Invalid):
        refuse(changed, "values")
    return Answer(Changed(changed=changed))


def _existing(name: str) -> Definition:
    return settled(definitions.find(name))


def _proposed(name: str, given: ClaimDetails) -> ProposedClaim:
    document = given.model_dump(mode="json", by_alias=True, include=set(ClaimDetails.model_fields))
    return settled(definition.from_document(name, document))


def _shown(claim: Definition) -> Claim:
    return Claim(
        name=claim.name,
        type=ClaimType(claim.type),
        multiple=claim.multiple,
        scope=claim.scope,
        description=claim.description,
        schema=claim.schema,
    )


def _answer(claim: Definition, location: str | None = None) -> Answer:
    return Answer(_shown(claim), version=definitions.version_of(claim), location=location)
