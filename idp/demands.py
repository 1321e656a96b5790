"""Where the two flows meet: an authorization request in the words of the interaction row, what such
an interaction ends with in the words of the protocol row.
"""

from __future__ import annotations

from idp.authentication.requirement import Requirement
from idp.authentication.session import RecognisedSession
from idp.clients import registry
from idp.interaction.demand import Demand
from idp.interaction.facts import Situation
from idp.interaction.lifecycle import Opening
from idp.models import Interaction, Kind
from idp.oauth import device_request, server
from idp.oauth.approval import Approval
from idp.oauth.device_request import DeviceRequest
from idp.oauth.request import AuthorizationRequest


def of(interaction: Interaction) -> Demand:
    """What a stored interaction asks. Raises `ShownError` when its client has gone meanwhile."""
    requirement = Requirement.from_document(interaction.requirement)
    if interaction.kind == Kind.AUTHORIZE:
        return of_request(server.restore(interaction.parameters), requirement)
    if interaction.kind == Kind.DEVICE:
        return of_device(device_request.restore(interaction.parameters), requirement)
    client = registry.find(interaction.client_id) if interaction.client_id else None
    return Demand(Kind(interaction.kind), requirement, client)


def of_request(request: AuthorizationRequest, requirement: Requirement) -> Demand:
    """What an authorization request asks of its user."""
    return Demand(
        kind=Kind.AUTHORIZE,
        requirement=requirement,
        client=request.client,
        scope=request.scope,
        claims=request.claims_beyond_scope,
        wants_account_choice="select_account" in request.prompt,
        wants_consent="consent" in request.prompt,
        is_silent="none" in request.prompt,
        expected_subs=request.expected_subs,
        login_hint=request.login_hint,
    )


def of_device(request: DeviceRequest, requirement: Requirement) -> Demand:
    """What a device elsewhere asks of its user."""
    return Demand(
        kind=Kind.DEVICE, requirement=requirement, client=request.client, scope=request.scope
    )


def opening_of(
    request: AuthorizationRequest, requirement: Requirement, browser_digest: bytes | None
) -> Opening:
    """How such a request is stored until its user has answered."""
    return Opening(
        kind=Kind.AUTHORIZE,
        requirement=requirement,
        browser_digest=browser_digest,
        parameters=request.as_document(),
        client_id=request.client.client_id,
    )


def opening_of_device(
    request: DeviceRequest, requirement: Requirement, browser_digest: bytes
) -> Opening:
    """The same for a device whose code was typed in here."""
    return Opening(
        kind=Kind.DEVICE,
        requirement=requirement,
        browser_digest=browser_digest,
        parameters=request.as_document(),
        client_id=request.client.client_id,
    )


def approval_of(
    request: AuthorizationRequest | DeviceRequest,
    requirement: Requirement,
    situation: Situation,
    session: RecognisedSession,
) -> Approval:
    """What the counted proofs say, and nothing else."""
    worth = situation.worth(requirement)
    if situation.person is None or worth is None:
        raise LookupError("an approval needs proofs")
    return Approval(
        user_id=situation.person.id,
        session_id=session.id,
        sid=session.sid,
        auth_time=worth.auth_time,
        acr=worth.acr,
        amr=worth.amr,
        event_ids=tuple(proof.id for proof in situation.counted),
        scope=request.scope,
    )
