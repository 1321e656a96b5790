"""Where the signed-in user is signed in, and the end of any of it."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.exceptions import NotFound

from idp import user_agent
from idp.accounts import sign_out
from idp.authentication import session_list
from idp.authentication.session_list import SignedInBrowser
from idp.web import access, current, proof_words
from idp.web.account import notices, trusted_devices
from idp.web.account.routes import blueprint, me, to_sessions
from idp.web.pages import page


@blueprint.get("/sessions")
@access.access(access.SIGNED_IN)
def sessions() -> Response:
    """This browser first, then the others, the one seen last before the rest."""
    listed = [_card(one) for one in session_list.of(me().id)]
    return page(
        "account/sessions.html",
        sessions=sorted(listed, key=lambda card: not card["is_this"]),
        trusted_devices=trusted_devices.panel(me()),
        notice=notices.asked_for(),
    )


@blueprint.post("/sessions/<session_id>/sign-out")
@access.access(access.SIGNED_IN)
def end_session(session_id: str) -> Response:
    """One of the user's own; the page after this one's own end is that of signing in."""
    if not sign_out.end_one(current.session().user_id, session_id, reason="signed_out_by_list"):
        raise NotFound
    return to_sessions("session-ended")


@blueprint.post("/sessions/sign-out-others")
@access.access(access.SIGNED_IN)
def end_other_sessions() -> Response:
    """Everywhere but here."""
    session = current.session()
    sign_out.end_all(session.user_id, reason="signed_out_by_list", keep_sid=session.sid)
    return to_sessions("others-ended")


def this_browser() -> dict[str, Any] | None:
    """The one that asks."""
    here = current.session()
    return next((_card(one) for one in session_list.of(here.user_id) if one.id == here.id), None)


def _card(session: SignedInBrowser) -> dict[str, Any]:
    return {
        "id": session.id,
        "browser": user_agent.in_words(session.user_agent),
        "address": session.address,
        "started_at": session.started_at,
        "last_seen_at": session.last_seen_at,
        "proofs": proof_words.in_words(proof.method for proof in session.proofs),
        "is_this": session.id == current.session().id,
    }
