from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from idp import clock as time
from idp import origin
from idp.authentication import proof_rows, time_check, totp
from idp.authentication.evidence import Evidence, Method
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db
from idp.models import TotpCredential
from tests.support.factories import Phone
from tests.support.race import at_once
from tests.support.statements import recorded

WRONG = Rejected(Reason.WRONG_CODE)


@pytest.fixture
def overrides():
    return {"database_pool_size": 80}


@pytest.fixture
def user(a):
    return a.user()


@pytest.fixture
def phone(a, user):
    return a.phone(user)


@pytest.fixture
def verify(user, work):
    """A code typed on the second-factor page of an interaction."""
    return lambda code, page="one": work(lambda: totp.verify(user, code, interaction_id=page))


@pytest.fixture
def pending(user, work):
    return work(lambda: totp.begin(user, "here"))


@pytest.fixture
def confirm(user, work):
    return lambda code, bound_to="here": work(lambda: totp.confirm(user, bound_to, code, "Phone"))


class TestEnrolment:
    def test_the_same_secret_is_shown_again_to_the_same_place_only(self, user, pending, work):
        assert work(lambda: totp.begin(user, "here")) == pending
        assert work(lambda: totp.begin(user, "elsewhere")).secret != pending.secret

    def test_the_uri_is_what_authenticator_apps_read(self, pending):
        parsed = pyotp.parse_uri(pending.otpauth_uri)

        assert (parsed.name, parsed.secret) == ("ann@example.com", pending.secret)
        assert (parsed.digits, parsed.interval) == (6, 30)

    def test_the_first_right_code_confirms_and_is_a_proof(self, user, pending, confirm, work):
        proof = confirm(Phone(pending.secret).code())

        assert proof == Evidence(Method.TOTP, user.id, pending.credential_id, time.now())
        assert [one.name for one in work(lambda: totp.enrolled(user))] == ["Phone"]
        assert work(lambda: totp.is_enrolled(user.id))

    def test_the_code_that_confirmed_is_spent(self, pending, confirm, verify):
        code = Phone(pending.secret).code()
        confirm(code)

        assert verify(code) == WRONG

    def test_a_pending_secret_opens_nothing(self, user, pending, verify, work):
        assert verify(Phone(pending.secret).code()) == WRONG
        assert not work(lambda: totp.is_enrolled(user.id))

    def test_a_pending_secret_waits_ten_minutes(self, user, pending, confirm, clock, work):
        clock.advance(minutes=10)

        assert confirm(Phone(pending.secret).code()) == Rejected(Reason.EXPIRED)
        renewed = work(lambda: totp.begin(user, "here"))
        assert renewed.secret != pending.secret
        assert isinstance(confirm(Phone(renewed.secret).code()), Evidence)

    def test_it_is_confirmed_only_where_it_was_shown(self, pending, confirm):
        code = Phone(pending.secret).code()

        assert confirm(code, "elsewhere") == Rejected(Reason.EXPIRED)

    def test_a_wrong_code_confirms_nothing(self, pending, confirm):
        assert confirm("000000") == WRONG
        assert confirm("what?") == Rejected(Reason.MALFORMED)
        assert isinstance(confirm(Phone(pending.secret).code()), Evidence)

    def test_guessing_at_the_confirmation_is_slowed(self, pending, confirm):
        results = [confirm("000000") for _ in range(11)]

        assert isinstance(results[-1], Throttled)

    def test_many_confirmations_at_once_make_one_authenticator(self, pending, confirm, user, work):
        code = Phone(pending.secret).code()

        outcomes = at_once(16, lambda: confirm(code))

        assert sum(isinstance(outcome, Evidence) for outcome in outcomes) == 1
        assert len(work(lambda: totp.enrolled(user))) == 1

    def test_tabs_that_open_at_once_show_one_secret(self, user, work):
        shown = at_once(16, lambda: work(lambda: totp.begin(user, "here")))

        assert len({one.secret for one in shown}) == 1

    def test_the_secret_is_sealed_into_its_row_and_shown_nowhere(self, user, phone, work):
        """R22, A29."""
        rows = work(lambda: db.session.scalars(select(TotpCredential)).all())

        assert phone.secret.encode() not in rows[0].secret_sealed
        assert phone.secret not in repr(rows[0])

    def test_a_second_app_leaves_the_first_one_working(self, phone, pending, confirm, verify):
        confirm(Phone(pending.secret).code())

        assert isinstance(verify(phone.code()), Evidence)
        assert isinstance(verify(Phone(pending.secret).code(1)), Evidence)


