import pytest

from idp.authentication.password_rules import minimum_length, problems
from tests.support.factories import PASSWORD


@pytest.fixture
def judge(a, work):
    user = a.user("ann.example@example.org", name="Annabella Exampleton-Smythe")

    def told(secret, **changes):
        for name, value in changes.items():
            setattr(user, name, value)
        return work(lambda: problems(secret, user))

    return told


@pytest.mark.parametrize(
    "secret",
    [
        PASSWORD,
        "correct horse battery staple",
        "   leading and trailing   ",
        "ünïcödé wörds äre fine",
        "日本語のパスワードもだいじょうぶです",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🦆🦅",
        "no-digits-no-capitals",
        "x7" * 3 + "Qm!2pLz9vKw4",
    ],
)
def test_long_unusual_passwords_of_any_characters_are_fine(judge, secret):
    """R3."""
    assert judge(secret) == []


def test_fifteen_characters_where_the_password_may_be_alone_eight_where_it_never_is(judge):
    """R1."""
    assert judge("tq9$Lm2x")
    assert judge("tq9$Lm2x", second_factor_policy="required") == []
    assert judge("tq9$Lm2", second_factor_policy="required")


def test_length_is_counted_after_normalising(judge):
    # Fifteen code points as typed, fewer once composed.
    assert judge("e\u0301e\u0301e\u0301xy7 qpz wv"[:15])


def test_more_than_1024_bytes_are_refused_with_a_reason(judge):
    """R2."""
    assert len(judge("ä" * 513)) == 1
    assert judge(" ".join(f"{number**7:x}" for number in range(2, 102))[:1024]) == []


@pytest.mark.parametrize("secret", ["qwertyuiop", "Password123", "letmein1", "123456789012345"])
def test_common_passwords_are_refused(judge, secret):
    assert judge(secret, second_factor_policy="required")


@pytest.mark.parametrize(
    "secret",
    ["aaaaaaaaaaaaaaaaaaaa", "passwordpassword", "abcdefghijklmnopqrs", "qwertyuiopasdfgh"],
)
def test_long_but_easy_ones_are_refused(judge, secret):
    assert judge(secret)


@pytest.mark.parametrize(
    "secret",
    [
        "annabella exampleton-smythe",
        "ANN.EXAMPLE@EXAMPLE.ORG",
        "Exampleton-Smythe",
    ],
)
def test_what_is_known_about_the_user_is_refused_as_a_whole(judge, secret):
    assert judge(secret)
    assert judge(f"{secret} likes 9 old trams") == []


def test_the_name_of_a_client_is_refused(a, judge):
    a.client(client_name="Photographic Memories")

    assert judge("photographic memories")


def test_a_lone_surrogate_is_refused_and_no_error(judge):
    assert judge("long enough and then \ud800")


def test_a_user_who_must_have_a_second_factor_may_choose_a_shorter_one(a, work):
    user = a.user()
    assert work(lambda: minimum_length(user)) == 15

    user.second_factor_policy = "required"

    assert work(lambda: minimum_length(user)) == 8


@pytest.mark.parametrize("secret", ["liverpoolfc12345", "06MaikSchmidt777", "-3BcTwitter.1712"])
def test_leaked_passwords_are_refused_with_a_reason(judge, secret):
    """R5, R6."""
    assert judge(secret) == ["This password appears in known leaks. Choose another."]


def test_a_leaked_password_may_be_part_of_a_longer_one(judge):
    """R5: whole strings are compared."""
    assert judge("my sister said -3BcTwitter.1712 to a goat") == []
