"""Hashes of other systems: each format is understood, and none may cost more than a sign-in can."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from idp.authentication import foreign_hash
from idp.authentication.foreign_hash import Unusable

PASSWORD = "correct horse"
HASHES = dict(
    line.split(": ", 1)
    for line in Path(__file__).with_name("foreign_hashes.txt").read_text().splitlines()
)
"""Made by libcrypt, OpenSSL and hashlib, not by us."""


@pytest.mark.parametrize("text", HASHES.values(), ids=HASHES)
def test_a_hash_is_made_again_from_its_password_and_from_no_other(text: str) -> None:
    foreign = foreign_hash.read(text)

    recipe = foreign_hash.read_back(foreign.recipe.written())

    assert recipe == foreign.recipe
    assert recipe.digest(PASSWORD) == foreign.digest
    assert recipe.digest(PASSWORD.upper()) != foreign.digest
    assert recipe.digest("") != foreign.digest


def test_a_keycloak_credential_is_read_as_it_is_exported() -> None:
    parts = HASHES["keycloak sha512"].split("$")
    exported = {
        "type": "password",
        "credentialData": json.dumps({"hashIterations": 1000, "algorithm": "pbkdf2-sha512"}),
        "secretData": json.dumps({"salt": parts[3], "value": parts[4]}),
    }

    assert foreign_hash.of_keycloak(exported) == HASHES["keycloak sha512"]
    assert foreign_hash.of_keycloak({"type": "otp"}) is None
    endless = exported | {"credentialData": '{"hashIterations": 1e400, "algorithm": "pbkdf2"}'}
    assert foreign_hash.of_keycloak(endless) is None


def test_bcrypt_has_no_password_beyond_72_bytes_or_with_a_nul() -> None:
    """R11: others cut it off, so that many passwords opened one account."""
    recipe = foreign_hash.read(HASHES["bcrypt 2y"]).recipe

    assert recipe.digest("x" * 72) is not None
    assert recipe.digest("x" * 73) is None
    assert recipe.digest("ä" * 37) is None
    assert recipe.digest("a\x00b") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$2b$31$" + "a" * 53, "the cost of bcrypt is 31; from 4 to 14 can be taken over"),
        ("$2x$10$" + "a" * 53, "not a whole bcrypt hash"),
        ("$2b$10$short", "not a whole bcrypt hash"),
        ("pbkdf2_sha256$999999999$salt$" + "A" * 43, "the iterations of PBKDF2"),
        ("pbkdf2_sha256$1000$$" + "A" * 43, "it has no salt"),
        ("pbkdf2:md5:1000$salt$" + "00" * 16, "not a whole PBKDF2 hash"),
        ("scrypt:1073741824:8:1$salt$" + "00" * 64, "the cost of scrypt"),
        ("scrypt:1000:8:1$salt$" + "00" * 64, "not a power of two"),
        ("scrypt:65536:8:16$salt$" + "00" * 64, "the work of scrypt"),
        ("$argon2id$v=19$m=4194304,t=1,p=1$c2Vhc29uaW5n$" + "A" * 43, "m of Argon2"),
        ("$argon2id$v=16$m=64,t=1,p=1$c2Vhc29uaW5n$" + "A" * 43, "version 19"),
        ("$6$rounds=999999999$salt$" + "a" * 86, "the rounds of SHA-crypt"),
        ("$6$salt$cutoff", "cut off"),
        ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "without a salt"),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "without a salt"),
        ("{CRYPT}x", "its format is not known"),
        ("hunter2", "its format is not known"),
        ("$2b$10$" + "ä" * 53, "it is no password hash"),
        ("x" * 2000, "it is no password hash"),
    ],
)
def test_what_cannot_be_checked_in_a_sign_ins_time_is_refused_with_the_reason(
    text: str, why: str
) -> None:
    with pytest.raises(Unusable, match=why) as refusal:
        foreign_hash.read(text)

    assert text not in str(refusal.value)


@pytest.mark.parametrize("name", ["ldap ssha", "md5-crypt", "sha512-crypt", "django pbkdf2"])
def test_schemes_that_are_quick_to_guess_by_are_known(name: str) -> None:
    assert foreign_hash.read(HASHES[name]).recipe.is_quick


def test_a_scheme_that_is_slow_enough_is_left_as_it_is() -> None:
    slow = "$2b$12$" + HASHES["bcrypt 2a"][7:]

    assert not foreign_hash.read(slow).recipe.is_quick
