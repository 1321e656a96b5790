"""The mailbox of the demo shows mail as a mail program does, and exists nowhere else."""

import pytest
from bs4 import BeautifulSoup

import config
from idp.extensions import transaction
from idp.mail import messages
from tests.support import provider
from tests.support.factories import Factory

ISSUER = "http://localhost:5000"


@pytest.fixture
def overrides():
    return {"environment": config.Environment.DEVELOPMENT, "issuer": ISSUER}


@pytest.fixture
def settings(database_url, tmp_path, overrides):
    cheap = config.PasswordSettings(bcrypt_cost=10)
    values = {"passwords": cheap, "mail_url": f"file://{tmp_path / 'mail'}"} | overrides
    return provider.settings_for(database_url, tmp_path, **values)


@pytest.fixture
def mails(app, mailbox):
    """Of Zoe, a link and then a warning."""
    with app.app_context():
        zoe = Factory(app).user("zoe@example.com")
        for cause in (
            lambda: messages.password_reset(zoe, f"{ISSUER}/reset/once"),
            lambda: messages.app_connected(zoe, "<script>alert(1)</script>"),
        ):
            with transaction():
                cause()
            mailbox.letters()


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def test_the_newest_mail_comes_first_and_opens(client, mails):
    inbox = page(client, "/dev/mail")

    assert inbox.main["data-page"] == "dev-mail"
    links = inbox.select(".mails a")
    assert [link.get_text() for link in links] == [
        "<script>alert(1)</script> can now use your account",
        "Reset your password",
    ]
    letter = page(client, links[1]["href"])
    assert letter.h1.get_text() == "Reset your password"
    assert "zoe@example.com" in letter.main.get_text()
    assert letter.select_one(f'.mail-text a[href="{ISSUER}/reset/once"]')


def test_the_html_runs_nothing_and_loads_nothing(client, mails):
    letter = page(client, page(client, "/dev/mail").select_one(".mails a")["href"])

    answer = client.get(letter.find("a", string="As HTML")["href"])

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fetc%2fpasswd", "%2e%2e", "."])
def test_no_path_is_made_of_a_name(client, mails, name):
    assert client.get(f"/dev/mail/{name}").status_code == 404
    assert client.get(f"/dev/mail/{name}/html").status_code == 404


def test_what_is_no_mail_and_what_is_not_finished_is_left_out(client, mails, tmp_path):
    (tmp_path / "mail" / "broken.eml").write_bytes(b"\xff\x00 no mail")
    (tmp_path / "mail" / ".unfinished").write_bytes(b"To: ann@example.com\n\nhalf")

    assert len(page(client, "/dev/mail").select(".mails a")) == 2


def test_an_empty_mailbox_says_so(client):
    assert "No mail yet" in page(client, "/dev/mail").get_text()


@pytest.mark.parametrize("overrides", [{"environment": config.Environment.TESTING}])
def test_elsewhere_there_is_no_mailbox(client, mails):
    assert client.get("/dev/mail").status_code == 404


def test_only_its_owner_can_read_the_folder(mails, tmp_path):
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "mail").iterdir()} == {0}
