"""The demo: which programs it runs, on which ports, and what it tells the person in front of it."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from config import DATA, PROJECT
from idp.cli import output
from idp.cli.supervisor import HOST, Part
from idp.demo.clients import DemoApp, apps
from idp.demo.people import PEOPLE

DEFAULT_PORT = 5000
DEFAULT_APP_PORT = 5001
DEFAULT_BRAND = "Example ID"
HIGHEST_PORT = 65_535
_FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything listens. The issuer follows the port unless it was chosen."""

    port: int
    app_port: int
    issuer: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Plan:
        """`IDP_PORT`, `DEMO_RP_PORT` and `IDP_ISSUER`. Raises `Refused`."""
        port = _port(environment, "IDP_PORT", DEFAULT_PORT)
        app_port = _port(environment, "DEMO_RP_PORT", DEFAULT_APP_PORT)
        plan = cls(port, app_port, environment.get("IDP_ISSUER") or f"http://localhost:{port}")
        if port in plan.app_ports or max(plan.app_ports) > HIGHEST_PORT:
            raise output.Refused(
                f"IDP_PORT {port} and DEMO_RP_PORT {app_port} do not go together:"
                " the apps use two ports in a row."
            )
        return plan

    @property
    def apps(self) -> tuple[DemoApp, ...]:
        return apps(self.app_port)

    @property
    def app_ports(self) -> tuple[int, ...]:
        return tuple(app.port for app in self.apps)

    @property
    def settings(self) -> Mapping[str, str]:
        """Of every process of the provider. The apps on this machine are told about sign-outs."""
        return {
            "IDP_ISSUER": self.issuer,
            "IDP_OUTBOUND_ALLOW": os.environ.get("IDP_OUTBOUND_ALLOW", "localhost"),
            "IDP_BRAND__NAME": os.environ.get("IDP_BRAND__NAME", DEFAULT_BRAND),
            # Whoever tries it may arrive as a stranger, too.
            "IDP_ACCOUNTS__REGISTRATION": os.environ.get("IDP_ACCOUNTS__REGISTRATION", "open"),
        }

    def parts(self, server: Part) -> list[Part]:
        """The provider first: the others ask it."""
        jobs = Part("jobs", (*_FLASK, "idp", "jobs"), PROJECT, self.settings)
        return [server, jobs, *(_example(app, self.issuer) for app in self.apps)]

    def server(self) -> Part:
        """As in production, but small."""
        command = _granian("wsgi:app", self.port)
        return Part("idp", command, PROJECT, self.settings, self.port, "/readyz")

    def reloading_server(self) -> Part:
        """For development: starts again when a file changes."""
        command = (*_FLASK, "run", "--host", HOST, "--port", str(self.port), "--reload")
        return Part("idp", command, PROJECT, self.settings, self.port, "/readyz")


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    written = environment.get(name) or str(default)
    if not written.isdecimal() or not 0 < int(written) <= HIGHEST_PORT:
        raise output.Refused(f"{name}: {written!r} is not a port number.")
    return int(written)


def _granian(target: str, port: int) -> tuple[str, ...]:
    options = (
        "--interface",
        "wsgi",
        "--host",
        HOST,
        "--port",
        str(port),
        "--blocking-threads",
        "8",
    )
    return (sys.executable, "-m", "granian", *options, target)


def _example(app: DemoApp, issuer: str) -> Part:
    environment = {
        "ISSUER": issuer,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.client_secret,
        "BASE_URL": app.base_url,
        "APP_NAME": app.name,
        "SESSION_FILE": str(DATA / "var" / f"{app.client_id}.sqlite3"),
    }
    # From inside the folder, like somebody who copied the example.
    folder = PROJECT / "clients_example"
    command = (*_granian("web_flask:create_app", app.port), "--factory")
    return Part(app.client_id, command, folder, environment, app.port)


def summary(plan: Plan) -> str:
    """What one needs to try it."""
    addresses = {
        "The provider": plan.issuer,
        "Your account": f"{plan.issuer}/account/",
        "Administration": f"{plan.issuer}/admin/  (as admin@example.com)",
        **{app.name: f"{app.base_url}  ({app.story})" for app in plan.apps},
        "One-time codes": f"{plan.issuer}/dev/codes  (or: make totp)",
        "Everybody's mail": f"{plan.issuer}/dev/mail  (or: make mail)",
    }
    people = [(person.email, person.password, person.story) for person in PEOPLE]
    blocks = (
        output.fields(addresses),
        output.table(("sign in as", "password", "who"), people),
        *_for_strangers(plan),
        "Ctrl-C stops everything. The data stay in var/, the keys in keys/.",
    )
    return "\n" + textwrap.indent("\n\n".join(blocks), "  ") + "\n"


def _for_strangers(plan: Plan) -> tuple[str, ...]:
    if plan.settings["IDP_ACCOUNTS__REGISTRATION"] != "open":
        return ()
    return (
        'Or be somebody new: "Create an account" on any sign-in page; the mailed link is in'
        " everybody's mail.",
    )
