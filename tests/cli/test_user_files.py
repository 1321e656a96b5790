"""`idp user import` and `idp user export`: every row has a verdict, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json

import pytest
from sqlalchemy import func, select

from idp.accounts import closing
from idp.accounts.custom_claims import definitions, values
from idp.accounts.custom_claims.definition import ProposedClaim
from idp.accounts.groups import store
from idp.accounts.groups.proposed import ProposedGroup
from idp.accounts.imports import direct
from idp.accounts.imports.source import Form
from idp.extensions import db, transaction
from idp.models import AuditEvent, EmailAddress, GroupMember, User
from tests.support.factories import EMAIL, Factory

CLAIMS = (
    ProposedClaim(name="badge", type="number", scope="acme", schema={"maximum": 99}),
    ProposedClaim(name="rooms", multiple=True, scope="acme"),
    ProposedClaim(name="motto", scope="acme"),
    ProposedClaim(name="intern", type="boolean", scope="acme"),
)


@pytest.fixture
def make(app):
    return Factory(app)


@pytest.fixture
def bring(idp, tmp_path):
    """`bring(content)` imports a file; `name` says how it is written."""

    def run(content, *options, name="people.csv"):
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        ran = idp("user", "import", str(file), "--json", *options)
        return ran.document | {"exit_code": ran.exit_code}

    return run


@pytest.fixture
def count(app):
    def ask(model=User):
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(model))

    return ask


def says(document):
    return {one["row"]: (one["outcome"], one["problems"]) for one in document["verdicts"]}


def test_a_dry_run_says_what_would_become_of_each_row_and_writes_nothing(bring, make, count):
    make.user()
    content = f"email,name\nzoe@example.com,Zoe\n{EMAIL},Ann\nZOE@EXAMPLE.com,Zoe\nnobody,N\n"

    found = bring(content, "--dry-run")

    assert [one["outcome"] for one in found["verdicts"]] == [
        "created",
        "exists",
        "exists",
        "refused",
    ]
    assert (found["created"], found["existing"], found["refused"]) == (1, 2, 1)
    assert (count(), count(AuditEvent)) == (1, 2)


def test_an_import_counts_as_its_dry_run_did_and_can_be_run_again(bring, count, app):
    content = "email,name\nzoe@example.com,Zoe\nZOE@EXAMPLE.com,Zoe\nbob@example.com,Bob\n"
    expected = bring(content, "--dry-run")

    first, second = bring(content), bring(content)

    counts = ("rows", "created", "existing", "refused", "exit_code")
    assert [first[name] for name in counts] == [expected[name] for name in counts]
    assert (second["created"], second["existing"], second["exit_code"]) == (0, 3, 0)
    assert count() == 2
    with app.app_context():
        ended = select(AuditEvent.details).where(AuditEvent.type == "import_ended")
        details = db.session.scalars(ended.order_by(AuditEvent.id)).all()
    assert [one["created"] for one in details] == [2, 0]


def test_an_import_that_was_interrupted_goes_on_where_it_was(bring, count, app):
    content = "email,name\n" + "".join(f"p{one}@example.com,P\n" for one in range(250))
    with app.app_context():
        file = io.BytesIO(content.encode())
        verdicts = direct.take_over(file, Form.CSV, name="people.csv", reason="a test")
        seen = [next(verdicts) for _ in range(101)]
        verdicts.close()
    assert (len(seen), count()) == (101, 200), "rows come and go in batches of a hundred"

    again = bring(content)

    assert (again["created"], again["existing"], again["refused"]) == (50, 200, 0)
    assert count() == 250
    with app.app_context():
        made = select(func.count()).where(AuditEvent.type == "user_imported")
        assert db.session.scalar(made) == 250


def test_rows_that_are_alike_are_shortened_and_every_refused_one_is_named(idp, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("email,name\n" + "".join(f"p{one}@example.com,P\n" for one in range(9)))
    idp("user", "import", str(file))
    with file.open("a") as more:
        more.write("nobody,N\n" * 7 + "zoe@example.com,Zoe\n")

    said = idp("user", "import", str(file)).output.splitlines()

    there, more, *refused, ending = *said[4:6], *said[6:]
    assert (said[0].split()[:3], there.split()[:3]) == (
        ["row", "2", "exists"],
        ["row", "6", "exists"],
    )
    assert more == "... and 4 more like these (--json names each)"
    assert [line.split()[1] for line in refused] == [str(row) for row in range(11, 18)]
    assert ending == "17 rows: 1 new, 9 there already, 7 refused."


ROWS = {
    "latin-1": (b"caf\xe9@example.com,Zoe", "This is not UTF-8 (byte 0xE9)."),
    "NUL": (b"zoe@example.com,Z\x00e", "This row holds a NUL byte."),
    "too few values": (b"zoe@example.com", "This row has 1 values, the first line names 2."),
    "too many values": (b"zoe@example.com,Zoe,,", "This row has 4 values"),
    "an open quote": (b'zoe@example.com,"Zoe', "The quotes of this row do not match."),
    "text after a quote": (b'zoe@example.com,"Z"oe', "The quotes of this row do not match."),
    "too long": (b"zoe@example.com," + b"x" * 70_000, "This row is longer than 65536 bytes."),
    "no name": (b"zoe@example.com,", "1 to 200 characters"),
    "no address": (b",Zoe", "Write an email address like"),
    "an address that is too long": (b"a" * 300 + b"@example.com,Zoe", "too long"),
    "control characters": (b"zoe@example.com,Z\x07oe", "1 to 200 characters"),
}


@pytest.mark.parametrize(("row", "why"), ROWS.values(), ids=ROWS)
def test_a_bad_row_is_named_and_takes_no_other_row_with_it(bring, count, row, why):
    found = bring(b"email,name\nann@example.com,Ann\n" + row + b"\nbob@example.com,Bob\n")

    [(outcome, problems)] = says(found).values()
    assert (outcome, list(says(found))) == ("refused", [3])
    assert why in problems[0]["says"]
    assert (found["created"], found["refused"], found["exit_code"]) == (2, 1, 1)
    assert count() == 2


ESCAPES = {
    "NUL in a value": (r'{"email": "zoe\u0000@example.com", "name": "Zoe"}', "a NUL byte"),
    "NUL in a group": (
        r'{"email": "z@example.com", "name": "Z", "groups": ["a\u0000"]}',
        "a NUL byte",
    ),
    "NUL in a name": (r'{"email": "z@example.com", "name": "Z", "\u0000": 1}', "a NUL byte"),
    "half a character": (
        r'{"email": "z@example.com", "name": "Z", "groups": ["\ud800"]}',
        "not JSON",
    ),
    "half a character in a name": (
        r'{"email": "z@example.com", "claims": {"\ud800": 1}}',
        "not JSON",
    ),
}


@pytest.mark.each_engine
@pytest.mark.parametrize(("row", "why"), ESCAPES.values(), ids=ESCAPES)
def test_what_no_database_takes_is_a_bad_row_also_as_an_escape(bring, count, row, why):
    """R92: one row would end the work on the file, each time that a job goes on with it."""
    others = [json.dumps({"email": f"{name}@example.com", "name": name}) for name in ("ann", "bob")]

    found = bring("\n".join([others[0], row, others[1]]), name="people.jsonl")

    [(outcome, problems)] = says(found).values()
    assert (outcome, list(says(found))) == ("refused", [2])
    assert why in problems[0]["says"]
    assert count() == 2


VALUES = {
    "hash": ("password_hash", "md5", "This hash cannot be taken over: its format is not known"),
    "flag": ("email_verified", "maybe", "This has to be true or false."),
    "sub": ("sub", "a b", "A sub has 1 to 64 visible ASCII characters."),
    "claim": ("website", "javascript:alert(1)", "This has to be an http or https URL."),
    "group": ("groups", "staff", "There is no group named staff."),
    "role": ("acr", "x", "This is not known."),
}


@pytest.mark.parametrize(("column", "value", "why"), VALUES.values(), ids=VALUES)
def test_a_bad_value_is_named_with_its_column(bring, column, value, why):
    row = {"email": "zoe@example.com", "name": "Zoe", column: value}

    found = bring(json.dumps(row) + "\n", name="people.jsonl")

    [(outcome, [problem])] = says(found).values()
    assert (outcome, problem["column"]) == ("refused", column)
    assert problem["says"].startswith(why)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("\ufeffemail;name\r\nzoë@example.com;Zoë\r\n", "people.csv"),
        ("email,name\nzoë@example.com,Zoë\n".encode("utf-16"), "people.csv"),
        ('[{"email": "zoë@example.com", "name": "Zoë"}]', "people.json"),
        ('{"email": "zo\\u00eb@example.com", "name": "Zoë"}\n\n', "people.ndjson"),
    ],
    ids=["semicolons and BOM", "UTF-16", "array", "lines"],
)
def test_a_file_is_understood_however_it_was_saved(bring, app, content, name):
    assert bring(content, name=name)["created"] == 1

    with app.app_context():
        assert db.session.scalars(select(User.name)).all() == ["Zoë"]
        assert db.session.scalars(select(EmailAddress.canonical)).all() == ["zoë@example.com"]


def test_rows_before_a_broken_place_of_an_array_are_kept_and_the_place_is_told(bring, count):
    found = bring('[{"email": "a@example.com", "name": "A"}, {"email": ]', name="p.json")

    assert found["created"] == 1
    assert found["unreadable"] == "The JSON is broken in row 2; nothing after it can be read."
    assert (found["exit_code"], count()) == (1, 1)


def test_a_sub_moves_along_and_is_never_given_a_second_time(bring, make, app):
    """OIDC Core §2: also that of an account that has gone, or of an app (RFC 9700 §4.15)."""
    gone, rp = make.user("gone@example.com"), make.client("machine")
    with app.app_context(), transaction():
        assert closing.close(db.session.get_one(User, gone.id))
    rows = {"a@x.example": "old-1", "b@x.example": "old-1", "c@x.example": gone.sub}
    rows["d@x.example"] = rp.client_id
    content = "email,name,sub\n" + "".join(f"{one},N,{sub}\n" for one, sub in rows.items())

    dry, found = bring(content, "--dry-run"), bring(content)

    for document in (dry, found):
        refused = [one["row"] for one in document["verdicts"] if one["outcome"] == "refused"]
        assert refused == [3, 4, 5]
    with app.app_context():
        assert db.session.scalars(select(User.sub)).all() == ["old-1"]


def test_roles_are_not_imported(bring, app):
    bring("email,name,role\nzoe@example.com,Zoe,owner\n")

    with app.app_context():
        assert db.session.scalars(select(User.role)).all() == [None]


def test_claims_that_are_defined_here_are_judged_by_their_schema_and_no_others_taken(
    bring, count, app
):
    with app.app_context(), transaction():
        for claim in CLAIMS:
            definitions.define(claim)
    rows = [
        {"email": "zoe@example.com", "name": "Zoe", "claims": {"badge": 7, "rooms": ["4.11"]}},
        {"email": "bob@example.com", "name": "Bob", "claims": {"badge": 100}},
        {"email": "eve@example.com", "name": "Eve", "claims": {"acr": "2", "sub": "x"}},
        {"email": "max@example.com", "name": "Max", "claims": "badge"},
    ]
    table = "email,name,claim.badge,claim.rooms\nann@example.com,Ann,seven,\n"

    dry = bring(json.dumps(rows), "--dry-run", name="people.json")
    cells = bring(table, "--dry-run")
    reserved = bring("email,name,claim.acr\nann@example.com,Ann,2\n")
    assert count() == 0
    found = bring(json.dumps(rows), name="people.json")

    outcomes = [outcome for outcome, _problems in says(dry).values()]
    assert outcomes == ["created", "refused", "refused", "refused"]
    assert (found["created"], found["refused"]) == (1, 3)
    told = " ".join(str(problems) for _outcome, problems in says(dry).values())
    for column in ("claim.badge", "claim.acr", "claim.sub", "claims"):
        assert column in told, told
    assert [one["outcome"] for one in cells["verdicts"]] == ["refused"]
    assert reserved["exit_code"] == 1
    with app.app_context():
        assert values.of(db.session.scalars(select(User)).one()) == {"badge": 7, "rooms": ["4.11"]}


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_an_export_is_imported_again_as_it_was(idp, bring, make, app, form):
    ann = make.user(name="-2+3 Ann", phone_number="+49 30 1", given_name="'=Ann")
    address = {"locality": "Berlin", "country": "DE"}
    make.user("bob@example.com", name='Bob "B", Jr.', address=address)
    with app.app_context(), transaction():
        group = store.create(ProposedGroup(name="staff"))
        db.session.add(GroupMember(group_id=group.id, user_id=ann.id))
        for claim in CLAIMS:
            definitions.define(claim)
        said = {"badge": -7, "rooms": ["4.11", "=5"], "motto": "=1+1", "intern": True}
        assert values.put(db.session.get_one(User, ann.id), said, reason="x") is True
    taken = idp("user", "export", "--format", form).output
    with app.app_context(), transaction():
        for user in db.session.scalars(select(User)).all():
            db.session.delete(user)

    found = bring(taken, name=f"people.{form}")

    assert (found["created"], found["refused"]) == (2, 0), found
    again = idp("user", "export", "--format", form).output
    assert _read(again, form) == _read(taken, form)


def _read(text, form):
    """Without the times, which are those of the import."""
    if form == "csv":
        people = list(csv.DictReader(io.StringIO(text)))
    else:
        people = json.loads(text) if form == "json" else list(map(json.loads, text.splitlines()))
    return [person | {"created_at": ""} for person in people]
