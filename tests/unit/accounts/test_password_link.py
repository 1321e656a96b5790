import pytest

from idp.accounts import disable, password_link
from idp.authentication import password
from idp.authentication.evidence import Evidence
from idp.extensions import db
from idp.models import MailedLink
from tests.support.factories import EMAIL
from tests.support.race import at_once

CHOSEN = "chosen by the owner herself"


@pytest.fixture
def overrides():
    return {"database_pool_size": 40}


@pytest.fixture
def user(a):
    return a.user()


@pytest.fixture
def token(user, work):
    return work(lambda: password_link.issue(user))


@pytest.fixture
def find(work):
    return lambda token: work(lambda: password_link.find(token))


@pytest.fixture
def consume(work):
    return lambda link: work(lambda: password_link.consume(link, CHOSEN))


def test_a_link_sets_the_password_once(user, token, find, consume, work, audited):
    link = find(token)

    assert consume(link) is True
    assert consume(link) is False
    assert find(token) is None
    assert isinstance(work(lambda: password.verify(user, EMAIL, CHOSEN)), Evidence)
    assert audited()["password_link_used"] == 1


def test_looking_spends_nothing(token, find, consume):
    assert all(find(token) for _ in range(10))
    assert consume(find(token)) is True


def test_a_link_ends_after_its_time(token, find, consume, clock):
    link = find(token)
    clock.advance(hours=1)

    assert find(token) is None
    assert consume(link) is False


def test_a_newer_link_kills_the_older_one(user, token, find, work):
    newer = work(lambda: password_link.issue(user))

    assert find(token) is None
    assert find(newer)


def test_disabling_the_account_kills_its_links(user, token, find, work):
    work(lambda: disable.disable(user))
    assert find(token) is None

    work(lambda: disable.enable(user))

    assert find(token) is None


@pytest.mark.parametrize("guess", ["", "x" * 43, "\x00", "\ud800"])
def test_a_guessed_link_is_none(token, find, guess):
    assert find(guess) is None


def test_many_uses_at_once_set_one_password(token, find, consume):
    link = find(token)

    outcomes = at_once(8, lambda: consume(link))

    assert sorted(outcomes) == [False] * 7 + [True]


def test_only_a_digest_is_kept_and_the_address_is_the_issuers(token, work):
    rows = work(lambda: db.session.query(MailedLink).all())
    url = work(lambda: password_link.url(token))

    assert token.encode() not in rows[0].digest
    assert url == f"https://idp.example/set-password/{token}"