class TestVerification:
    def test_a_right_code_is_evidence(self, user, phone, verify, audited):
        proof = verify(phone.code())

        assert (proof.method, proof.user_id) == (Method.TOTP, user.id)
        assert audited()["totp_accepted"] == 1

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_the_neighbouring_steps_are_accepted(self, phone, verify, steps):
        assert isinstance(verify(phone.code(steps)), Evidence)

    @pytest.mark.parametrize("steps", [-2, 2])
    def test_steps_further_away_are_not(self, phone, verify, steps):
        assert verify(phone.code(steps)) == WRONG

    def test_a_code_is_accepted_once(self, phone, verify, audited):
        code = phone.code()
        verify(code)

        assert verify(code, "another interaction") == WRONG
        assert audited()["otp_replay"] == 1

    def test_after_a_later_step_an_earlier_one_is_over(self, phone, verify):
        later, earlier = phone.code(1), phone.code(0)

        assert isinstance(verify(later), Evidence)
        assert verify(earlier) == WRONG
        assert verify(later) == WRONG

    def test_the_same_code_64_times_at_once_is_accepted_once(self, user, phone, work):
        code = phone.code()
        pages = [str(number) for number in range(64)]

        outcomes = at_once(
            64, lambda: work(lambda: totp.verify(user, code, interaction_id=pages.pop()))
        )

        assert sum(isinstance(outcome, Evidence) for outcome in outcomes) == 1

    def test_of_64_guesses_at_once_five_are_looked_at(self, phone, verify, audited):
        outcomes = at_once(64, lambda: verify("000000"))

        assert sum(outcome == WRONG for outcome in outcomes) == 4
        assert sum(outcome == Rejected(Reason.EXHAUSTED) for outcome in outcomes) == 60
        assert audited()["totp_rejected"] == 5

    @pytest.mark.parametrize(
        "typed", ["", "12345", "1234567", "１２３４５６", "null", "\x00", "\ud800", "9" * 10**6]
    )
    def test_what_is_no_code_is_malformed_and_counts_as_a_guess(self, phone, verify, typed):
        assert verify(typed) == Rejected(Reason.MALFORMED)
        for _ in range(3):
            verify("000000")

        assert verify("000000") == Rejected(Reason.EXHAUSTED)

    def test_the_fifth_wrong_code_ends_the_interaction(self, phone, verify, clock):
        for _ in range(4):
            assert verify("000000") == WRONG
        assert verify("000000") == Rejected(Reason.EXHAUSTED)
        clock.advance(minutes=6)

        assert verify(phone.code()) == Rejected(Reason.EXHAUSTED)
        assert isinstance(verify(phone.code(), "a new one"), Evidence)

    def test_a_new_interaction_does_not_escape_the_limit_of_the_user(self, phone, verify):
        for number in range(5):
            verify("000000", f"page {number}")

        assert verify(phone.code(), "another") == Throttled(timedelta(minutes=5))

    def test_right_codes_are_no_failures(self, phone, verify, clock):
        for number in range(30):
            assert isinstance(verify(phone.code(), f"page {number}"), Evidence)
            clock.advance(seconds=30)

    def test_a_hundred_wrong_codes_freeze_the_factor(
        self, user, phone, verify, clock, work, audited
    ):
        for number in range(99):
            origin.enter(origin.Origin(address=f"2001:db8:0:{number:x}::1"))
            assert verify("000000", f"page {number}") == WRONG
            clock.advance(hours=1)

        assert verify("000000", "the hundredth") == Rejected(Reason.FROZEN)
        clock.advance(days=30)
        assert verify(phone.code(), "later") == Rejected(Reason.FROZEN)
        assert work(lambda: totp.is_frozen(user))
        assert audited()["totp_frozen"] == 1

    def test_somebody_elses_secret_moved_into_the_row_does_not_open(
        self, a, phone, verify, work, audited
    ):
        """R22, A29."""
        mallory = a.user("mallory@example.com")
        other = a.phone(mallory)
        stolen = select(TotpCredential.secret_sealed).where(TotpCredential.user_id == mallory.id)
        work(
            lambda: db.session.execute(
                update(TotpCredential).values(secret_sealed=stolen.scalar_subquery())
            )
        )

        assert verify(other.code()) == WRONG
        assert audited()["seal_found_broken"] == 1

    def test_a_check_stays_within_its_budget_of_statements(self, app, phone, verify):
        with app.app_context():
            engine = db.engine
        with recorded(engine) as seen:
            verify(phone.code())

        assert len(seen.statements) <= 8
        assert seen.writing_transactions == 2


