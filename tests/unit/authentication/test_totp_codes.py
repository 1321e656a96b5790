import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.totp_codes import Secret, new_secret, normalised

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds, code):
    secret = Secret(RFC_SECRET)

    assert secret.code_at(secret.step_at(datetime.fromtimestamp(seconds, UTC))) == code


def test_a_new_secret_has_160_random_bits():
    """R14."""
    one, other = new_secret(), new_secret()

    assert len(base64.b32decode(one.base32)) * 8 == 160
    assert one.base32 != other.base32


def test_a_secret_is_not_shown_by_accident():
    assert RFC_SECRET not in repr(Secret(RFC_SECRET))


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "123\u00a0456", "\t123456\n"])
def test_spaces_do_not_matter(typed):
    assert normalised(typed) == "123456"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1234567",
        "+12345",
        "-12345",
        "12345a",
        "１２３４５６",
        "١٢٣٤٥٦",
        "null",
        "[]",
        "1e5000",
    ],
)
def test_anything_but_six_ascii_digits_is_no_code(typed):
    assert normalised(typed) is None


@given(st.text(st.characters(), max_size=200))
def test_whatever_is_typed_becomes_a_code_or_nothing(typed):
    code = normalised(typed)

    assert code is None or (len(code) == 6 and code.isascii() and code.isdigit())


def test_a_million_digits_are_refused():
    assert normalised("1" * 1_000_000) is None
