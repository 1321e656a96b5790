"""Forms that make something are sent once: the page that shows a secret is the answer to a post,
and reloading it would make another app, or another secret.

Each form carries a key of its own. Inserting its digest is the check; of any number of posts one
makes something, and the others are told what was made. Nothing secret is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from idp import clock, opaque
from idp.extensions import db, insert, rows_changed
from idp.models import FormSubmission

KEPT = timedelta(days=2)
"""A page that is restored with its browser later than that makes something again."""
_LENGTH = len(opaque.make())


@dataclass(frozen=True, slots=True)
class Submission:
    """One form of one person."""

    digest: bytes


def new_key() -> str:
    """For a form that is about to be shown."""
    return opaque.make()


def of(key: str, user_id: str) -> Submission | None:
    """None: the form carries no key, so it is not one of ours."""
    if len(key) != _LENGTH or not key.isascii():
        return None
    return Submission(opaque.digest(f"{user_id}\n{key}"))


def spend(submission: Submission) -> bool:
    """Of any number of posts of this form one is told True."""
    row = {"digest": submission.digest, "expires_at": clock.now() + KEPT}
    return rows_changed(insert(FormSubmission).values(**row).on_conflict_do_nothing()) == 1


def note(submission: Submission, client_id: str) -> None:
    """What it made."""
    mine = FormSubmission.digest == submission.digest
    rows_changed(update(FormSubmission).where(mine).values(client_id=client_id))


def made_by(submission: Submission) -> str | None:
    """The client_id of what an earlier post of this form has made."""
    mine = FormSubmission.digest == submission.digest
    return db.session.scalar(select(FormSubmission.client_id).where(mine))
