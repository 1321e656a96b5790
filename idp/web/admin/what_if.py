"""What if: which pages somebody is shown on the way to an app, and what the app would be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import Forbidden

from idp import audit, what_if
from idp.accounts.permissions import Permission
from idp.audit import catalogue
from idp.authentication import password
from idp.authentication.evidence import Method
from idp.interaction.machine import Step
from idp.language import gettext as _
from idp.language import gettext_noop, spoken_duration
from idp.models import User
from idp.web import access
from idp.web.admin.routes import blueprint, may
from idp.web.admin.users.found import out_of_reach
from idp.web.pages import page
from idp.what_if import Answer, Device, Ending, Impossible, Question, SignedIn, Way

REQUEST = ("scope", "prompt", "max_age", "acr_values", "claims")
FIELDS = ("person", "client", "device", "way", "session_age", "session_proofs", *REQUEST)
LONGEST_AGE = 60 * 24 * 30
READS = access.admin(Permission.USERS_READ)
SHOWS = access.admin_write(Permission.USERS_WRITE, "see-claims", keeps=FIELDS)

DEVICES = {
    Device.NEW: gettext_noop("New to the account"),
    Device.KNOWN: gettext_noop("Known from an earlier sign-in"),
    Device.TRUSTED: gettext_noop("Trusted: let off the second step where that is allowed"),
}
WAYS = {Way.PASSWORD: gettext_noop("Password"), Way.PASSKEY: gettext_noop("Passkey")}
PROOFS = {
    "password": (gettext_noop("Password"), (Method.PASSWORD,)),
    "code": (gettext_noop("Password and code"), (Method.PASSWORD, Method.TOTP)),
    "passkey": (gettext_noop("Passkey"), (Method.PASSKEY,)),
}
PROMPTS = ("", "none", "login", "consent", "select_account")
STEPS = {
    Step.SELECT_ACCOUNT: gettext_noop("Choose an account"),
    Step.SIGN_IN: gettext_noop("Sign in"),
    Step.SECOND_FACTOR: gettext_noop("Second step"),
    Step.TICKET: gettext_noop("Stopped: a link from an administrator is needed"),
    Step.ENROL: gettext_noop("Set up an authenticator app"),
    Step.ENROL_PASSKEY: gettext_noop("Set up a passkey"),
    Step.RECOVERY_CODES: gettext_noop("Save the recovery codes"),
    Step.VERIFY_EMAIL: gettext_noop("Confirm the email address"),
    Step.CONSENT: gettext_noop("Allow the app"),
}
ENDINGS = {
    Ending.SIGNED_IN: gettext_noop("Signed in: the app gets its tokens."),
    Ending.REFUSED: gettext_noop("Refused: the app is answered with an error."),
    Ending.SHOWN: gettext_noop("An error page; the app hears nothing."),
    Ending.STOPPED: gettext_noop("Stopped at the last page: nobody gets past it alone."),
}
_IMPOSSIBLE = {
    "client": gettext_noop("No app has this client_id."),
    "session_proofs": gettext_noop("This person has not set up such a factor."),
    "prompt": gettext_noop("This is about people who have an account."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`typed`: for the form. `user` and `question`: None while something is wrong or missing."""

    typed: dict[str, str]
    user: User | None = None
    question: Question | None = None
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.get("/what-if")
@access.access(READS)
def what_if_page() -> Response:
    """The names of the claims; what they say of the person is masked."""
    return _answered(_read(request.args), without_values)


@blueprint.post("/what-if")
@access.access(SHOWS)
def show_claims() -> Response:
    """The same with the values; that somebody saw them is written down."""
    asked = _read(request.form)
    if asked.user is not None:
        refusal = out_of_reach(asked.user)
        if refusal is not None:
            return refusal
    return _answered(asked, _with_values(asked))


def without_values(found: Answer) -> Answer:
    """As everybody reads it who may come here."""
    return what_if.without_values(found)


def _with_values(asked: Asked) -> Any:  # noqa: ANN401  a function of the answer
    def noted(found: Answer) -> Answer:
        if asked.user is not None and asked.question is not None:
            client_id = asked.question.client_id
            audit.record(catalogue.ClaimsShown(user_id=asked.user.id, client_id=client_id))
        return found

    return noted


def _read(given: Mapping[str, str]) -> Asked:
    if not may(Permission.CLIENTS_READ):
        raise Forbidden
    typed = {name: given.get(name, "").strip()[:2000] for name in FIELDS}
    if not typed["person"] and not typed["client"]:
        return Asked(typed)
    errors: dict[str, str] = {}
    user = password.find_user(typed["person"])
    if user is None:
        errors["person"] = _("Nobody has this email address.")
    session = _session(typed, errors)
    if user is None or errors:
        return Asked(typed, user, errors=errors)
    question = Question(
        user.id,
        typed["client"],
        _chosen(Device, typed["device"], Device.NEW),
        _chosen(Way, typed["way"], Way.PASSWORD),
        session,
        {name: typed[name] for name in REQUEST},
    )
    return Asked(typed, user, question)


def _session(typed: Mapping[str, str], errors: dict[str, str]) -> SignedIn | None:
    age = typed["session_age"]
    if not age:
        return None
    if not (age.isascii() and age.isdigit() and int(age) <= LONGEST_AGE):
        errors["session_age"] = _("A number of minutes.")
        return None
    _text, proofs = PROOFS.get(typed["session_proofs"], PROOFS["password"])
    return SignedIn(timedelta(minutes=int(age)), proofs)


def _chosen(kind: Any, value: str, default: Any) -> Any:  # noqa: ANN401  any enum
    return kind(value) if value in set(kind) else default


def _answered(asked: Asked, shown: Any) -> Response:  # noqa: ANN401  see `_with_values`
    found = what_if.answer(asked.question) if asked.question else None
    errors = dict(asked.errors)
    if isinstance(found, Impossible):
        errors[found.field] = _(_IMPOSSIBLE.get(found.field, found.reason))
        found = None
    told = shown(found) if found else None
    return page(
        "admin/what_if.html",
        typed=asked.typed,
        errors=errors,
        answer=_answer(told) if told else None,
        is_masked=told is not None
        and what_if.HIDDEN
        in {*told.id_token.values()}
        | {value for value in told.userinfo.values() if isinstance(value, str)},
        choices={
            "device": [(one.value, _(text)) for one, text in DEVICES.items()],
            "way": [(one.value, _(text)) for one, text in WAYS.items()],
            "session_proofs": [(name, _(text)) for name, (text, _proofs) in PROOFS.items()],
            "prompt": [(one, one or _("None")) for one in PROMPTS],
        },
        action=url_for("admin.what_if_page"),
    )


def _answer(found: Answer) -> dict[str, Any]:
    lifetimes = asdict(found.lifetimes) if found.lifetimes else {}
    lives = {name: spoken_duration(value) if value else None for name, value in lifetimes.items()}
    return asdict(found) | {
        "steps": [_(STEPS[step]) for step in found.steps],
        "ending": _(ENDINGS[found.ending]),
        "is_good": found.ending is Ending.SIGNED_IN,
        "lifetimes": lives,
    }
