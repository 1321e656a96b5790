"""Scans QR codes from the screen, as an authenticator app does with its camera."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyotp
import zxingcpp
from PIL import Image

from tests.support.factories import Phone

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def read_qr_code(picture: Locator) -> Phone:
    """An authenticator app that has just scanned this."""
    with Image.open(io.BytesIO(picture.screenshot())) as image:
        found = zxingcpp.read_barcodes(image.convert("L"))
    assert len(found) == 1, "one QR code should be in the picture"
    totp = pyotp.parse_uri(found[0].text)
    assert isinstance(totp, pyotp.TOTP)
    return Phone(totp.secret)
