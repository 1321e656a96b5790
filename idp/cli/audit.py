"""The audit log: look things up, take them along, check that nobody has changed them."""

from __future__ import annotations

import base64
import binascii
import json
import sys
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import AppGroup

from idp.audit import evidence as found_evidence
from idp.audit import search, verify, written
from idp.audit.evidence import Evidence
from idp.audit.search import Filter
from idp.audit.verify import Noted, Verdict
from idp.authentication import password
from idp.cli import output
from idp.cli.output import Refused
from idp.models import AuditEvent

group = AppGroup("audit", help="What happened, and whether the log of it is whole.")

_TITLES = ("when", "type", "actor", "user", "client", "address", "details")


class _Instant(click.ParamType[datetime]):
    """ISO 8601; without an offset it is UTC."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:  # noqa: ANN401  as click has it
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!a} is not a time like 2026-03-01 or 2026-03-01T12:30Z", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


def _filtered(command: Any) -> Any:  # noqa: ANN401  a decorator of click
    for option in (
        click.option("--until", type=_Instant(), help="Before this time."),
        click.option("--since", type=_Instant(), help="At this time or later, by ISO 8601."),
        click.option("--address", help="From this network address."),
        click.option("--type", "event_type", help="Of this kind, like password_rejected."),
        click.option("--client", "client_id", help="Through this application."),
        click.option("--actor", help="Done by this one: user:ID, client:ID, cli:NAME, job:NAME."),
        click.option("--user", "email", help="About the user with this address."),
    ):
        command = option(command)
    return command


@group.command("list")
@_filtered
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@output.json_option
def list_command(limit: int, **filters: Any) -> None:
    """What happened, the newest first."""
    events = search.find(_wanted(**filters), size=limit).events
    text = output.table(_TITLES, map(_row, events)) if events else "Nothing."
    output.show([written.document(event) for event in events], text)


@group.command("export")
@_filtered
@click.option(
    "--format", "form", type=click.Choice(list(written.FORMATS)), default="jsonl", show_default=True
)
def export(form: str, **filters: Any) -> None:
    """Everything that is found, to standard output, the newest first."""
    for piece in written.FORMATS[form](search.everything(_wanted(**filters))):
        click.echo(piece, nl=False)


@group.command("verify")
@click.option("--noted", help="SEQUENCE:CHAIN, as it was noted down: has to be part of the chain.")
@output.json_option
def verify_command(noted: str | None) -> None:
    """Read the whole chain again. Exit code 1 and the first broken place if it does not hold."""
    verdict = verify.verify(_noted(noted) if noted else None)
    output.show(_judged(verdict), _sentence(verdict))
    if verdict.broken is not None:
        click.get_current_context().exit(1)


@group.command("evidence")
@click.option("--sid", help="Of a session: the claim of an ID token or access token.")
@click.option("--jti", help="Of an access token, or its `fam`.")
@click.option("--token-stdin", "read_token", flag_value="yes", help="Read a token from stdin.")
@output.json_option
def evidence(sid: str | None, jti: str | None, read_token: str | None) -> None:
    """Which proofs the `amr` of a token or a session rests on."""
    if sum(given is not None for given in (sid, jti, read_token)) != 1:
        raise click.UsageError("Give one of --sid, --jti and --token-stdin.")
    if read_token:
        sid, jti = _of_token(sys.stdin.read().strip())
    found = found_evidence.of_token(jti) if jti else found_evidence.of_session(sid or "")
    if found is None:
        raise Refused("Nothing is known of it: it is not ours, or it is older than the log.")
    output.show(_document(found), _told(found))


def _wanted(
    *,
    email: str | None,
    event_type: str | None,
    **others: Any,
) -> Filter:
    user_id = None
    if email is not None:
        user = password.find_user(email)
        if user is None:
            raise Refused(f"There is no user {email!a}.")
        user_id = user.id
    return Filter(user_id=user_id, type=event_type, **others)


def _row(event: AuditEvent) -> tuple[object, ...]:
    details = json.dumps(event.details, ensure_ascii=False) if event.details else ""
    who = (event.actor, event.user_id, event.client_id, event.address)
    return (event.happened_at, event.type, *who, details)


def _noted(text: str) -> Noted:
    sequence, _, chain = text.partition(":")
    try:
        return Noted(int(sequence), binascii.unhexlify(chain))
    except (ValueError, binascii.Error) as error:
        raise click.UsageError("--noted is SEQUENCE:CHAIN, as verify prints it.") from error


def _judged(verdict: Verdict) -> dict[str, Any]:
    broken, head = verdict.broken, verdict.head
    return {
        "whole": broken is None,
        "verified": verdict.verified,
        "unsealed": verdict.unsealed,
        "begins_after": head.anchor_sequence,
        "head": {"sequence": head.sequence, "chain": head.chain.hex(), "sealed_at": head.sealed_at},
        "broken": None
        if broken is None
        else {
            "damage": broken.damage.value,
            "sequence": broken.sequence,
            "event_id": broken.event_id,
        },
    }


def _sentence(verdict: Verdict) -> str:
    head = verdict.head
    if verdict.broken is not None:
        row = f" ({verdict.broken.event_id})" if verdict.broken.event_id else ""
        return (
            f"BROKEN at {verdict.broken.sequence}{row}: {verdict.broken.damage.value}. "
            f"{verdict.verified} events before it are as they were sealed."
        )
    begins = f", after {head.anchor_sequence} removed by retention" if head.anchor_sequence else ""
    return (
        f"Whole: {verdict.verified} events{begins}; {verdict.unsealed} wait to be sealed.\n"
        f"Note down {head.sequence}:{head.chain.hex()}"
    )


def _of_token(token: str) -> tuple[str | None, str | None]:
    """`sid` and `fam` of a token; its signature does not matter, since our own rows answer."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        sid, family = claims.get("sid"), claims.get("fam")
    except (IndexError, ValueError, AttributeError) as error:
        raise Refused("What came on standard input is not a JWT.") from error
    if not isinstance(family or sid, str):
        raise Refused("The token names neither a family (fam) nor a session (sid).")
    return (None, family) if family else (sid, None)


