"""Passkeys, with real keys and signatures: what counts as a proof, and what never does."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from idp import clock as time
from idp import throttle
from idp.accounts import disable
from idp.authentication import passkey, passkey_ceremony, proof_rows, totp
from idp.authentication.evidence import Evidence, Method
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db
from idp.models import OutboundMessage, Passkey, User
from idp.throttle.limits import TOTP_SERIES
from tests.support.authenticator import USER_PRESENT, Authenticator
from tests.support.databases import EngineKind
from tests.support.race import at_once
from tests.support.spec_matrix import spec

REFUSED = Rejected(Reason.PASSKEY_REFUSED)
EXPIRED = Rejected(Reason.EXPIRED)


@pytest.fixture
def overrides():
    return {"database_pool_size": 80}


@pytest.fixture
def user(a):
    return a.user()


@pytest.fixture
def device(a, user):
    return a.passkey(user)


@pytest.fixture
def asked(work):
    """Options for a proof, as the sign-in page of an interaction gets them."""
    return lambda user=None, page="one": work(lambda: passkey.begin_assertion(page, user))


@pytest.fixture
def verify(work):
    return lambda answer, user=None, page="one": work(
        lambda: passkey.verify(answer, bound_to=page, user=user)
    )


@pytest.fixture
def offered(user, work):
    """Options for a new passkey."""
    return lambda bound_to="here": work(lambda: passkey.begin_enrolment(user, bound_to))


@pytest.fixture
def confirm(user, work):
    return lambda answer, bound_to="here": work(
        lambda: passkey.confirm(user, bound_to, answer, "  Blue\nlaptop ")
    )


@pytest.fixture
def stored(work):
    """The only passkey there is."""
    return lambda: work(lambda: db.session.scalars(select(Passkey)).one())


class TestEnrolment:
    @spec("WebAuthn", "5.4")
    def test_the_browser_is_asked_for_a_discoverable_key_behind_a_user_verification(
        self, app, offered
    ):
        options, brand = json.loads(offered()), app.extensions["idp.settings"].brand

        assert options["rp"] == {"name": brand.name, "id": "idp.example"}
        assert options["authenticatorSelection"] == {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        }
        assert options["attestation"] == "none"
        assert options["user"]["name"] == "ann@example.com"

    @spec("WebAuthn", "14.6.1")
    def test_the_user_handle_is_random_and_stays(self, a, user, offered, work):
        first, again = json.loads(offered())["user"]["id"], json.loads(offered("there"))["user"]
        other = a.user("bob@example.com", name="Bob")
        another = json.loads(work(lambda: passkey.begin_enrolment(other, "x")))["user"]["id"]

        assert first == again["id"] != another
        assert len(first) == 86  # 64 bytes in base64url

    def test_a_new_passkey_is_a_proof_is_told_and_is_mailed(
        self, user, offered, confirm, stored, audited, work
    ):
        proof = confirm(Authenticator("https://idp.example").create(offered()))

        row = stored()
        assert proof == Evidence(Method.PASSKEY, user.id, row.id, time.now())
        assert (row.name, row.transports) == ("Blue laptop", ["internal", "hybrid"])
        assert audited()["passkey_added"] == 1
        mail = work(lambda: db.session.scalars(select(OutboundMessage)).one())
        assert (mail.kind, mail.payload["name"]) == ("mail", "passkey_added")

    def test_known_keys_are_named_so_that_no_device_holds_two(self, device, offered):
        excluded = json.loads(offered())["excludeCredentials"]

        assert [one["id"] for one in excluded] == list(device.keys)

    def test_a_challenge_makes_one_passkey_only(self, offered, confirm):
        device = Authenticator("https://idp.example")
        options = offered()
        assert isinstance(confirm(device.create(options)), Evidence)

        assert confirm(device.create(options)) == EXPIRED

    def test_a_challenge_of_another_place_makes_none(self, offered, confirm):
        answer = Authenticator("https://idp.example").create(offered("elsewhere"))

        assert confirm(answer) == EXPIRED

    @spec("WebAuthn", "7.1")
    @pytest.mark.parametrize(
        "bent",
        [
            Authenticator("https://idp.example.evil.example"),
            Authenticator("http://idp.example"),
            Authenticator("https://idp.example:8443"),
            Authenticator("https://idp.example", claimed_rp_id="evil.example"),
            Authenticator("https://idp.example", flags=USER_PRESENT),
            Authenticator("https://idp.example", flags=0x04),
            Authenticator("https://idp.example", cross_origin=True),
        ],
        ids=["origin", "scheme", "port", "rp", "no-verification", "no-presence", "frame"],
    )
    def test_what_was_made_elsewhere_or_without_its_user_is_refused(
        self, bent, offered, confirm, work
    ):
        assert confirm(bent.create(offered())) == REFUSED
        assert work(lambda: db.session.scalar(select(Passkey.id))) is None

    @spec("WebAuthn", "7.1")
    def test_a_key_that_stands_here_is_not_taken_again_for_anybody(
        self, a, user, device, offered, confirm, stored, work
    ):
        (key_id,), other = device.keys, a.user("bob@example.com", name="Bob")
        copy = Authenticator("https://idp.example")
        theirs = copy.create(work(lambda: passkey.begin_enrolment(other, "b")), like=key_id)
        mine = copy.create(offered(), like=key_id)

        known = Rejected(Reason.PASSKEY_KNOWN)
        assert work(lambda: passkey.confirm(other, "b", theirs, "Copy")) == known
        assert confirm(mine) == known
        assert (stored().user_id, stored().name) == (user.id, "Laptop")

    def test_an_answer_of_a_sign_in_enrols_nothing(self, device, offered, confirm, asked):
        assert confirm(device.sign(asked(page="here"))) == REFUSED


class TestVerification:
    @spec("WebAuthn", "5.5")
    def test_nobody_learns_from_the_options_who_has_a_passkey(self, device, asked):
        options = json.loads(asked())

        assert (options["allowCredentials"], options["rpId"]) == ([], "idp.example")
        assert options["userVerification"] == "required"
        assert len(options["challenge"]) == 43  # 256 bits
        assert options["challenge"] != json.loads(asked())["challenge"]

    def test_the_owner_is_found_by_the_key_alone(self, user, device, asked, verify, stored):
        proof = verify(device.sign(asked()))

        assert proof == Evidence(Method.PASSKEY, user.id, stored().id, time.now())
        assert stored().last_used_at == time.now()

    def test_an_answer_is_good_once(self, device, asked, verify, audited):
        answer = device.sign(asked())
        assert isinstance(verify(answer), Evidence)

        assert verify(answer) == EXPIRED
        assert audited()["passkey_rejected"] == 1

    def test_a_wrong_answer_spends_the_challenge_too(self, device, asked, verify):
        options = asked()
        assert verify("{}") == REFUSED

        assert verify(device.sign(options)) == EXPIRED

    def test_a_newer_challenge_replaces_the_older(self, device, asked, verify):
        old, new = asked(), asked()

        assert verify(device.sign(old)) == REFUSED
        assert verify(device.sign(new)) == EXPIRED

    def test_a_challenge_belongs_to_its_interaction(self, device, asked, verify):
        answer = device.sign(asked(page="mine"))
        asked(page="theirs")

        assert verify(answer, page="theirs") == REFUSED
        assert isinstance(verify(answer, page="mine"), Evidence)

    def test_a_challenge_waits_five_minutes(self, device, asked, verify, clock):
        answer = device.sign(asked())
        clock.advance(minutes=5)

        assert verify(answer) == EXPIRED

    @spec("WebAuthn", "7.2")
    @pytest.mark.parametrize(
        "bend",
        [
            {"origin": "https://idp.example.evil.example"},
            {"origin": "https://sub.idp.example"},
            {"origin": "http://idp.example"},
            {"origin": "https://IDP.example"},
            {"claimed_rp_id": "example"},
            {"flags": USER_PRESENT},
            {"flags": 0x04},
            {"flags": 0x00},
            {"flags": 0x15},
            {"cross_origin": True},
        ],
        ids=str,
    )
    def test_what_another_page_or_no_user_made_is_refused(self, bend, device, asked, verify):
        for name, value in bend.items():
            setattr(device, name, value)

        assert verify(device.sign(asked())) == REFUSED

    @spec("WebAuthn", "7.2")
    def test_a_signature_has_to_be_of_the_key_that_is_named(self, a, user, device, asked, verify):
        other = a.passkey(user)
        (mine,), (theirs,) = device.keys, other.keys
        device.keys[theirs] = device.keys[mine]

        assert verify(device.sign(asked(), theirs)) == REFUSED

    @spec("WebAuthn", "7.2")
    @pytest.mark.parametrize("handle", [None, b"somebody else", b""], ids=str)
    def test_an_answer_without_the_right_user_handle_is_refused(
        self, handle, device, asked, verify, stored
    ):
        assert verify(device.sign(asked(), userHandle=handle)) == REFUSED

    def test_somebody_who_is_known_needs_no_user_handle(self, user, device, asked, verify):
        answer = device.sign(asked(user), userHandle=None)

        assert isinstance(verify(answer, user), Evidence)

    def test_the_passkey_of_somebody_else_is_no_second_factor(self, a, device, asked, verify):
        other = a.user("bob@example.com", name="Bob")
        a.passkey(other)

        answer = device.sign(asked(other), next(iter(device.keys)))

        assert verify(answer, other) == REFUSED

    def test_somebody_who_is_known_is_offered_their_own_keys(self, user, device, asked):
        allowed = json.loads(asked(user))["allowCredentials"]

        assert [one["id"] for one in allowed] == list(device.keys)
        assert allowed[0]["transports"] == ["internal", "hybrid"]

    def test_a_removed_passkey_proves_nothing_any_more(
        self, user, device, asked, verify, work, stored
    ):
        proof = work(lambda: proof_rows.record(verify(device.sign(asked())), interaction_id="one"))
        assert work(lambda: proof_rows.in_interaction("one")) == (proof,)

        assert work(lambda: passkey.remove(user, stored().id))

        assert verify(device.sign(asked())) == REFUSED
        assert work(lambda: proof_rows.in_interaction("one")) == ()

    def test_only_the_owner_renames_and_removes(self, a, user, device, work, stored):
        other = a.user("bob@example.com", name="Bob")
        passkey_id = stored().id

        assert not work(lambda: passkey.rename(other, passkey_id, "Mine"))
        assert not work(lambda: passkey.remove(other, passkey_id))
        assert work(lambda: passkey.rename(user, passkey_id, " New\tname "))
        assert stored().name == "New name"

    def test_a_disabled_account_is_refused_like_any_other(self, user, device, asked, verify, work):
        work(lambda: disable.disable(db.session.get_one(User, user.id)))

        assert verify(device.sign(asked())) == REFUSED

    def test_a_passkey_frees_frozen_codes(
        self, a, user, device, asked, verify, work, audited, clock
    ):
        """R33."""
        a.phone(user)
        for number in range(100):
            clock.advance(hours=1)
            work(lambda: totp.verify(user, "000000", interaction_id=f"try {number}"))  # noqa: B023
        assert work(lambda: totp.is_frozen(user))

        assert isinstance(verify(device.sign(asked())), Evidence)

        assert not work(lambda: totp.is_frozen(user))
        assert audited()["totp_unfrozen"] == 1

    def test_a_passkey_leaves_a_series_of_wrong_codes_that_is_not_full(
        self, a, user, device, asked, verify, work, audited
    ):
        a.phone(user)
        work(lambda: totp.verify(user, "000000", interaction_id="one try"))

        assert isinstance(verify(device.sign(asked())), Evidence)

        assert "totp_unfrozen" not in audited()
        assert work(lambda: throttle.clear_series(TOTP_SERIES, user=user.id))

    def test_noise_from_one_address_is_slowed_down(self, device, asked, verify, audited):
        for _ in range(60):
            verify("{}")

        refused = verify(device.sign(asked()))

        assert isinstance(refused, Throttled)
        assert audited()["limit_reached"] == 1


class TestCounter:
    @pytest.fixture
    def device(self, a, user):
        key = a.passkey(user)
        key.counts = True
        return key

    @spec("WebAuthn", "6.1.1")
    def test_a_counter_that_grows_is_kept(self, device, asked, verify, stored):
        for count in (1, 2, 3):
            assert isinstance(verify(device.sign(asked())), Evidence)
            assert stored().sign_count == count

    @spec("WebAuthn", "6.1.1")
    @pytest.mark.parametrize("sent", [7, 6, 0])
    def test_a_counter_in_use_that_does_not_grow_raises_an_alarm(
        self, sent, device, asked, verify, stored, audited
    ):
        (key,) = device.keys.values()
        key.counter = 6
        assert isinstance(verify(device.sign(asked())), Evidence)
        device.counts, key.counter = False, sent

        assert verify(device.sign(asked())) == REFUSED
        assert stored().sign_count == 7
        assert audited()["passkey_counter_alert"] == 1

    def test_a_bad_signature_raises_no_alarm(self, device, asked, verify, audited):
        assert isinstance(verify(device.sign(asked())), Evidence)
        device.counts = False

        assert verify(device.sign(asked(), signature=b"wrong")) == REFUSED
        assert "passkey_counter_alert" not in audited()

    def test_the_largest_counter_fits(self, device, asked, verify, stored):
        (key,) = device.keys.values()
        key.counter = 2**32 - 2

        assert isinstance(verify(device.sign(asked())), Evidence)
        assert stored().sign_count == 2**32 - 1


class TestRaces:
    def test_of_many_answers_at_once_one_counts(self, device, asked, verify):
        answer = device.sign(asked())

        verdicts = at_once(64, lambda: verify(answer))

        assert sum(isinstance(verdict, Evidence) for verdict in verdicts) == 1

    def test_of_many_new_passkeys_at_once_one_is_kept(self, offered, confirm, work):
        answer = Authenticator("https://idp.example").create(offered())

        verdicts = at_once(8, lambda: confirm(answer))

        assert sum(isinstance(verdict, Evidence) for verdict in verdicts) == 1
        assert len(work(lambda: db.session.scalars(select(Passkey)).all())) == 1


CHALLENGE = bytes_to_base64url(b"challenge")
CREATE = json.dumps({"rp": {"id": "idp.example"}, "user": {"id": "AA"}, "challenge": CHALLENGE})
GET = json.dumps({"rpId": "idp.example", "allowCredentials": [], "challenge": CHALLENGE})
ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("AAAA") | st.just("public-key"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "rawId",
                    "type",
                    "response",
                    "clientDataJSON",
                    "authenticatorData",
                    "signature",
                    "userHandle",
                    "attestationObject",
                    "transports",
                    "authenticatorAttachment",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=12,
)


ONE_ENGINE = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)
MANY = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ONE_ENGINE
@MANY
@given(answer=ANSWERS.map(json.dumps) | st.text() | st.just("[" * 9000) | st.just("x" * 20000))
def test_whatever_is_sent_is_refused_and_trips_nothing(app, answer):
    with app.app_context():
        assert passkey_ceremony.registered(answer, b"challenge") is None
        assert passkey_ceremony.proven(answer, b"challenge", b"key") is None
        passkey_ceremony.claimed(answer)


@ONE_ENGINE
@MANY
@given(
    member=st.sampled_from(["attestationObject", "clientDataJSON"]),
    at=st.integers(0, 10**4),
    bits=st.binary(min_size=1, max_size=3),
)
def test_a_new_key_with_some_bytes_changed_trips_nothing(app, member, at, bits):
    answer = json.loads(Authenticator("https://idp.example").create(CREATE))
    whole = bytearray(base64url_to_bytes(answer["response"][member]))
    at %= len(whole)
    whole[at : at + len(bits)] = bits
    answer["response"][member] = bytes_to_base64url(bytes(whole))

    with app.app_context():
        passkey_ceremony.registered(json.dumps(answer), b"challenge")


@ONE_ENGINE
@MANY
@given(key=st.binary(max_size=100))
def test_a_stored_key_that_is_none_proves_nothing(app, key):
    device = Authenticator("https://idp.example")
    device.create(CREATE)
    answer = device.sign(GET)

    with app.app_context():
        assert passkey_ceremony.proven(answer, b"challenge", key) is None


def test_lifetimes_are_what_the_browser_is_told(asked):
    assert json.loads(asked())["timeout"] == timedelta(minutes=5).total_seconds() * 1000
