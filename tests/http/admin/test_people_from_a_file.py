"""People from a file on a page: looked at, confirmed, followed to the end; and taken along."""

from __future__ import annotations

import csv
import io

import pytest
from bs4 import Tag
from sqlalchemy import func, select

from idp import clock as time
from idp.extensions import db
from idp.jobs import import_people
from idp.models import AuditEvent, Password, Role, User, UserImportChunk, UserImportKey
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import EMAIL, Factory
from tests.support.time_travel import Clock
from tests.unit.authentication.test_foreign_hash import HASHES
from tests.unit.authentication.test_foreign_hash import PASSWORD as OLD_PASSWORD

FILE = f"""\
email,name,password_hash,email_verified
zoe@example.com,Zoe,{HASHES["bcrypt 2y"]},true
ZOE@example.com,Zoe again,,
{EMAIL},Ann,,
broken,"=1+1",,
"""


def hand_over(browser: Browser, content: str | bytes, name: str = "people.csv") -> Browser:
    """Choose a file and send the form."""
    form = browser.open("/admin/users/import").find("main form")
    raw = content.encode() if isinstance(content, str) else content
    fields = browser.fields_of(form) | {"reason": "Moving house", "file": (io.BytesIO(raw), name)}
    fields = {key: value for key, value in fields.items() if value != ""}
    sent = browser.client.post(
        str(form["action"]),
        data=fields,
        content_type="multipart/form-data",
        headers={"Origin": browser.issuer},
        base_url=browser.issuer,
    )
    if sent.status_code != 303:
        browser._response, browser._soup, browser.status = sent, None, sent.status_code
        return browser
    return browser.open(sent.headers["Location"])


def work(a: Factory) -> None:
    with a.app.app_context():
        import_people.run(time.now())


def facts(browser: Browser) -> dict[str, str]:
    names = [one.get_text(strip=True) for one in browser.all("dl.facts dt")]
    values = [" ".join(one.get_text(" ").split()) for one in browser.all("dl.facts dd")]
    return dict(zip(names, values, strict=True))


def people(a: Factory) -> int:
    with a.app.app_context():
        return db.session.scalar(select(func.count()).select_from(User)) or 0


def rows(a: Factory, model: type) -> int:
    with a.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def kinds(a: Factory) -> list[str]:
    with a.app.app_context():
        found = select(AuditEvent).where(AuditEvent.type.like("%import%"))
        return [
            f"{one.type} by {'us' if one.actor.startswith('user:') else one.actor}"
            for one in db.session.scalars(found.order_by(AuditEvent.id))
        ]


def test_a_file_is_looked_at_confirmed_and_imported(a: Factory, owner: Browser) -> None:
    before = people(a)
    hand_over(owner, FILE)
    assert owner.page == "admin-import"
    assert "Being checked" in owner.text

    work(a)
    owner.reload()

    assert (people(a), rows(a, UserImportKey)) == (before, 0)
    expected = facts(owner)
    assert expected["New accounts"] == "1"
    assert expected["There already, left alone"] == "2"
    assert expected["Refused"] == "1"
    assert "Row 2 has the same address." in owner.text
    assert "There is an account with this address already." in owner.text
    assert "Write an email address like name@example.com." in owner.text

    owner.press("Make 1 account")
    assert "Being imported" in owner.text
    work(a)
    owner.reload()

    assert (people(a), rows(a, UserImportChunk)) == (before + 1, 0)
    assert "Done" in owner.text
    assert {name: facts(owner)[name] for name in expected} == expected | {
        "There already, left alone": "2"
    }
    assert kinds(a) == [
        "import_uploaded by us",
        "import_begun by us",
        "user_imported by us",
        "import_ended by us",
    ]


def test_whoever_was_imported_signs_in_with_the_old_password(
    a: Factory, owner: Browser, browser: Browser
) -> None:
    rp = a.client(trusted=True)
    hand_over(owner, FILE)
    work(a)
    owner.reload().press("Make 1 account")
    work(a)

    browser.open(rp.authorization_url()).submit(username="zoe@example.com", password=OLD_PASSWORD)

    assert browser.left_for
    with a.app.app_context():
        assert set(db.session.scalars(select(Password.scheme))) == {"bcrypt-hmac-sha256"}


def test_the_report_has_every_row_that_was_not_taken_over(a: Factory, owner: Browser) -> None:
    hand_over(owner, FILE)
    work(a)
    owner.reload().follow("All of them as CSV")

    report = list(csv.DictReader(io.StringIO(owner.response.get_data(as_text=True))))

    assert [(line["row"], line["outcome"]) for line in report] == [
        ("3", "exists"),
        ("4", "exists"),
        ("5", "refused"),
    ]
    assert HASHES["bcrypt 2y"] not in owner.response.get_data(as_text=True)


