"""Databases for tests: migrated once per run as a template, and one's own for a whole test."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from tests.support import postgres
from tests.support.postgres import taking_turns
from tests.support.spare import Misshapen, Spare


class EngineKind(StrEnum):
    """The two databases that the provider supports; what touches one is tested on both."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class Databases:
    """What one worker process knows about the databases of its test run."""

    run_dir: Path
    migrate: Callable[[str], None]
    """Brings the empty database at a URL to the current schema."""
    _spares: list[Spare] = field(default_factory=list)

    @contextmanager
    def migrated(self, kind: EngineKind, folder: Path) -> Iterator[str]:
        """The URL of a database of one's own, with the current schema."""
        with taking_turns(self.run_dir / f"{kind}.template.lock"):
            template = self._template(kind)
        own = (
            _copy_of_file(template, folder) if kind is EngineKind.SQLITE else self._spare(template)
        )
        with own as url:
            yield url

    @contextmanager
    def empty(self, kind: EngineKind, folder: Path) -> Iterator[str]:
        """The URL of a database without any table, for tests of the migrations themselves."""
        if kind is EngineKind.SQLITE:
            yield f"sqlite:///{folder / secrets.token_hex(4)}.sqlite3"
            return
        name = self._create("TEMPLATE template0")
        try:
            yield self._on_server(name)
        finally:
            self._drop(name)

    def remove_everything(self) -> None:
        """Leave nothing of this run on a server that goes on after it."""
        if postgres.is_in_use(self.run_dir):
            ours = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
            with self._server() as connection:
                names = list(connection.scalars(ours, {"prefix": self._prefix}))
            for name in names:
                self._drop(name)

    def _template(self, kind: EngineKind) -> str:
        note = self.run_dir / f"{kind}.template"
        if note.exists():
            return note.read_text()
        if kind is EngineKind.SQLITE:
            template = str(self.run_dir / "template.sqlite3")
            url = f"sqlite:///{template}"
        else:
            template = self._create("TEMPLATE template0")
            url = self._on_server(template)
        self.migrate(url)
        note.write_text(template)
        return template

    @contextmanager
    def _spare(self, template: str) -> Iterator[str]:
        """A database that an earlier test of this worker has left, clean; else a new one.

        Copying a template costs the server hundreds of files, deleting a few rows does not.
        """
        spare = self._spares.pop() if self._spares else self._clone(template)
        yield spare.url
        # Whatever that test did to it, nobody else shall meet it.
        with suppress(SQLAlchemyError, Misshapen):
            spare.clean()
            self._spares.append(spare)

    def _clone(self, template: str) -> Spare:
        return Spare(self._on_server(self._create(f"TEMPLATE {template}")))

    def _create(self, template: str) -> str:
        name = f"{self._prefix}{secrets.token_hex(6)}"
        with self._server() as connection:
            connection.execute(text(f"CREATE DATABASE {name} {template}"))
        return name

    def _drop(self, name: str) -> None:
        with self._server() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    @property
    def _prefix(self) -> str:
        run = "".join(letter for letter in self.run_dir.name.lower() if letter.isalnum())
        return f"idp_test_{run}_"

    def _server_url(self) -> URL:
        return make_url(postgres.server_url(self.run_dir))

    def _on_server(self, name: str) -> str:
        return self._server_url().set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def _server(self) -> Iterator[Connection]:
        engine = create_engine(self._server_url(), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@contextmanager
def _copy_of_file(template: str, folder: Path) -> Iterator[str]:
    target = folder / f"{secrets.token_hex(4)}.sqlite3"
    shutil.copyfile(template, target)
    target.chmod(0o600)
    yield f"sqlite:///{target}"
