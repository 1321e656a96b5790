"""The audit log on the command line: looking up, taking along, and finding out who changed it."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from idp import audit, opaque
from idp.audit import catalogue
from idp.clock import now
from idp.extensions import db, transaction
from idp.jobs import purge, seal_audit
from idp.models import AuditChain, AuditEvent, AuthenticationEvent, Session, TokenFamily
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import answer, claims


@pytest.fixture
def happen(app):
    """`happen(3)`: so many failed sign-ins, sealed."""

    def so_often(times, reason="wrong", **circumstances):
        with app.app_context():
            for _ in range(times):
                with transaction():
                    audit.record(catalogue.PasswordRejected(reason=reason, **circumstances))
            assert seal_audit.run(now()) == times

    return so_often


@pytest.fixture
def tamper(app):
    def execute(statement):
        with app.app_context(), transaction():
            db.session.execute(statement)

    return execute


def broken(idp, *arguments):
    ran = idp("audit", "verify", "--json", *arguments)
    assert ran.exit_code == (0 if ran.document["whole"] else 1)
    return ran.document["broken"]


# --- the chain -------------------------------------------------------------------------------


def test_an_untouched_log_is_whole(idp, happen):
    happen(3)

    ran = idp("audit", "verify", "--json")

    assert ran.exit_code == 0
    assert (ran.document["whole"], ran.document["verified"]) == (True, 3)
    assert ran.document["head"]["sequence"] == 3
    assert "Whole: 3 events" in idp("audit", "verify").output


def test_an_empty_log_is_whole(idp):
    assert idp("audit", "verify", "--json").document["verified"] == 0


def test_every_committed_row_is_sealed_once_and_in_order(app, happen):
    happen(3)
    happen(2)

    with app.app_context():
        rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert [row.sequence for row in rows] == [1, 2, 3, 4, 5]
        assert len({row.chain for row in rows}) == 5
        assert seal_audit.run(now()) == 0


def test_a_row_that_is_committed_late_gets_a_later_place(app, idp, happen, tamper):
    early = opaque.identifier()
    happen(2)
    tamper(
        AuditEvent.__table__.insert().values(
            id=early, happened_at=now(), type="session_ended", actor="x", address="",
            user_agent="", reference="", details={},
        )
    )  # fmt: skip

    with app.app_context():
        assert seal_audit.run(now()) == 1
        assert db.session.get(AuditEvent, early).sequence == 3
    assert broken(idp) is None


def test_of_two_nodes_one_seals(app, happen, monkeypatch):
    """The other one has read the same head, and finds it moved."""
    from idp.audit import chain

    happen(1)
    with app.app_context():
        stale = chain.head()
        with transaction():
            audit.record(catalogue.PasswordRejected(reason="wrong"))
        assert seal_audit.run(now()) == 1
        with transaction():
            audit.record(catalogue.PasswordRejected(reason="wrong"))
        monkeypatch.setattr(chain, "head", lambda: stale)
        with transaction():
            assert chain.seal_some(9) == 0
        assert db.session.scalars(select(AuditEvent.sequence)).all().count(None) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"details": {"reason": "other"}},
        {"actor": "somebody-else"},
        {"user_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
        {"address": "192.0.2.1"},
        {"happened_at": now() - timedelta(days=1)},
        {"type": "password_accepted"},
        {"chain": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_altered_row_is_found(idp, happen, tamper, change):
    happen(4)

    tamper(update(AuditEvent).where(AuditEvent.sequence == 2).values(**change))

    found = broken(idp)
    assert (found["damage"], found["sequence"]) == ("altered", 2)
    assert found["event_id"]
    assert "BROKEN at 2" in idp("audit", "verify").output


def test_a_removed_row_is_found(idp, happen, tamper):
    happen(4)

    tamper(delete(AuditEvent).where(AuditEvent.sequence == 3))

    assert broken(idp) == {"damage": "removed", "sequence": 3, "event_id": None}


def test_the_newest_row_cannot_be_cut_off_unnoticed(idp, happen, tamper):
    happen(4)

    tamper(delete(AuditEvent).where(AuditEvent.sequence == 4))

    assert broken(idp) == {"damage": "removed", "sequence": 4, "event_id": None}


def test_rows_that_close_ranks_after_a_removal_are_found(idp, happen, tamper):
    happen(4)

    tamper(delete(AuditEvent).where(AuditEvent.sequence == 2))
    tamper(update(AuditEvent).where(AuditEvent.sequence == 3).values(sequence=2))
    tamper(update(AuditEvent).where(AuditEvent.sequence == 4).values(sequence=3))

    assert (broken(idp)["damage"], broken(idp)["sequence"]) == ("altered", 2)


def _insert(sequence):
    return AuditEvent.__table__.insert().values(
        id=opaque.identifier(), happened_at=now(), type="session_ended", actor="x", address="",
        user_agent="", reference="", details={}, sequence=sequence, chain=bytes(32),
    )  # fmt: skip


@pytest.mark.parametrize("sequence", [0, -5, 9])
def test_a_row_inserted_outside_the_chain_is_found(idp, happen, tamper, sequence):
    happen(4)

    tamper(_insert(sequence))

    found = broken(idp)
    assert (found["damage"], found["sequence"]) == ("inserted", sequence)


def test_a_row_inserted_in_the_middle_is_found(idp, happen, tamper):
    happen(4)
    tamper(update(AuditEvent).where(AuditEvent.sequence == 4).values(sequence=5))
    tamper(_insert(4))

    assert broken(idp)["sequence"] == 4


def test_a_chain_that_was_made_anew_does_not_hold_what_was_noted_down(app, idp, happen, tamper):
    happen(3)
    head = idp("audit", "verify", "--json").document["head"]
    noted = f"{head['sequence']}:{head['chain']}"
    assert broken(idp, "--noted", noted) is None

    tamper(update(AuditEvent).values(sequence=None, chain=None, actor="nobody"))
    tamper(update(AuditChain).values(sequence=0, chain=bytes(32)))
    with app.app_context():
        assert seal_audit.run(now()) == 3

    assert broken(idp) is None
    assert broken(idp, "--noted", noted)["damage"] == "replaced"
    assert idp("audit", "verify", "--noted", "three").exit_code == 2


# --- retention -------------------------------------------------------------------------------


class TestRetention:
    @pytest.fixture
    def overrides(self):
        return {"audit": {"retention": timedelta(days=30)}}

    def test_old_rows_go_and_the_rest_is_still_a_chain(self, app, idp, clock, happen, tamper):
        happen(3)
        clock.advance(days=31)
        happen(2)

        with app.app_context():
            purge.run(now())

        verdict = idp("audit", "verify", "--json").document
        assert (verdict["whole"], verdict["verified"], verdict["begins_after"]) == (True, 2, 3)
        tamper(delete(AuditEvent).where(AuditEvent.sequence == 4))
        assert broken(idp)["sequence"] == 4

    def test_what_is_not_sealed_yet_stays(self, app, clock):
        with app.app_context():
            with transaction():
                audit.record(catalogue.PasswordRejected(reason="wrong"))
            clock.advance(days=31)
            purge.run(now())
            assert len(db.session.scalars(select(AuditEvent)).all()) == 1


def test_without_a_retention_everything_stays(app, clock, happen):
    happen(3)
    clock.advance(days=4000)

    with app.app_context():
        purge.run(now())
        assert len(db.session.scalars(select(AuditEvent)).all()) == 3


# --- looking up ------------------------------------------------------------------------------


def test_events_are_found_by_user_client_type_and_time(idp, a, clock, happen):
    ann, bob = a.user(), a.user("bob@example.com")
    happen_at = now()
    with a.app.app_context():
        seal_audit.run(now())
    happen(1, user_id=ann.id, client_id="photos")
    clock.advance(hours=1)
    happen(2, user_id=bob.id, client_id="notes")

    def listed(*filters):
        return idp("audit", "list", "--type", "password_rejected", "--json", *filters).document

    assert len(listed()) == 3
    assert [one["client_id"] for one in listed("--user", EMAIL)] == ["photos"]
    assert len(listed("--client", "notes")) == 2
    since = (happen_at + timedelta(minutes=30)).isoformat()
    assert len(listed("--since", since)) == 2
    assert len(listed("--until", since)) == 1
    assert len(listed("--limit", "1")) == 1
    assert listed("--address", "192.0.2.9") == []
    assert "password_rejected" in idp("audit", "list").output
    assert idp("audit", "list", "--user", "nobody@example.com").exit_code == 1
    assert idp("audit", "list", "--since", "yesterday").exit_code == 2


def test_json_lines_hold_every_event(idp, happen):
    happen(3)

    lines = idp("audit", "export", "--format", "jsonl").output.splitlines()

    assert [json.loads(line)["sequence"] for line in lines] == [3, 2, 1]


def test_no_cell_of_the_csv_is_a_formula(idp, happen):
    happen(1, client_id='=HYPERLINK("https://evil.example","x")')
    happen(1, client_id="@SUM(A1)")
    happen(1, client_id='a,"b"')

    rows = list(csv.DictReader(io.StringIO(idp("audit", "export", "--format", "csv").output)))

    assert [row["client_id"] for row in rows] == [
        'a,"b"',
        "'@SUM(A1)",
        '\'=HYPERLINK("https://evil.example","x")',
    ]


# --- evidence --------------------------------------------------------------------------------


@pytest.fixture
def tokens(a, browser):
    """Ann has signed in to an app by password and phone."""
    phone, rp = a.phone(a.user()), a.client()
    browser.open(rp.authorization_url()).submit(username=EMAIL, password=PASSWORD)
    browser.submit(code=phone.code()).press("Allow")
    return rp.exchange(answer(browser.left_for)["code"]).get_json()


def proven(document):
    """What the log says about each proof."""
    return [event["type"] for proof in document["proofs"] for event in proof["events"]]


def test_the_jti_of_a_token_leads_to_the_proofs_of_its_amr(idp, tokens):
    jti = claims(tokens["access_token"])["jti"]

    found = idp("audit", "evidence", "--jti", jti, "--json").document

    assert {"password", "totp"} == {proof["method"] for proof in found["proofs"]}
    assert {"password_accepted", "totp_accepted"} <= set(proven(found))
    assert all(set(one["amr"]) == {"pwd", "otp", "mfa"} for one in found["issued"])
    assert "totp_accepted" in idp("audit", "evidence", "--jti", jti).output


def test_so_does_the_sid_and_so_do_whole_tokens(idp, tokens):
    sid = claims(tokens["id_token"])["sid"]
    by_sid = idp("audit", "evidence", "--sid", sid, "--json").document

    for name in ("access_token", "id_token"):
        read = idp("audit", "evidence", "--token-stdin", "--json", typed=tokens[name])
        assert {one["id"] for one in read.document["proofs"]} == {
            one["id"] for one in by_sid["proofs"]
        }


def test_the_log_still_knows_when_everything_else_is_purged(app, idp, tokens):
    jti, sid = claims(tokens["access_token"])["jti"], claims(tokens["id_token"])["sid"]
    with app.app_context(), transaction():
        for table in (TokenFamily, AuthenticationEvent, Session):
            db.session.execute(delete(table))

    for by in (("--jti", jti), ("--sid", sid)):
        found = idp("audit", "evidence", *by, "--json").document
        assert len(found["proofs"]) == 2
        assert {"password_accepted", "totp_accepted"} <= set(proven(found))


@pytest.mark.parametrize(
    "asked", [("--jti", "nothing"), ("--jti", "0" * 26), ("--sid", "nobody"), ("--token-stdin",)]
)
def test_what_nobody_has_heard_of_is_refused(idp, asked):
    assert idp("audit", "evidence", *asked, typed="a.b.c").exit_code == 1


def test_evidence_is_asked_for_in_one_way(idp):
    assert idp("audit", "evidence").exit_code == 2
    assert idp("audit", "evidence", "--sid", "a", "--jti", "b").exit_code == 2
