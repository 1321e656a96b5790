"""What strangers ask about any address: remembered alike for every one, and answered by a job.

The page writes one row and looks nothing up; the job finds out whose address it is and mails. So
neither the answer nor its time tells whether there is an account (R54).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from idp import language, origin, outbox
from idp.outbox.delivery import Message


def remember(
    kind: str, typed: str, counted_as: str, *, interaction_id: str, lifetime: timedelta
) -> None:
    """The address is sealed: whoever types into the wrong field types a password."""
    asking = origin.current()
    facts = {
        "interaction": interaction_id,
        "language": language.current(),
        "address": asking.address,
        "user_agent": asking.user_agent,
        "reference": asking.reference,
    }
    secret = typed.encode("utf-8", "surrogatepass")
    outbox.put(kind, counted_as, facts, secret=secret, lifetime=lifetime)


@contextmanager
def answering(message: Message) -> Iterator[str]:
    """As if the stranger were here: where and in which language it was asked. Gives what was
    typed.
    """
    facts = message.payload
    origin.enter(
        origin.Origin(
            address=facts["address"],
            user_agent=facts["user_agent"],
            reference=facts["reference"],
            actor="anonymous",
        )
    )
    with language.in_language(facts["language"]):
        yield (message.secret or b"").decode("utf-8", "surrogatepass")
