import pytest
from sqlalchemy import select

from idp import clock as time
from idp import throttle
from idp.authentication import recovery_code, totp
from idp.authentication.evidence import Evidence, Method
from idp.authentication.verdict import Reason, Rejected, Throttled
from idp.extensions import db
from idp.models import RecoveryCode, RecoveryCodeSet
from idp.throttle.limits import TOTP_SERIES
from tests.support.race import at_once

WRONG = Rejected(Reason.WRONG_CODE)


@pytest.fixture
def overrides():
    return {"database_pool_size": 80}


@pytest.fixture
def user(a):
    return a.user()


@pytest.fixture
def begin(user, work):
    return lambda bound_to="here": work(lambda: recovery_code.begin(user, bound_to))


@pytest.fixture
def save(user, work):
    return lambda bound_to="here": work(lambda: recovery_code.confirm_saved(user, bound_to))


@pytest.fixture
def codes(begin, save):
    """A set in force."""
    shown = begin()
    save()
    return shown


@pytest.fixture
def left(user, work):
    return lambda: work(lambda: recovery_code.left(user))


@pytest.fixture
def verify(user, work):
    return lambda code, page="one": work(
        lambda: recovery_code.verify(user, code, interaction_id=page)
    )


def test_ten_different_codes_the_same_again_on_reload(begin):
    shown = begin()

    assert len(set(shown)) == 10
    assert begin() == shown
    assert begin("elsewhere") != shown


def test_codes_that_are_not_saved_yet_open_nothing(user, begin, verify, left, work):
    shown = begin()

    assert verify(shown[0]) == WRONG
    assert left() == 0
    assert work(lambda: recovery_code.pending(user, "here"))
    assert work(lambda: recovery_code.is_left_open(user.id))


@pytest.fixture
def replaces_unsaved(user, work):
    return lambda bound_to="here": work(lambda: recovery_code.replaces_unsaved(user, bound_to))


def test_codes_that_waited_too_long_are_followed_by_others_which_is_known(
    begin, replaces_unsaved, clock
):
    shown = begin()
    assert not replaces_unsaved()
    clock.advance(minutes=11)

    assert begin() != shown

    assert replaces_unsaved()


def test_codes_shown_elsewhere_and_never_saved_are_known(begin, replaces_unsaved):
    begin("elsewhere")
    begin()

    assert replaces_unsaved()


def test_where_codes_are_in_force_none_were_shown_in_vain(codes, begin, replaces_unsaved):
    begin("elsewhere")
    begin()

    assert not replaces_unsaved()


def test_once_saved_only_digests_remain(user, codes, left, work):
    """R27."""
    (saved,) = work(lambda: db.session.scalars(select(RecoveryCodeSet)).all())
    digests = work(lambda: db.session.scalars(select(RecoveryCode.digest)).all())

    assert saved.codes_sealed is None
    assert left() == len(set(digests)) == 10
    assert not work(lambda: recovery_code.pending(user, "here"))
    assert not work(lambda: recovery_code.is_left_open(user.id))


def test_a_set_waits_ten_minutes(begin, save, left, clock):
    shown = begin()
    clock.advance(minutes=10)

    assert not save()
    assert left() == 0
    assert begin() != shown
    assert save()


def test_saving_is_done_once_and_only_where_the_codes_were_shown(begin, save):
    begin()

    assert not save("elsewhere")
    assert save()
    assert not save()


def test_a_new_set_kills_the_old_one_but_not_before_it_is_saved(codes, begin, save, verify):
    new = begin("later")
    assert isinstance(verify(codes[0]), Evidence)

    assert save("later")

    assert verify(codes[1]) == WRONG
    assert isinstance(verify(new[0]), Evidence)


def test_a_code_is_evidence_and_spent(user, codes, verify, left, audited):
    proof = verify(codes[3])

    assert (proof.method, proof.user_id, proof.proven_at) == (
        Method.RECOVERY_CODE,
        user.id,
        time.now(),
    )
    assert left() == 9
    assert verify(codes[3]) == WRONG
    assert left() == 9
    assert audited()["recovery_code_used"] == 1


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"]
)
def test_a_code_may_be_typed_carelessly(codes, verify, change):
    assert isinstance(verify(change(codes[0])), Evidence)


def test_one_code_64_times_at_once_is_accepted_once(user, codes, work, left):
    """R28."""
    pages = [str(number) for number in range(64)]

    outcomes = at_once(
        64,
        lambda: work(lambda: recovery_code.verify(user, codes[0], interaction_id=pages.pop())),
    )

    assert sum(isinstance(outcome, Evidence) for outcome in outcomes) == 1
    assert left() == 9


def test_many_that_confirm_at_once_leave_one_set_of_ten(begin, save, left):
    begin("a")
    begin("b")
    places = ["a", "b"] * 8

    at_once(16, lambda: save(places.pop()))

    assert left() == 10


def test_somebody_elses_code_is_wrong(a, codes, work):
    mallory = a.user("mallory@example.com")

    verdict = work(lambda: recovery_code.verify(mallory, codes[0], interaction_id="one"))

    assert verdict == WRONG


@pytest.mark.parametrize("typed", ["", "123456", "\x00", "\ud800", "x" * 10**6])
def test_what_can_be_no_code_is_malformed_and_counts(codes, verify, typed):
    assert verify(typed) == Rejected(Reason.MALFORMED)
    for _ in range(3):
        verify("0000-0000-0000-0000")

    assert verify("0000-0000-0000-0000") == Rejected(Reason.EXHAUSTED)


def test_codes_of_both_kinds_are_guessed_out_of_one_budget(user, codes, verify, work):
    for number in range(5):
        work(lambda page=f"page {number}": totp.verify(user, "000000", interaction_id=page))

    assert isinstance(verify(codes[0], "another"), Throttled)


def test_a_used_code_frees_frozen_one_time_codes_and_a_guess_does_not(
    user, codes, verify, work, clock, audited
):
    for number in range(100):
        work(lambda page=f"{number}": throttle.attempt("totp", user=user.id, interaction=page))
        clock.advance(hours=1)
    assert work(lambda: totp.is_frozen(user))
    verify("0000-0000-0000-0000", "guess")
    assert work(lambda: totp.is_frozen(user))

    assert isinstance(verify(codes[0], "right"), Evidence)

    assert not work(lambda: totp.is_frozen(user))
    assert audited()["totp_unfrozen"] == 1
    assert work(lambda: throttle.clear_series(TOTP_SERIES, user=user.id)) is False


def test_without_a_factor_the_codes_are_forgotten(user, codes, work, left):
    work(lambda: recovery_code.forget(user.id))

    assert left() == 0
