"""`python -m cli_device login`, `whoami`, `logout`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from . import cache
from .provider import Provider, Refused

RENEW_EARLIER = 30  # seconds before the access token ends
CACHE = Path(os.environ.get("TOKEN_CACHE", "~/.config/cli-device/tokens.json")).expanduser()


def say(text: str) -> None:
    """At once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(asked: dict[str, Any]) -> None:
    """RFC 8628 §3.3. The user compares the code, so it is shown even with the longer address."""
    say(f"Open {asked['verification_uri']} and enter the code {asked['user_code']}")
    if "verification_uri_complete" in asked:
        say(f"or open {asked['verification_uri_complete']} and compare the code.")


def login(provider: Provider) -> None:
    cache.store(CACHE, provider.sign_in(tell))
    say("Signed in.")


def whoami(provider: Provider) -> None:
    tokens = cache.load(CACHE)
    if tokens is None:
        raise Refused("Nobody is signed in: python -m cli_device login")
    if tokens["expires_at"] - RENEW_EARLIER <= time.time():
        tokens = provider.renew(tokens)
        # Before it is used: the old refresh token is worth nothing any more.
        cache.store(CACHE, tokens)
    say(json.dumps(provider.userinfo(tokens), indent=2))


def logout(provider: Provider) -> None:
    tokens = cache.load(CACHE)
    cache.forget(CACHE)
    if tokens is not None:
        provider.revoke(tokens)
    say("Signed out of this app.")


COMMANDS = {"login": login, "whoami": whoami, "logout": logout}


def main(words: list[str]) -> int:
    """The exit code."""
    if len(words) != 1 or words[0] not in COMMANDS:
        sys.stderr.write(f"One of: {', '.join(COMMANDS)}\n")
        return 2
    provider = Provider(
        issuer=os.environ.get("ISSUER", "http://localhost:5000"),
        client_id=os.environ.get("CLIENT_ID", "demo-cli"),
        scope="openid profile email offline_access",
    )
    try:
        COMMANDS[words[0]](provider)
    except Refused as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
