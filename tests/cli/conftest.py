"""What tests of commands share: one way to run a command and to read what it printed."""

import json
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def document(self):
        """The one JSON document; anything else on standard output makes this fail."""
        return json.loads(self.output)


@pytest.fixture
def idp(app):
    """`idp("user", "create", …)` runs `flask idp user create …`; `typed` is its standard input."""

    def run(*arguments, typed=None):
        result = app.test_cli_runner().invoke(args=["idp", *arguments], input=typed)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def events(app):
    """The types of all audit events so far, the oldest first."""

    def read():
        with app.app_context():
            return list(db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id)))

    return read
