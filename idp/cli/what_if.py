"""`idp what-if`: what a sign-in would ask of somebody, and what the app would be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click
from flask.cli import with_appcontext

from idp import audit, what_if
from idp.audit import catalogue
from idp.authentication import password
from idp.authentication.evidence import Method
from idp.cli import output
from idp.cli.output import Refused
from idp.extensions import transaction
from idp.models import User
from idp.what_if import Answer, Device, Ending, Impossible, Question, SignedIn, Way

PROOFS = {
    "password": (Method.PASSWORD,),
    "password+code": (Method.PASSWORD, Method.TOTP),
    "passkey": (Method.PASSKEY,),
}
_PARAMETERS = {
    "scope": "As the app would ask for it; without it openid.",
    "prompt": "none, login, consent or select_account.",
    "max-age": "Seconds.",
    "acr-values": "Levels in order of preference.",
    "claims": "The JSON of the claims parameter.",
    "redirect-uri": "Without it the first one registered.",
}


def _request(command: Any) -> Any:  # noqa: ANN401  a decorator of click
    for name, text in reversed(_PARAMETERS.items()):
        command = click.option(f"--{name}", help=text)(command)
    return command


@click.command("what-if")
@click.argument("email", metavar="USER")
@click.argument("client_id", metavar="CLIENT")
@click.option(
    "--device",
    type=click.Choice([one.value for one in Device]),
    default=Device.NEW.value,
    show_default=True,
    help="What the browser is to the person.",
)
@click.option(
    "--way",
    type=click.Choice([one.value for one in Way]),
    default=Way.PASSWORD.value,
    show_default=True,
    help="How they say who they are.",
)
@click.option(
    "--session-age", type=click.IntRange(0), help="They signed in there so many minutes ago."
)
@click.option(
    "--session-proofs",
    type=click.Choice(list(PROOFS)),
    default="password",
    show_default=True,
    help="By what.",
)
@_request
@click.option(
    "--show-values",
    "shown",
    flag_value="values",
    help="Also what the claims say about the person; kept in the audit log.",
)
@output.json_option
@with_appcontext
def command(
    *,
    email: str,
    client_id: str,
    device: str,
    way: str,
    session_age: int | None,
    session_proofs: str,
    shown: str | None,
    **parameters: str | None,
) -> None:
    """Which pages USER is shown on the way to CLIENT, and which acr, amr, claims and lifetimes come
    out. Nobody is signed in and nothing is written.
    """
    user = password.find_user(email)
    if user is None:
        raise Refused(f"There is no user {email!a}.")
    age = None if session_age is None else timedelta(minutes=session_age)
    question = Question(
        user.id,
        client_id,
        Device(device),
        Way(way),
        SignedIn(age, PROOFS[session_proofs]) if age is not None else None,
        {name: value for name, value in parameters.items() if value is not None},
    )
    found = what_if.answer(question)
    if isinstance(found, Impossible):
        raise Refused(found.reason)
    told = _note(user, client_id, found) if shown else what_if.without_values(found)
    output.show(_document(told), "\n".join(_lines(told)))


def _note(user: User, client_id: str, found: Answer) -> Answer:
    with transaction():
        audit.record(catalogue.ClaimsShown(user_id=user.id, client_id=client_id))
    return found


def _document(found: Answer) -> dict[str, Any]:
    return asdict(found) | {"steps": [step.value for step in found.steps]}


def _lines(found: Answer) -> Iterator[str]:
    yield f"Pages      {' → '.join(found.steps) or 'none: answered at once'}"
    if found.put_off_until:
        yield f"           the second factor may be put off until {found.put_off_until:%Y-%m-%d}"
    yield f"Ends       {_ENDINGS[found.ending]}"
    if found.error:
        yield f"Error      {found.error}"
    if found.explanation:
        yield f"           {found.explanation}"
    if found.ending is not Ending.SIGNED_IN or found.lifetimes is None:
        return
    yield f"acr        {found.acr or '-'}"
    yield f"amr        {' '.join(found.amr)}"
    yield f"scope      {' '.join(found.scope)}"
    for name, value in asdict(found.lifetimes).items():
        yield f"lives      {name.replace('_', ' ')}: {value if value else 'none'}"
    yield from _claims("ID token", found.id_token)
    yield from _claims("UserInfo", found.userinfo)


def _claims(place: str, claims: Mapping[str, Any]) -> Iterator[str]:
    for name, value in claims.items():
        yield f"{place:<9}  {name}: {' '.join(value) if isinstance(value, tuple) else value}"


_ENDINGS = {
    Ending.SIGNED_IN: "signed in",
    Ending.REFUSED: "refused: the app is answered with an error",
    Ending.SHOWN: "an error page; the app hears nothing",
    Ending.STOPPED: "at the last page: nobody gets past it alone",
}
