"""`idp perform …`: do what an app does, and show what it got."""

from __future__ import annotations

import os
import signal
import sys
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click
from flask.cli import AppGroup, with_appcontext

from idp.cli import loopback, output
from idp.cli.jwt_text import described
from idp.cli.loopback import TimedOut
from idp.cli.output import Refused
from idp.cli.relying_party import App, Document, Failed, SignIn
from idp.clients import register, registry, templates
from idp.clients.register import Registered
from idp.clients.registered import RegisteredClient
from idp.clients.templates import Template
from idp.extensions import settings, transaction
from idp.outbound.door import Door

SECRET = "IDP_CLIENT_SECRET"  # noqa: S105  the name of a variable
THROWN_AWAY = "Throw-away app of the command line"
REASON = "idp perform authorization-code"
SECRET_MEMBERS = ("access_token", "refresh_token", "id_token", "code")

group = AppGroup("perform", help="Do what an app does, and show what it got.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to sign in, as the options say."""

    issuer: str
    scope: str
    more: Mapping[str, str]
    opens: str | None
    seconds: int


@group.command("authorization-code")
@click.option("--client-id", help="Of an existing app; without it one is made and thrown away.")
@click.option("--redirect-uri", help="On this machine; without it the app's own one.")
@click.option(
    "--client-secret-stdin",
    "read_secret",
    flag_value="stdin",
    help=f"Read the app's secret from standard input; else {SECRET} is asked.",
)
@click.option("--scope", default="openid profile email", show_default=True)
@click.option("--acr-values", help="Levels in order of preference.")
@click.option("--max-age", type=click.IntRange(0), help="Seconds.")
@click.option("--prompt", help="none, login, consent or select_account.")
@click.option("--login-hint", help="An e-mail address.")
@click.option("--issuer", help="Another provider's; without it ours.")
@click.option("--open", "opens", flag_value="browser", help="Open the address in a browser.")
@click.option("--show-tokens", "shown", flag_value="tokens", help="Print codes and tokens whole.")
@click.option("--timeout", "seconds", type=click.IntRange(1, 3600), default=300, show_default=True)
@output.json_option
@with_appcontext
def authorization_code(
    *,
    client_id: str | None,
    redirect_uri: str | None,
    read_secret: str | None,
    scope: str,
    issuer: str | None,
    opens: str | None,
    shown: str | None,
    seconds: int,
    **more: str | int | None,
) -> None:
    """Sign in through the browser as an app, and print what came back: header and claims of the ID
    token, UserInfo and every hop. PKCE, state, nonce, iss and the signature are checked.
    """
    parameters = {name: str(value) for name, value in more.items() if value is not None}
    wanted = Wanted(issuer or settings().issuer, scope, parameters, opens, seconds)
    secret = sys.stdin.readline().strip() if read_secret else os.environ.get(SECRET)
    _stop_like_ctrl_c()
    try:
        if client_id is not None:
            app = _existing(client_id, redirect_uri, secret or None, wanted)
            result = _signed_in(app, wanted)
        else:
            with _throw_away(wanted) as app:
                result = _signed_in(app, wanted)
    except Failed as error:
        raise Refused(f"Not signed in: {error}.") from error
    except TimedOut as error:
        raise Refused(f"Nobody came back within {seconds} seconds.") from error
    document = result if shown else _masked(result)
    output.show(document, _told(document))


# --- as which app --------------------------------------------------------------------------------


@contextmanager
def _throw_away(wanted: Wanted) -> Iterator[App]:
    """A native app of our own, gone in the end, also after Ctrl-C."""
    if wanted.issuer != settings().issuer:
        raise click.UsageError("At another provider an app cannot be made; give --client-id.")
    address = f"http://127.0.0.1{loopback.PATH}"
    proposed = replace(
        templates.propose(Template.NATIVE, THROWN_AWAY),
        redirect_uris=(address,),
        scope=wanted.scope,
    )
    with transaction():
        made = register.register(proposed)
        if not isinstance(made, Registered):
            problems = "; ".join(f"{name} {text}" for name, text in made.problems.items())
            raise Refused(f"No app could be made for this: {problems}.")
    client_id = made.client.client_id
    try:
        yield App(client_id, address)
    finally:
        with transaction():
            register.remove(client_id, reason=REASON)


def _existing(client_id: str, uri: str | None, secret: str | None, wanted: Wanted) -> App:
    ours = registry.find(client_id) if wanted.issuer == settings().issuer else None
    if wanted.issuer == settings().issuer and ours is None:
        raise Refused(f"There is no client {client_id!a}.")
    if uri is None:
        uri = next(filter(loopback.is_loopback, ours.redirect_uris if ours else ()), None)
    if uri is None or not loopback.is_loopback(uri):
        raise Refused(
            "The browser has to come back to this machine: register a redirect URI like "
            f"http://127.0.0.1{loopback.PATH} for the app, and name it by --redirect-uri."
        )
    if ours is not None and ours.uses_secret and secret is None:
        raise Refused(f"This app proves itself by its secret: --client-secret-stdin or {SECRET}.")
    return App(client_id, uri, secret, _in_body(ours))


def _in_body(client: RegisteredClient | None) -> str | None:
    method = client.token_endpoint_auth_method if client else None
    return method if method == "client_secret_post" else None


# --- the sign-in ---------------------------------------------------------------------------------


def _signed_in(app: App, wanted: Wanted) -> Document:
    host = urlsplit(wanted.issuer).hostname or ""
    door = Door.built((host, *settings().outbound_allow), settings().outbound_ca_file)
    with loopback.listening(app.redirect_uri) as callback:
        here = replace(app, redirect_uri=callback.redirect_uri)
        sign_in = SignIn(wanted.issuer, here, door)
        sign_in.discover()
        url = sign_in.url(wanted.scope, wanted.more)
        click.echo(f"Open this address in a browser:\n\n  {url}\n", err=True)
        if wanted.opens:
            webbrowser.open(url)
        answer = callback.wait(sign_in.state, wanted.seconds)
    tokens = sign_in.tokens(sign_in.code(answer))
    return _result(sign_in, answer, tokens)


def _result(sign_in: SignIn, answer: Mapping[str, str], tokens: Document) -> Document:
    access_token = str(tokens.get("access_token", ""))
    userinfo, id_token = None, None
    if "id_token" in tokens:
        verified = sign_in.verified(str(tokens["id_token"]), access_token)
        id_token = described(str(tokens["id_token"]))
        sub = str(verified.unverified.get("sub"))
        userinfo = sign_in.userinfo(access_token, sub)
    return {
        "client_id": sign_in.app.client_id,
        "hops": [asdict(hop) for hop in sign_in.hops],
        "authorization_response": dict(answer),
        "token_response": tokens,
        "id_token": id_token,
        "access_token": described(access_token),
        "userinfo": userinfo,
    }


# --- what is printed -----------------------------------------------------------------------------


def _masked(result: Document) -> Document:
    parts = {
        part: {
            name: f"({len(str(value))} characters)" if name in SECRET_MEMBERS else value
            for name, value in result[part].items()
        }
        for part in ("authorization_response", "token_response")
    }
    return result | parts


def _told(document: Document) -> str:
    lines = [f"Signed in as {document['client_id']}", ""]
    lines += [
        f"  {hop['status'] or '   '}  {hop['what']:<22}  {hop['where']}" for hop in document["hops"]
    ]
    for part in ("authorization_response", "token_response", "userinfo"):
        lines += _section(part.replace("_", " "), document[part])
    for part in ("id_token", "access_token"):
        if document[part]:
            lines += _section(f"{part.replace('_', ' ')}: header", document[part]["header"])
            lines += _section(f"{part.replace('_', ' ')}: claims", document[part]["claims"])
    return "\n".join(lines)


def _section(title: str, values: Mapping[str, Any] | None) -> list[str]:
    if not values:
        return []
    return ["", title[0].upper() + title[1:], *(f"  {name}: {values[name]}" for name in values)]


def _stop_like_ctrl_c() -> None:
    """Whoever is told to end tidies up, too."""

    def stop(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
