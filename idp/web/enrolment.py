"""What the enrolment pages of sign-in and of the account share: the QR code, the name, the codes as
a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from markupsafe import Markup

from idp import clock
from idp.authentication.totp import PendingTotp
from idp.authentication.verdict import Reason
from idp.extensions import settings
from idp.language import gettext as _
from idp.language import spoken_date
from idp.models import User
from idp.web.pages import FAILED_FORM

GONE = 410
NAME_LENGTH = 64


def pending_totp(pending: PendingTotp) -> dict[str, Any]:
    """What the template shows of a secret that waits for its first code."""
    secret = pending.secret
    return {
        "qr_svg": qr_code(pending.otpauth_uri),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "otpauth_uri": pending.otpauth_uri,
    }


def qr_code(text: str) -> Markup:
    """Inline SVG on its own white ground, without style attributes, so that the policy holds."""
    # Only those who enrol need it, so most processes never load it.
    import qrcode  # noqa: PLC0415
    from qrcode.image.svg import SvgPathFillImage  # noqa: PLC0415

    image = qrcode.make(text, image_factory=SvgPathFillImage, box_size=10, border=3)
    svg = image.to_string(encoding="unicode")
    return Markup(svg)  # noqa: S704  made by the library from modules, holds no input


def failed_status(reason: Reason) -> int:
    """Of the answer to a first code that enrols nothing. 410: the secret that the form was about is
    good no more, and the page shows another one (A28).
    """
    return GONE if reason is Reason.EXPIRED else FAILED_FORM


def device_name(form: Mapping[str, str]) -> str:
    """The name the user gave, in one line; a plain one when it was left empty."""
    typed = " ".join(character for character in form.get("device_name", "").split())
    return typed[:NAME_LENGTH] or _("Authenticator app")


def codes_belong_to(user: User) -> str:
    """What tells a sheet of codes from another one: whose they are, and since when."""
    today = spoken_date(clock.now())
    return _(
        "For %(account)s, made on %(date)s.",
        account=user.email.address if user.email else user.name,
        date=today,
    )


def codes_file(codes: Sequence[str], user: User) -> Response:
    """Recovery codes as a text file to keep."""
    lines = [
        _("Recovery codes for %(name)s", name=settings().brand.name),
        settings().issuer,
        codes_belong_to(user),
        _("Each code works once."),
        "",
        *codes,
        "",
    ]
    response = Response("\r\n".join(lines), mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
