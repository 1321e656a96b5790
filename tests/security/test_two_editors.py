"""Administrators who save the same app at one moment: one is in force, the others are told."""

from __future__ import annotations

from collections import Counter
from itertools import count

from idp.clients import document, register, registry
from idp.clients.metadata import ProposedClient
from idp.extensions import transaction
from tests.support.factories import Factory
from tests.support.race import at_once


def test_of_many_who_save_at_once_one_is_in_force_and_the_others_are_told(a: Factory) -> None:
    rp, numbers = a.client(), count()
    with a.app.app_context():
        seen = registry.read(rp.client_id)
        assert seen is not None
        version, known = register.version_of(seen), document.as_document(seen)

    def save() -> tuple[str, str]:
        name = f"Saved {next(numbers)}"
        with a.app.app_context():
            proposed = document.from_document(known | {"client_name": name})
            assert isinstance(proposed, ProposedClient)
            with transaction():
                done = register.change(rp.client_id, version, proposed)
        return type(done).__name__, name

    saved = at_once(4, save)

    assert Counter(kind for kind, _name in saved) == {"Registered": 1, "Outdated": 3}
    with a.app.app_context():
        now = registry.read(rp.client_id)
    assert now is not None
    assert [now.client_name] == [name for kind, name in saved if kind == "Registered"]
