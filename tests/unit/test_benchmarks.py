"""Measuring another provider beside ours: its description, its sign-in pages, and the ratios."""

import json
from pathlib import Path

import pytest

from benchmarks import peers, ratios
from benchmarks.browser import Page
from benchmarks.cookies import Cookies
from benchmarks.http import Wrong
from benchmarks.measurement import Measurement
from benchmarks.provider import Person
from benchmarks.rounds import Results

FOLDER = Path(peers.__file__).parent
EXAMPLE = FOLDER / "example.json"
SOMEBODY = Person("ann@bench.example", "correct horse")


def measured(rate, cpu):
    return Measurement(rate, 1.0, 2.0, 10, 0, {}, cpu, 0.0, 0.1)


def results(name, workers, **operations):
    return Results(name, workers, operations=operations)


def test_the_example_of_the_readme_is_a_description():
    provider = peers.read(EXAMPLE).provider()

    assert provider.host == "localhost:9000"
    assert [step.marker for step in provider.steps] == ["password", "decision"]
    assert provider.people[0].email == "person0@bench.example"


def test_steps_in_the_readme_are_steps():
    blocks = (FOLDER / "README.md").read_text().split("```json\n")[1:]
    steps = [json.loads(block.partition("```")[0]) for block in blocks]

    example = json.loads(EXAMPLE.read_text())
    assert steps[0] == example["steps"]
    assert all(peers.Peer.model_validate(example | {"steps": one}) for one in steps)


@pytest.mark.parametrize("change", [{"port": 0}, {"people": []}, {"password": "x"}])
def test_a_description_that_is_none_is_refused_with_its_name(tmp_path, change):
    file = tmp_path / "peer.json"
    file.write_text(json.dumps(json.loads(EXAMPLE.read_text()) | change))

    with pytest.raises(peers.PeerRefused, match=rf"peer\.json.*\n?.*{next(iter(change))}"):
        peers.read(file)


def test_a_step_is_found_by_a_field_or_a_button_and_fills_in_the_person():
    sign_in, consent = peers.read(EXAMPLE).provider().steps
    provider = peers.read(EXAMPLE).provider()

    first = Page('<form><input name="login"><input name="password" type="password"></form>')
    second = Page('<form><input type="submit" name="decision" value="deny"></form>')

    assert provider.step_on(first) == sign_in
    assert sign_in.fields(SOMEBODY) == {"login": "ann@bench.example", "password": "correct horse"}
    assert provider.step_on(second) == consent
    with pytest.raises(Wrong, match="unexpected page 'error'"):
        provider.step_on(Page('<main data-page="error">'))


def test_a_form_sends_hidden_fields_and_what_is_ticked_but_no_button():
    page = Page(
        '<form action="/in"><input type="hidden" name="csrf" value="1"><input type="checkbox" '
        'name="stay"><input type="checkbox" name="terms" value="yes" checked>'
        '<input type="submit" name="cancel" value="No"><button name="allow">Yes</button></form>'
    )

    assert page.form_with("allow").fields == {"csrf": "1", "terms": "yes"}
    assert page.form_with("cancel").action == "/in"


def test_cookies_go_to_their_paths_until_their_time_is_over():
    jar = Cookies()
    jar.take("session=a; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT; HttpOnly", "/auth")
    jar.take("interaction=b; Path=/interaction/7", "/auth")

    assert jar.header("/auth") == "session=a"
    assert jar.header("/interaction/7/login") == "session=a; interaction=b"
    assert jar.header("/interaction/77") == "session=a"

    jar.take("interaction=; Path=/interaction/7; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/auth/7")
    jar.take("session=; Path=/; Max-Age=0", "/auth")
    assert jar.header("/interaction/7") == ""


def test_a_peer_is_compared_with_what_it_was_measured_beside_and_databases_with_the_first():
    both = {"userinfo": [measured(200, 1.0)], "introspection": [measured(50, 2.0)]}
    told = ratios.text(
        [
            results("sqlite", 2, **both),
            results("peer", 0, userinfo=[measured(100, 4.0)]),
            results("postgresql", 2, userinfo=[measured(100, 2.0)]),
            results("peer", 0, userinfo=[measured(400, 0.5)]),
        ]
    )

    rates, cpu = told.split("\n\n")[1:]
    assert [line.split() for line in rates.splitlines()[1:3]] == [
        ["A/B", "A/C", "C/D"],
        ["userinfo", "2.00", "2.00", "0.25"],
    ]
    assert [line.split() for line in cpu.splitlines()[2:3]] == [
        ["userinfo", "4.00", "2.00", "0.25"]
    ]
    assert "introspection  not offered" in rates
