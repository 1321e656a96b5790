"""For developers: the demo, its people and their codes, and the tables that decide."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import current_app
from flask.cli import AppGroup

from idp import demo, logs, schema
from idp.cli import demo as demo_plan
from idp.cli import output, supervisor
from idp.cli.supervisor import Part, PartFailed
from idp.demo import codes, mailbox, seed
from idp.extensions import db, settings, transaction
from idp.interaction import machine
from idp.oauth import rules as oauth_rules
from idp.signing import rotation

group = AppGroup("dev", help="For developers: demo, seed, one-time codes, routes and rules.")


def _require_demo() -> None:
    if not demo.is_allowed(settings()):
        raise output.Refused(
            "Refused: the demo people's passwords are public. They exist only outside production,"
            " with an issuer on localhost."
        )


@group.command("seed")
def seed_command() -> None:
    """The demo people and the example apps. Run again, it changes nothing that is there."""
    _require_demo()
    made = _seed(demo_plan.Plan.from_environment())
    click.echo("\n".join(f"created {name}" for name in made) or "Everything is there already.")


def _seed(plan: demo_plan.Plan) -> list[str]:
    with transaction():
        made = seed.people()
    with transaction():
        rotation.ensure_keys()
        return made + seed.apps(plan.apps) + seed.examples()


@group.command("demo")
@click.option("--reload", "way", flag_value="reloading", help="Start again on changes; show logs.")
def demo_command(way: str | None) -> None:
    """Everything at once, in the foreground, on localhost. Ctrl-C ends all of it."""
    _require_demo()
    plan = demo_plan.Plan.from_environment()
    if taken := supervisor.ports_in_use([plan.port, *plan.app_ports]):
        raise output.Refused(_taken(taken))
    # What matters to a newcomer is the summary; the events are in the audit log all the same.
    logs.configure(settings().model_copy(update={"log_level": "WARNING"}))
    schema.upgrade(db.engine)
    _seed(plan)
    # The connections belong to this process; the parts open their own.
    db.session.remove()
    db.engine.dispose()
    server, listener = WAYS[way or "serving"]
    try:
        supervisor.run(
            plan.parts(server(plan)),
            when_ready=lambda: click.echo(demo_plan.summary(plan)),
            listener=listener,
        )
    except PartFailed as failure:
        raise output.Refused(str(failure)) from failure
    click.echo("\nStopped. Nothing is left running.")


WAYS: dict[str, tuple[Callable[[demo_plan.Plan], Part], Callable[[str, str], None]]] = {
    "serving": (demo_plan.Plan.server, supervisor.silent),
    "reloading": (demo_plan.Plan.reloading_server, supervisor.to_terminal),
}


def _taken(ports: list[int]) -> str:
    listed = " and ".join(str(port) for port in ports)
    return (
        f"Port {listed} is in use: another demo, or another program."
        " Stop it, or choose others: IDP_PORT=5010 DEMO_RP_PORT=5011 make demo"
    )


@group.command("totp")
@click.argument("whose", metavar="[EMAIL | KEY]", required=False)
def totp(whose: str | None) -> None:
    """The current one-time codes of the demo people, of EMAIL only, or of the KEY that a page shows
    below its QR code.
    """
    _require_demo()
    typed = codes.with_key(whose or "")
    phones = [typed] if typed else [p for p in codes.current() if whose in {None, p.email}]
    if not phones:
        raise output.Refused(f"{whose} is neither one of the demo people nor a key.")
    rows = [(phone.email, phone.code, phone.seconds_left) for phone in phones]
    click.echo(output.table(("person", "code", "seconds left"), rows))


@group.command("mail")
def mail() -> None:
    """The demo mailbox: what would have been sent, the newest last."""
    _require_demo()
    letters = reversed(mailbox.newest_first(settings()))
    shown = [
        f"To:      {letter.recipient}\nSubject: {letter.subject}\n"
        f"Date:    {letter.created_at:%Y-%m-%d %H:%M:%S} UTC\n\n{letter.text.rstrip()}"
        for letter in letters
    ]
    line = f"\n\n{'-' * 72}\n\n"
    click.echo(line.join(shown) or f"No mail in {mailbox.folder(settings())}.")


@group.command("routes")
def routes() -> None:
    """Every URL, its methods, who may come, and its view."""
    every = sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule)
    rows = [
        (
            rule.rule,
            sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            getattr(current_app.view_functions[rule.endpoint], "access", None),
            rule.endpoint,
        )
        for rule in every
    ]
    click.echo(output.table(("url", "methods", "access", "view"), rows))


@group.command("rules")
def rules() -> None:
    """The two tables that decide: which page is next, and how a request is judged."""
    pages = [(rule.step, rule.silent_error) for rule in machine.RULES]
    click.echo(output.table(("the first page that applies", "prompt=none answers"), pages))
    judged = [(_place(rule), _first_line(rule)) for _, rule in oauth_rules.AUTHORIZATION_REQUEST]
    click.echo("\n" + output.table(("authorization request, in order", "judges"), judged))
    judged = [(_place(rule), _first_line(rule)) for rule in oauth_rules.TOKEN_REQUEST]
    click.echo("\n" + output.table(("token request, in order", "judges"), judged))


def _place(rule: Callable[..., object]) -> str:
    return f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}"


def _first_line(rule: Callable[..., object]) -> str:
    return (rule.__doc__ or "").strip().partition("\n")[0]
