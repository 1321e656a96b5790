"""What became of a group or a claim, as an answer or a refusal."""

from __future__ import annotations

from typing import TypeVar

from idp.accounts.custom_claims import definitions
from idp.accounts.groups import store
from idp.accounts.invalid import Invalid
from idp.web.api.refusing import refuse
from idp.web.problems import Kind, Refused

Made = TypeVar("Made")


def settled(outcome: Made | Invalid | store.Outdated | definitions.Outdated | None) -> Made:
    """What was made, changed or removed. Raises `Refused`."""
    match outcome:
        case Invalid() as invalid:
            refuse(invalid)
        case store.Outdated() | definitions.Outdated():
            raise Refused(Kind.OUTDATED)
        case None | False:
            raise Refused(Kind.NOT_FOUND)
    return outcome
