"""Initiating User Registration via OpenID Connect 1.0: `prompt=create`.

Announced where people may register themselves. Elsewhere it is understood and leads to the sign-in
page: an app that asks for an account in vain still gets its user in.
"""

from __future__ import annotations

from idp.accounts import registration

PROMPT = "create"
METADATA = {"prompt_values_supported": [PROMPT]}


def is_offered() -> bool:
    """§4.2: only what is there is announced."""
    return registration.is_open()


def begins_with_registration(prompt: frozenset[str]) -> bool:
    """§4.1: the first page is the one that makes an account, also for whoever is signed in."""
    return PROMPT in prompt and registration.is_open()
