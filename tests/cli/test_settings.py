"""`idp settings`: every setting, its value, where it comes from, and no secret."""

import pytest

import config
from idp.effective_settings import MASK, effective, masked


def by_name(document):
    return {setting["name"]: setting for setting in document}


def test_every_setting_is_listed_with_its_source(idp):
    listed = by_name(idp("settings", "--json").document)

    names = {f"IDP_{name.upper()}" for name in config.Settings.model_fields}
    groups = {name.split("__")[0] for name in listed if "__" in name}
    assert names == {name for name in listed if "__" not in name} | groups
    assert listed["IDP_TRUSTED_PROXY_HOPS"] == {
        "name": "IDP_TRUSTED_PROXY_HOPS",
        "value": 0,
        "source": "default",
    }
    assert listed["IDP_ENVIRONMENT"]["source"] == "code"
    assert listed["IDP_TOKENS__ACCESS_TOKEN_LIFETIME"]["value"] == 600


def test_the_text_has_one_line_for_each(idp):
    lines = idp("settings").output.splitlines()

    assert any(line.split() == ["IDP_TRUSTED_PROXY_HOPS", "0", "default"] for line in lines)


def test_a_value_from_the_environment_names_its_variable(monkeypatch):
    monkeypatch.setenv("IDP_BRAND__NAME", "Acme")
    monkeypatch.setenv("IDP_LOG_LEVEL", "ERROR")

    found = {setting.name: setting for setting in effective(config.load())}

    assert found["IDP_BRAND__NAME"].value == "Acme"
    assert found["IDP_BRAND__NAME"].source == "environment IDP_BRAND__NAME"
    assert found["IDP_LOG_LEVEL"].source == "environment IDP_LOG_LEVEL"


def test_a_value_from_a_secrets_file_names_the_file(monkeypatch, tmp_path):
    (tmp_path / "idp_mail_url").write_text("log:")
    monkeypatch.setenv("IDP_SECRETS_DIR", str(tmp_path))

    found = {setting.name: setting for setting in effective(config.testing(mail_url="log:"))}

    assert found["IDP_MAIL_URL"].source == f"file {tmp_path / 'idp_mail_url'}"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("metrics_token", "s3cret", MASK),
        ("database_url", "postgresql+psycopg://idp:pa@ss/w@db/idp", f"postgresql+psycopg://idp:{MASK}@db/idp"),
        ("database_url", "postgresql+psycopg:///idp?password=s3cret&x=1", f"postgresql+psycopg:///idp?password={MASK}&x=1"),
        ("mail_url", "smtp://user:s3cret@mail.example:25", f"smtp://user:{MASK}@mail.example:25"),
        ("database_url", "sqlite:////var/idp.sqlite3", "sqlite:////var/idp.sqlite3"),
        ("metrics_token", None, None),
    ],
    ids=str,
)  # fmt: skip
def test_secrets_are_masked_also_inside_addresses(name, value, shown):
    assert masked(name, value) == shown
