"""Settings: one report of everything that is wrong, and no start on an unsafe value."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import config
from config import SettingsRefused
from idp import sealing


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDP_ENVIRONMENT", "IDP_ISSUER", "IDP_DATABASE_URL", "IDP_KEYS_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, Any]:
    """Everything that a deployment needs."""
    sealing.create(tmp_path / "keys")
    return {
        "environment": "production",
        "issuer": "https://login.example.com",
        "keys_dir": tmp_path / "keys",
        "mail_url": "smtp://mail.example.com",
    }


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example.com",
        "smtp://mail.example.com:2525",
        "smtps://idp%40example.com:p%2Fss@mail.example.com/",
        "smtp://[::1]:25",
        "file:///var/spool/idp",
        "log:",
    ],
)
def test_ways_for_mail_to_leave(production, url: str) -> None:
    assert config.load(**production | {"mail_url": url}).sender_address == (
        "no-reply@login.example.com"
    )


def problems(**values: Any) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        config.load(**values)
    return refused.value.problems


def test_a_complete_deployment_starts(production) -> None:
    assert config.load(**production).is_https


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"issuer": "http://login.example.com"}, "IDP_ISSUER"),
        ({"issuer": "http://localhost:5000"}, "IDP_ISSUER"),
        ({"issuer": "https://login.example.com/"}, "IDP_ISSUER"),
        ({"issuer": "https://login.example.com/idp"}, "IDP_ISSUER"),
        ({"issuer": "https://user@login.example.com"}, "IDP_ISSUER"),
        ({"issuer": "https://Login.example.com"}, "IDP_ISSUER"),
        ({"issuer": "login.example.com"}, "IDP_ISSUER"),
        ({"keys_dir": Path("/nowhere")}, "IDP_KEYS_DIR"),
        ({"mail_url": None}, "IDP_MAIL_URL"),
        ({"mail_url": "mail.example.com"}, "IDP_MAIL_URL"),
        ({"mail_url": "http://mail.example.com"}, "IDP_MAIL_URL"),
        ({"mail_url": "smtp://"}, "IDP_MAIL_URL"),
        ({"mail_url": "smtp://mail.example.com:mail"}, "IDP_MAIL_URL"),
        ({"mail_url": "smtp://user:pass#word@mail.example.com"}, "IDP_MAIL_URL"),
        ({"mail_url": "smtp://mail.example.com/?tls=no"}, "IDP_MAIL_URL"),
        ({"mail_url": "file://host/mail"}, "IDP_MAIL_URL"),
        ({"mail_url": "file:///"}, "IDP_MAIL_URL"),
        ({"mail_url": "log:somewhere"}, "IDP_MAIL_URL"),
        ({"mail": {"sender": "Us <us@example.com>"}}, "IDP_MAIL__SENDER"),
        ({"mail": {"sender": "us@example.com\r\nBcc: eve@evil.example"}}, "IDP_MAIL__SENDER"),
        ({"mail": {"timeout": "PT11S"}}, "IDP_MAIL__TIMEOUT"),
        ({"debug": True}, "IDP_DEBUG"),
        ({"throttling": "off"}, "IDP_THROTTLING"),
        ({"passwords": {"bcrypt_cost": 9}}, "IDP_PASSWORDS__BCRYPT_COST"),
        ({"database_url": "mysql://localhost/idp"}, "IDP_DATABASE_URL"),
        ({"server": {"metrics_token": "short"}}, "IDP_SERVER__METRICS_TOKEN"),
        ({"tokens": {"authorization_code_lifetime": timedelta(minutes=5)}}, "IDP_TOKENS"),
    ],
)
def test_an_unsafe_value_is_refused_by_name(production, change, name) -> None:
    assert [problem for problem in problems(**(production | change)) if problem.startswith(name)]


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_ENVIRONMENT", "production")
    monkeypatch.setenv("IDP_ISSUER", "http://login.example.com")
    monkeypatch.setenv("IDP_DEBUG", "true")
    monkeypatch.setenv("IDP_TOKENS__ID_TOKEN_LIFETIME", "soon")

    told = "\n".join(problems(keys_dir=Path("/nowhere")))

    for name in ("TOKENS__ID_TOKEN_LIFETIME", "ISSUER", "DEBUG", "MAIL_URL", "KEYS_DIR"):
        assert f"IDP_{name}" in told


def test_a_limit_may_be_overruled_by_name(production) -> None:
    values = production | {"throttling": "off", "allow_unsafe": ("throttling-off",)}

    assert config.load(**values).throttling == "off"


def test_localhost_may_do_without_tls_in_development() -> None:
    assert not config.load(issuer="http://localhost:5000").is_https


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_OUTBOUND_ALLOW", "app.internal, 10.0.0.0/8")

    assert config.load().outbound_allow == ("app.internal", "10.0.0.0/8")