def test_a_file_that_was_thrown_away_makes_nobody_and_is_gone(a: Factory, owner: Browser) -> None:
    before = people(a)
    hand_over(owner, FILE)
    work(a)
    owner.reload().press("Throw the file away")

    work(a)

    assert "Thrown away" in owner.reload().text
    assert (people(a), rows(a, UserImportChunk)) == (before, 0)


def test_nobody_says_yes_to_a_file_of_yesterday(a: Factory, owner: Browser, clock: Clock) -> None:
    hand_over(owner, FILE)
    work(a)
    clock.advance(hours=25)
    work(a)

    with a.app.app_context():
        states = list(db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id)))
    assert states[-1] == "import_cancelled"
    assert rows(a, UserImportChunk) == 0


def test_an_import_that_was_interrupted_goes_on_where_it_was(
    a: Factory, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = "email,name\n" + "".join(f"p{number}@x.example,P{number}\n" for number in range(250))
    before = people(a)
    hand_over(owner, many)
    work(a)
    owner.reload().press("Make 250 accounts")
    monkeypatch.setattr(import_people, "TURN_SECONDS", -1.0)

    for made in (100, 200, 250):
        work(a)
        assert people(a) == before + made
    work(a)

    assert facts(owner.reload())["New accounts"] == "250"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("name\nAnn\n", "people.csv", "There is no column named email."),
        ("email,e_mail,name\n", "people.csv", "These columns are not known: e_mail."),
        ("email,name,name\n", "people.csv", "These columns come twice: name."),
        ("", "people.csv", "The first line has to name the columns."),
        ("email,name\rzoe@example.com,Zoe\r", "people.csv", "The first line has to name"),
        ("email,name\n".encode("utf-16-le"), "people.csv", "This file looks like UTF-16."),
        ('[{"email": "a@b.c"}, {"em', "people.json", "The JSON is broken in row 2"),
        ("email,name\n", "people.xlsx", "Choose a file whose name ends with .csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    a: Factory, owner: Browser, content: str | bytes, name: str, says: str
) -> None:
    hand_over(owner, content, name)

    assert (owner.status, owner.page) == (422, "admin-import-users")
    assert says in owner.find("#file-error").get_text()
    assert owner.find("#reason")["value"] == "Moving house"
    assert rows(a, UserImportChunk) == 0


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.AUDITOR, Role.CLIENT_MANAGER])
def test_only_owners_import_and_export(arrive: Arrive, role: Role) -> None:
    browser = arrive(role)

    for path in ("/admin/users/import", "/admin/users/export"):
        assert browser.open(path).status == 403, path
        assert browser.open(path, method="POST").status == 403, path


def test_a_large_file_is_read_for_owners_only(a: Factory, owner: Browser, browser: Browser) -> None:
    size = 3 * a.app.config["MAX_CONTENT_LENGTH"]
    large = "email,name\n" + "".join(f"{n}@example.com,Number {n}\n" for n in range(size // 20))
    assert hand_over(owner, large).page == "admin-import"

    refused = browser.client.post(
        "/admin/users/import",
        data={"file": (io.BytesIO(large.encode()), "people.csv")},
        headers={"Origin": browser.issuer},
        base_url=browser.issuer,
    )

    assert refused.status_code == 413


# --- taken along -----------------------------------------------------------------------------


def test_everybody_is_taken_along_without_a_secret(a: Factory, owner: Browser) -> None:
    a.user("bob@example.com", name="=cmd|' /C calc'!A0", phone_number="+49 30 1234567")

    owner.open("/admin/users/export")
    token = owner.find("main form input[name=csrf_token]")
    assert isinstance(token, Tag)
    fields = {"csrf_token": str(token["value"]), "format": "csv", "reason": "Archive"}
    owner.open("/admin/users/export", method="POST", data=fields)

    body = owner.response.get_data(as_text=True)
    found = {line["email"]: line for line in csv.DictReader(io.StringIO(body))}
    assert set(found) == {EMAIL, "bob@example.com"}
    assert found["bob@example.com"]["name"].startswith("'=cmd")
    assert found["bob@example.com"]["phone_number"] == "'+49 30 1234567"
    assert "$2b$" not in body
    assert owner.response.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    with a.app.app_context():
        kept = select(AuditEvent.details).where(AuditEvent.type == "people_exported")
        assert db.session.scalars(kept).all() == [{"form": "csv", "reason": "Archive"}]


def test_an_export_wants_a_reason_and_a_format(owner: Browser) -> None:
    owner.open("/admin/users/export").submit(reason="")

    assert owner.status == 422
    assert owner.find("#reason-error")
