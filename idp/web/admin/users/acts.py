"""What may be done to an account: each a page that says what it means and asks why, before it is
done. One table, so that none of them forgets the reason or the question who may.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered
from idp.accounts.outcome import Outcome
from idp.accounts.permissions import Permission
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.models import User
from idp.web import access
from idp.web.admin.routes import blueprint
from idp.web.admin.users import factor_resets
from idp.web.admin.users.found import existing, out_of_reach, reason, reason_problem, to_user
from idp.web.pages import FAILED_FORM, page

WRITES = access.admin_write(Permission.USERS_WRITE, "change-people", keeps=("reason",))


@dataclass(frozen=True, slots=True)
class Act:
    """`says`: what it means for the person. `run` keeps the reason."""

    title: str
    says: tuple[str, ...]
    button: str
    kind: str
    notice: str
    run: Callable[..., Outcome]
    applies: Callable[[User], bool]

    def link(self) -> str:
        """Its name on the page of the person."""
        return _(self.button)


def _is_enabled(user: User) -> bool:
    return user.disabled_at is None


def _is_disabled(user: User) -> bool:
    return user.disabled_at is not None


def _can_get_mail(user: User) -> bool:
    return user.disabled_at is None and user.email is not None


ACTS: dict[str, Act] = {
    "sign-out": Act(
        gettext_noop("Sign %(person)s out everywhere?"),
        (
            gettext_noop("Every browser is signed out, and the apps are told."),
            gettext_noop("Every token that an app holds for this person ends."),
        ),
        gettext_noop("Sign out everywhere"),
        "danger",
        "user-signed-out",
        administered.sign_out_user,
        _is_enabled,
    ),
    "reset-password": Act(
        gettext_noop("Mail %(person)s a link for a new password?"),
        (
            gettext_noop("The link goes to the address of the account and to nobody else."),
            gettext_noop("The old password works until a new one is chosen."),
            gettext_noop("The second step stays as it is."),
        ),
        gettext_noop("Mail a password link"),
        "primary",
        "user-reset-started",
        administered.start_password_reset,
        _can_get_mail,
    ),
    "reset-factors": Act(
        gettext_noop("Let %(person)s set up a new second step?"),
        (
            gettext_noop("A mail tells the person at once, with a link to call it off."),
            gettext_noop(
                "It takes effect when another administrator approves it, or after a delay. Until"
                " then a sign-in with the second step calls it off, too."
            ),
            gettext_noop(
                "Then a link goes to the address of the account. It leads to a new second step"
                " after the password; nobody else sees it."
            ),
            gettext_noop(
                "The old second step works until the new one does. Then it ends, with every"
                " session and every token."
            ),
        ),
        gettext_noop("Reset the second step"),
        "danger",
        "reset-started",
        factor_resets.start,
        factor_resets.can_start,
    ),
    "approve-reset": Act(
        gettext_noop("Approve that %(person)s sets up a new second step?"),
        (
            gettext_noop("Make sure that it is this person who asked, and nobody else."),
            gettext_noop("A link goes to the address of the account at once."),
        ),
        gettext_noop("Approve the reset"),
        "primary",
        "reset-approved",
        factor_resets.approve,
        factor_resets.can_approve,
    ),
    "mail-reset-link": Act(
        gettext_noop("Mail %(person)s another link for a new second step?"),
        (
            gettext_noop("The last link ends, and so does a sign-in that was begun with it."),
            gettext_noop("The new one is good as long as the last one was."),
        ),
        gettext_noop("Mail the link again"),
        "primary",
        "reset-mailed",
        factor_resets.mail_again,
        factor_resets.can_mail_again,
    ),
    "cancel-reset": Act(
        gettext_noop("Call off the reset for %(person)s?"),
        (
            gettext_noop("The second step stays as it is."),
            gettext_noop("Its links end. A mail tells the person."),
        ),
        gettext_noop("Call off the reset"),
        "primary",
        "reset-cancelled",
        factor_resets.cancel,
        factor_resets.can_cancel,
    ),
    "unlock": Act(
        gettext_noop("Lift the waits of %(person)s?"),
        (
            gettext_noop("Passwords and codes can be tried again at once."),
            gettext_noop("One-time codes that were paused after too many tries work again."),
        ),
        gettext_noop("Lift waits"),
        "primary",
        "user-unlocked",
        administered.unlock_user,
        _is_enabled,
    ),
    "disable": Act(
        gettext_noop("Disable %(person)s?"),
        (
            gettext_noop("Nobody can sign in to this account any more."),
            gettext_noop("Its sessions, tokens and mailed links end at once."),
            gettext_noop("A mail tells its owner."),
        ),
        gettext_noop("Disable"),
        "danger",
        "user-disabled",
        administered.disable_user,
        _is_enabled,
    ),
    "enable": Act(
        gettext_noop("Enable %(person)s?"),
        (
            gettext_noop("The account can sign in again, as it could before."),
            gettext_noop("Sessions and tokens that ended do not come back."),
        ),
        gettext_noop("Enable"),
        "primary",
        "user-enabled",
        administered.enable_user,
        _is_disabled,
    ),
}


_REFUSALS = {
    Outcome.LAST_OWNER: gettext_noop("This is the only owner. Make somebody else an owner first."),
    Outcome.OWN_ACCOUNT: gettext_noop(
        "Nobody resets their own second step. Ask another administrator."
    ),
    Outcome.ANOTHER_PERSON: gettext_noop(
        "You started this reset. It takes another administrator to approve it."
    ),
}


def offered(user: User) -> list[tuple[str, Act]]:
    """What can be done now."""
    return [(name, act) for name, act in ACTS.items() if act.applies(user)]


@blueprint.get("/users/<user_id>/<act>")
@access.access(WRITES)
def act_on_user(user_id: str, act: str) -> Response:
    """What it means, and why it is to be done."""
    user, chosen = existing(user_id), _chosen(act)
    return out_of_reach(user) or _show(user, act, chosen)


@blueprint.post("/users/<user_id>/<act>")
@access.access(WRITES)
def submit_act_on_user(user_id: str, act: str) -> Response:
    """Do it, with the reason."""
    user, chosen, because = existing(user_id), _chosen(act), reason()
    if refusal := out_of_reach(user):
        return refusal
    if problem := reason_problem(because):
        return _show(user, act, chosen, errors={"reason": problem})
    outcome = chosen.run(user, reason=because)
    if outcome in _REFUSALS:
        return _show(user, act, chosen, problem=_(_REFUSALS[outcome]))
    return to_user(user, chosen.notice if outcome is Outcome.DONE else "user-unchanged")


def last_owner() -> str:
    """Why the only owner stays one."""
    return _(_REFUSALS[Outcome.LAST_OWNER])


def _chosen(name: str) -> Act:
    if name not in ACTS:
        raise NotFound
    return ACTS[name]


def _show(
    user: User,
    name: str,
    act: Act,
    *,
    problem: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    person = user.email.address if user.email else user.name
    return page(
        "admin/users/act.html",
        FAILED_FORM if problem or errors else 200,
        title=_(act.title, person=person),
        says=[_(sentence) for sentence in act.says],
        button=_(act.button),
        kind=act.kind,
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        problem=problem,
        errors=errors or {},
        action=url_for("admin.submit_act_on_user", user_id=user.id, act=name),
        back=url_for("admin.user", user_id=user.id),
    )