class TestClock:
    def test_two_codes_that_miss_alike_hint_at_the_clock_and_are_not_accepted(
        self, phone, verify, clock
    ):
        assert verify(phone.code(4)) == WRONG
        clock.advance(seconds=30)

        assert verify(phone.code(4)) == Rejected(Reason.WRONG_CODE, hint_steps=4)

    def test_the_same_code_twice_hints_at_nothing(self, phone, verify):
        code = phone.code(4)

        assert [verify(code), verify(code)] == [WRONG, WRONG]

    def test_different_distances_and_different_interactions_hint_at_nothing(
        self, phone, verify, clock
    ):
        verify(phone.code(4), "one")
        verify(phone.code(5), "two")
        clock.advance(seconds=30)

        assert verify(phone.code(5), "one") == WRONG

    def test_beyond_ten_steps_nothing_is_told(self, phone, verify, clock):
        verify(phone.code(11))
        clock.advance(seconds=30)

        assert verify(phone.code(11)) == WRONG

    def test_a_clock_set_behind_the_heartbeat_accepts_no_code(self, phone, verify, clock, work):
        work(time_check.beat)
        clock.advance(seconds=-31)

        assert verify(phone.code()) == Rejected(Reason.CLOCK)

    def test_a_heartbeat_never_goes_back(self, clock, work, phone):
        work(time_check.beat)
        clock.advance(hours=-1)
        work(time_check.beat)

        assert not work(time_check.is_trustworthy)

    def test_a_clock_set_behind_the_newest_code_accepts_no_code(self, phone, verify, clock):
        verify(phone.code())
        clock.advance(hours=-1)

        assert verify(phone.code()) == Rejected(Reason.CLOCK)

    def test_a_clock_that_goes_on_is_trusted(self, phone, verify, clock, work):
        work(time_check.beat)
        verify(phone.code(1))
        clock.advance(seconds=-20)

        assert work(time_check.is_trustworthy)


class TestRemoval:
    def test_a_removed_app_opens_nothing_and_its_proofs_count_no_more(
        self, user, phone, verify, work
    ):
        proof = verify(phone.code())
        work(lambda: proof_rows.record(proof, interaction_id="one"))

        assert work(lambda: totp.remove(user, proof.credential_id))

        assert work(lambda: proof_rows.in_interaction("one")) == ()
        assert verify(phone.code(1)) == WRONG
        assert not work(lambda: totp.remove(user, proof.credential_id))

    def test_nobody_removes_what_belongs_to_somebody_else(self, a, user, phone, work):
        mallory = a.user("mallory@example.com")
        (mine,) = work(lambda: totp.enrolled(user))

        assert not work(lambda: totp.remove(mallory, mine.id))
        assert work(lambda: totp.is_enrolled(user.id))
