from idp.accounts.create import create_user
from idp.accounts.invalid import Invalid
from idp.authentication import password
from idp.models import Role, User


def test_a_new_user_is_found_by_a_verified_address(work, clock, audited):
    user = work(lambda: create_user(" Ann@Bücher.example ", " Ann  Example "))

    assert isinstance(user, User)
    found = work(lambda: password.find_user("ANN@xn--bcher-kva.example"))
    assert found.id == user.id
    assert (user.name, user.email.address) == ("Ann Example", "Ann@xn--bcher-kva.example")
    assert user.email.verified_at == clock.now()
    assert audited()["user_created"] == 1


def test_two_accounts_never_share_an_address_however_it_is_written(work):
    work(lambda: create_user("ann@example.com", "Ann"))

    refused = work(lambda: create_user("ANN@Example.com", "Another Ann"))

    assert isinstance(refused, Invalid)
    assert list(refused.problems) == ["email"]


def test_everything_that_is_wrong_is_told_at_once(work, audited):
    refused = work(lambda: create_user("nowhere", "", claims={"sub": "1", "locale": 3}))

    assert set(refused.problems) == {"email", "name", "claims.sub", "claims.locale"}
    assert not audited()["user_created"]


def test_whoever_administers_must_have_a_second_factor(work):
    owner = work(lambda: create_user("owner@example.com", "Owner", role=Role.OWNER))
    person = work(lambda: create_user("person@example.com", "Person"))

    assert (owner.second_factor_policy, person.second_factor_policy) == ("required", None)


def test_sub_is_random_and_not_the_row(work):
    users = [work(lambda n=n: create_user(f"u{n}@example.com", "U")) for n in range(3)]

    assert len({user.sub for user in users}) == 3
    assert all(user.id not in user.sub and len(user.sub) >= 32 for user in users)
