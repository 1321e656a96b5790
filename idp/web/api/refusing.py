"""What a use case found wrong with a body, as a refusal that says where."""

from __future__ import annotations

from typing import NoReturn

from idp.accounts.invalid import Invalid
from idp.clients import metadata
from idp.web import problems
from idp.web.problems import Fault, Kind, Refused


def refuse(invalid: Invalid | metadata.Invalid, *inside: str) -> NoReturn:
    """Every problem, where it is. `inside`: the members that lead to what was judged."""
    faults = (
        Fault(text, pointer=problems.pointer(*inside, *([member] if member else [])))
        for member, text in invalid.problems.items()
    )
    raise Refused(Kind.INVALID, None, *faults)
