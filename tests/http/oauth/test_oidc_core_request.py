"""The authentication parameters: what each means for the proofs, and which values are no values."""

from datetime import timedelta

import pytest

from idp.authentication.assurance import Assurance
from idp.oauth.errors import RedirectedError
from tests.http.oauth.conftest import error_of
from tests.support.spec_matrix import spec


@spec("OIDC Core", "3.1.2.1")
def test_prompt_login_wants_proofs_since_the_opening(judged, clock):
    assert judged(prompt="login").requirement(clock.now()).proven_since == clock.now()


@spec("OIDC Core", "3.1.2.1")
def test_max_age_is_measured_from_the_opening(judged, clock):
    opened_at = clock.now()

    assert judged(max_age="60").requirement(opened_at).proven_since == opened_at - timedelta(
        seconds=60
    )
    assert judged(max_age="0").requirement(opened_at).proven_since == opened_at
    assert judged(max_age="60", prompt="login").requirement(opened_at).proven_since == opened_at
    assert judged().requirement(opened_at).proven_since is None


@spec("OIDC Core", "3.1.2.1")
def test_max_age_must_be_whole_seconds(rp):
    """A57."""
    for age in ("abc", "-1", "1.5", "1e3", " 1", "+1", "9" * 99, str(2**31), "\u0661", '"'):
        assert error_of(rp, max_age=age) == "invalid_request", age
    assert error_of(rp, max_age=str(2**31 - 1)) == "login_required"


@spec("OIDC Core", "3.1.2.1")
def test_several_prompts_are_all_honoured(judged):
    assert judged(prompt="consent login").prompt == {"login", "consent"}
    assert judged(prompt="login  login").prompt == {"login"}


@spec("OIDC Core", "3.1.2.1")
def test_prompt_none_stands_alone_and_unknown_prompts_are_refused(rp):
    for prompt in ("none login", "login none", "register", "LOGIN", "login,consent", "é"):
        assert error_of(rp, prompt=prompt) == "invalid_request", prompt


@spec("OIDC Core", "3.1.2.6")
def test_a_registration_in_passing_is_refused_by_its_own_code(rp):
    assert error_of(rp, registration="{}") == "registration_not_supported"


@spec("OIDC Core", "15.1")
def test_what_only_helps_never_fails_a_request(rp, judged):
    harmless = {
        "display": "hologram",
        "ui_locales": "en de-CH-1996 !! " + "x" * 99,
        "claims_locales": "tlh",
        "acr_values": "urn:somebody:else",
        "login_hint": "a" * 4_000,
    }

    request = judged(**harmless)

    assert request.ui_locales == ("en", "de-CH-1996")
    assert request.voluntary_acr == ()
    assert request.login_hint is None
    assert judged(login_hint="ann@example.com").login_hint == "ann@example.com"


@spec("OIDC Core", "3.1.2.1")
def test_a_nonce_comes_back_whole_or_not_at_all(rp, judged):
    assert judged(nonce="n" * 512).nonce == "n" * 512
    assert judged(nonce=None).nonce is None
    assert error_of(rp, nonce="n" * 513) == "invalid_request"


class TestLevels:
    """`acr_values`, `claims` and the registration together."""

    @spec("OIDC Core", "3.1.2.1")
    def test_acr_values_keep_their_order_without_unknown_names(self, judged):
        request = judged(acr_values="2 urn:x urn:idp:loa:1fa 2")

        assert request.voluntary_acr == ("2", "urn:idp:loa:1fa")
        assert request.essential_acr == ()

    @spec("OIDC Core", "5.5.1.1")
    def test_an_essential_acr_is_required(self, judged, clock):
        request = judged(claims='{"id_token":{"acr":{"essential":true,"values":["x","2"]}}}')

        requirement = request.requirement(clock.now())

        assert requirement.essential == ("x", "2")
        assert not requirement.is_impossible(Assurance.TWO_FACTOR)

    @spec("OIDC Core", "5.5.1.1")
    def test_an_essential_acr_that_nobody_knows_is_impossible(self, judged, clock):
        request = judged(claims='{"id_token":{"acr":{"essential":true,"value":"x"}}}')

        assert request.requirement(clock.now()).is_impossible(Assurance.PHISHING_RESISTANT)

    @spec("OIDC Core", "5.5.1.1")
    def test_a_voluntary_acr_of_the_claims_comes_before_acr_values(self, judged):
        request = judged(claims='{"id_token":{"acr":{"value":"2"}}}', acr_values="1")

        assert request.voluntary_acr == ("2", "1")

    def test_the_floor_is_the_registrations(self, a, judged, clock):
        strict = a.client(min_acr="urn:idp:loa:2fa")

        requirement = judged(strict, acr_values="1").requirement(clock.now())

        assert requirement.floor is Assurance.TWO_FACTOR

    def test_registered_defaults_stand_in(self, a, judged, clock):
        rp = a.client(default_acr_values=("2",), default_max_age=60)

        silent = judged(rp).requirement(clock.now())
        asking = judged(rp, acr_values="1", max_age="5").requirement(clock.now())

        assert silent.voluntary == ("2",)
        assert silent.proven_since == clock.now() - timedelta(seconds=60)
        assert asking.voluntary == ("1",)
        assert asking.proven_since == clock.now() - timedelta(seconds=5)


class TestHint:
    """`id_token_hint` names a user and signs nobody in."""

    @spec("OIDC Core", "3.1.2.1")
    def test_a_token_of_ours_names_its_user_even_when_expired(self, rp, approve, judged, clock):
        hint = approve.tokens(rp)["id_token"]
        clock.advance(hours=2)

        assert judged(id_token_hint=hint).hinted_sub == approve.user.sub

    @spec("OIDC Core", "3.1.2.1")
    def test_anything_else_is_an_invalid_request(self, rp, approve, a):
        """A60."""
        tokens = approve.tokens(rp)
        foreign = approve.tokens(a.client())["id_token"]
        head, payload, signature = tokens["id_token"].split(".")
        bad = (
            foreign,
            tokens["access_token"],
            f"{head}.{payload}.{signature[::-1]}",
            f"{head}.{payload}.",
            f"eyJhbGciOiJub25lIn0.{payload}.",
            f"eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}",
            "x",
        )

        assert [error_of(rp, id_token_hint=hint) for hint in bad] == ["invalid_request"] * len(bad)

    def test_a_hint_too_large_to_look_at_is_refused(self, judged):
        with pytest.raises(RedirectedError):
            judged(id_token_hint="a" * 1_000_000)


def test_a_request_survives_its_storage(judged, app, a):
    from idp.oauth import server

    rp = a.client(redirect_uris=("https://app.example/cb?x=1",), default_acr_values=("2",))
    request = judged(
        rp,
        prompt="login consent",
        max_age="5",
        acr_values="1",
        claims='{"id_token":{"acr":{"essential":true,"values":["2"]}}}',
        login_hint="ann",
        ui_locales="en",
        response_mode="form_post",
        state="s\u00e9",
    )

    with app.app_context():
        assert server.restore(request.as_document()) == request


def test_a_client_that_was_disabled_meanwhile_is_shown(judged, app, rp):
    from idp.clients import register
    from idp.extensions import transaction
    from idp.oauth import server
    from idp.oauth.errors import ShownError

    document = judged().as_document()
    with app.app_context(), transaction():
        register.disable(rp.client_id)

    with app.app_context(), pytest.raises(ShownError):
        server.restore(document)
