"""The pretend phone is there for demo people, in development, on localhost; nowhere else."""

import pytest

import config
from idp.demo import seed
from idp.extensions import transaction
from tests.support import provider
from tests.support.factories import Factory


@pytest.fixture
def overrides():
    return {"environment": config.Environment.DEVELOPMENT, "issuer": "http://localhost:5000"}


@pytest.fixture
def settings(database_url, tmp_path, overrides):
    cheap = config.PasswordSettings(bcrypt_cost=10)
    return provider.settings_for(database_url, tmp_path, passwords=cheap, **overrides)


def test_the_codes_of_demo_people_are_shown_and_of_nobody_else(app, client):
    make = Factory(app)
    phone = make.phone(make.user("zoe@example.com"))
    with app.app_context(), transaction():
        seed.people()

    page = client.get("/dev/codes")

    assert page.status_code == 200
    assert 'data-code="alice@example.com"' in page.text
    assert "zoe@example.com" not in page.text
    assert phone.code() not in page.text


@pytest.mark.parametrize(
    "overrides",
    [
        {"environment": config.Environment.TESTING, "issuer": "http://localhost:5000"},
        {"environment": config.Environment.DEVELOPMENT, "issuer": "https://login.example.com"},
    ],
    ids=["testing", "public-issuer"],
)
def test_elsewhere_the_page_does_not_exist(app, client):
    assert client.get("/dev/codes").status_code == 404
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev/")]
