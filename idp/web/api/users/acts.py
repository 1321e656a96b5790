"""What may be done to an account, each time for a reason that the audit log keeps."""

from __future__ import annotations

from collections.abc import Callable

from idp.accounts import administered
from idp.accounts.outcome import Outcome
from idp.accounts.permissions import Permission
from idp.web.api.answering import Answer
from idp.web.api.model import Because, Changed
from idp.web.api.operation import operation
from idp.web.api.users.show import within_reach
from idp.web.problems import Kind, Refused

WRITES = Permission.USERS_WRITE
REFUSES = (Kind.OUT_OF_REACH, Kind.CONFLICT)
_REFUSALS = {
    Outcome.LAST_OWNER: "This is the only owner.",
    Outcome.OWN_ACCOUNT: "Nobody does this to their own account.",
    Outcome.ANOTHER_PERSON: "It takes another person than who started it.",
}


@operation(
    "POST", "/users/<user_id>/sign-out", WRITES, body=Because, answer=Changed, refuses=REFUSES
)
def sign_user_out(user_id: str, given: Because) -> Answer:
    """End every session of a person, and every token that apps hold for them."""
    return done(administered.sign_out_user, user_id, given)


@operation(
    "POST", "/users/<user_id>/reset-password", WRITES, body=Because, answer=Changed, refuses=REFUSES
)
def mail_password_link(user_id: str, given: Because) -> Answer:
    """Mail a person a link for a new password. It goes to them and to nobody else."""
    return done(administered.start_password_reset, user_id, given)


@operation("POST", "/users/<user_id>/unlock", WRITES, body=Because, answer=Changed, refuses=REFUSES)
def lift_waits(user_id: str, given: Because) -> Answer:
    """Let a person try passwords and codes again at once."""
    return done(administered.unlock_user, user_id, given)


@operation(
    "POST", "/users/<user_id>/disable", WRITES, body=Because, answer=Changed, refuses=REFUSES
)
def disable_user(user_id: str, given: Because) -> Answer:
    """Nobody can sign in to the account; everything that it has ends at once."""
    return done(administered.disable_user, user_id, given)


@operation("POST", "/users/<user_id>/enable", WRITES, body=Because, answer=Changed, refuses=REFUSES)
def enable_user(user_id: str, given: Because) -> Answer:
    """The account can sign in again; nothing that ended comes back."""
    return done(administered.enable_user, user_id, given)


def done(act: Callable[..., Outcome], user_id: str, given: Because) -> Answer:
    """What came of it."""
    return told(act(within_reach(user_id), reason=given.reason))


def told(outcome: Outcome) -> Answer:
    """A refusal in words; otherwise whether it was so before."""
    if outcome in _REFUSALS:
        raise Refused(Kind.CONFLICT, _REFUSALS[outcome])
    return Answer(Changed(changed=outcome is Outcome.DONE))
