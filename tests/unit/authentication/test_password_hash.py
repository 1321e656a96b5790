import re

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.authentication import password_hash
from idp.authentication.password_hash import Pepper

PEPPER = Pepper("aaaaaaaa", b"p" * 32)
COST = 4


def _accepts(stored, password, cost=COST):
    return password_hash.matches(password, stored, PEPPER, cost)


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_a_password_matches_itself_and_nothing_longer(password):
    """R7."""
    stored = password_hash.make(password, PEPPER, COST)

    assert _accepts(stored, password)
    assert not _accepts(stored, password + "x")


@pytest.mark.parametrize(
    ("one", "other"),
    [("x" * 72 + "a", "x" * 72 + "b"), ("x\x00a", "x\x00b"), (" secret", "secret"), ("A", "a")],
)
def test_nothing_is_truncated_trimmed_or_folded(one, other):
    assert not _accepts(password_hash.make(one, PEPPER, COST), other)


def test_one_password_on_every_keyboard():
    """R4."""
    composed, decomposed = "caf\u00e9 cr\u00e8me", "cafe\u0301 cre\u0300me"

    assert _accepts(password_hash.make(composed, PEPPER, COST), decomposed)


def test_the_pepper_is_needed():
    """R7."""
    stored = password_hash.make("secret", PEPPER, COST)

    assert not password_hash.matches("secret", stored, Pepper("bbbbbbbb", b"q" * 32), COST)


def test_a_hash_of_another_scheme_never_matches():
    plain = password_hash.StoredHash(
        bcrypt.hashpw(b"secret", bcrypt.gensalt(COST)).decode(), "aaaaaaaa", "bcrypt"
    )

    assert not _accepts(plain, "secret")


def test_what_is_stored_names_its_pepper_and_its_cost():
    stored = password_hash.make("secret", PEPPER, 5)

    assert (stored.cost, stored.pepper_key_id) == (5, "aaaaaaaa")
    assert re.fullmatch(r"\$2b\$05\$[./A-Za-z0-9]{53}", stored.hash)


@pytest.mark.parametrize("stored_cost", [None, 4, 5, 6, 7])
def test_a_check_takes_the_same_rounds_whatever_is_stored(monkeypatch, stored_cost):
    """R10, A32."""
    stored = password_hash.make("x", PEPPER, stored_cost) if stored_cost else None
    rounds = []
    real = bcrypt.checkpw

    def counting(password, hashed):
        rounds.append(2 ** int(hashed.split(b"$")[2]))
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counting)

    password_hash.matches("y", stored, PEPPER, 7)

    assert sum(rounds) == 2**7