def _document(found: Evidence) -> dict[str, Any]:
    return {
        "user_id": found.user_id,
        "sid": found.sid,
        "issued": [
            {
                "client_id": issue.client_id,
                "issued_at": issue.issued_at,
                "acr": issue.acr,
                "amr": list(issue.amr),
                "family_id": issue.family_id,
                "revoked_because": issue.revoked_because,
                "proofs": list(issue.proof_ids),
            }
            for issue in found.issues
        ],
        "proofs": [
            {
                "id": proof.id,
                "method": proof.method,
                "credential_id": proof.credential_id,
                "proven_at": proof.proven_at,
                "address": proof.address,
                "events": [written.document(event) for event in proof.events],
            }
            for proof in found.proofs
        ],
        "events": [written.document(event) for event in found.events],
    }


def _told(found: Evidence) -> str:
    lines = [f"User {found.user_id}, session {found.sid or '-'}"]
    for issue in found.issues:
        kind = f"tokens {issue.family_id}" if issue.family_id else "code"
        amr = " ".join(issue.amr) or "-"
        lines.append(
            f"  {issue.issued_at:%Y-%m-%d %H:%M:%S}  {kind} for {issue.client_id}: "
            f"acr {issue.acr or '-'}, amr {amr}, from {' '.join(issue.proof_ids) or '-'}"
        )
    for proof in found.proofs:
        when = f"{proof.proven_at:%Y-%m-%d %H:%M:%S}" if proof.proven_at else "purged"
        lines.append(f"  proof {proof.id}  {when}  {proof.method or '-'}  {proof.address or '-'}")
        lines.extend(f"    {event.type}  {event.id}" for event in proof.events)
    return "\n".join(lines)
