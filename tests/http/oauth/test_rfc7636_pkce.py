"""Proof keys: S256 from everybody, judged at both ends."""

import pytest

from tests.http.oauth.conftest import error_of, refused
from tests.support.spec_matrix import spec

GOOD = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


NOT_S256 = [
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge": None},
    {"code_challenge": ""},
    {"code_challenge_method": None},
    {"code_challenge_method": ""},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": "s256"},
    {"code_challenge_method": "S512"},
    {"code_challenge": GOOD[:-1]},
    {"code_challenge": GOOD + "A"},
    {"code_challenge": GOOD + "="},
    {"code_challenge": GOOD[:-1] + "\n"},
    {"code_challenge": GOOD[:-1] + "."},
    {"code_challenge": GOOD[:-1] + "é"},
]


@spec("RFC 7636", "4.3")
@spec("RFC 7636", "4.4.1")
def test_a_challenge_that_is_not_s256_is_refused(rp):
    """A53."""
    assert {error_of(rp, **change) for change in NOT_S256} == {"invalid_request"}


@spec("RFC 7636", "4.6")
def test_the_right_verifier_redeems(rp, approve):
    assert rp.exchange(approve.code(rp)).status_code == 200


@spec("RFC 7636", "4.6")
@spec("RFC 7636", "4.1")
def test_a_wrong_verifier_is_an_invalid_grant(rp, approve):
    code = approve.code(rp)

    for wrong in (None, "", "A" * 42, "A" * 43, "A" * 129, "é" * 43, GOOD, "A" * 43 + "\n"):
        refused(rp.exchange(code, code_verifier=wrong), 400, "invalid_grant")


class TestWaiver:
    """An administrator may spare one confidential client with an old library."""

    @pytest.fixture
    def old(self, a):
        return a.client(pkce_waived=True)

    def test_it_needs_no_challenge(self, old, approve):
        code = approve.code(old, code_challenge=None, code_challenge_method=None)

        assert old.exchange(code, code_verifier=None).status_code == 200

    @spec("RFC 9700", "4.8.2")
    def test_a_verifier_without_a_challenge_is_refused(self, old, approve):
        code = approve.code(old, code_challenge=None, code_challenge_method=None)

        refused(old.exchange(code), 400, "invalid_grant")

    def test_a_challenge_that_it_sends_counts(self, old, approve):
        refused(old.exchange(approve.code(old), code_verifier=None), 400, "invalid_grant")

    def test_plain_is_refused_all_the_same(self, old):
        assert error_of(old, code_challenge_method="plain") == "invalid_request"
