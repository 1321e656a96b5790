"""Databases for tests: migrated once per run as a template, copied for each test."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text

from tests.support import postgres
from tests.support.postgres import taking_turns


class EngineKind(StrEnum):
    """The two databases that the provider supports; what touches one is tested on both."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of one test run, shared by its worker processes."""

    run_dir: Path
    migrate: Callable[[str], None]
    """Brings the empty database at a URL to the current schema."""

    @contextmanager
    def migrated(self, kind: EngineKind, folder: Path) -> Iterator[str]:
        """The URL of a database of one's own, with the current schema."""
        with taking_turns(self.run_dir / f"{kind}.template.lock"):
            template = self._template(kind)
        with self._copy(kind, template, folder) as url:
            yield url

    @contextmanager
    def empty(self, kind: EngineKind, folder: Path) -> Iterator[str]:
        """The URL of a database without any table, for tests of the migrations themselves."""
        with self._copy(kind, None, folder) as url:
            yield url

    def _template(self, kind: EngineKind) -> str:
        note = self.run_dir / f"{kind}.template"
        if note.exists():
            return note.read_text()
        if kind is EngineKind.SQLITE:
            template = str(self.run_dir / "template.sqlite3")
            url = f"sqlite:///{template}"
        else:
            template = f"idp_test_{secrets.token_hex(4)}_template"
            with self._server() as connection:
                connection.execute(text(f"CREATE DATABASE {template}"))
            url = self._on_server(template)
        self.migrate(url)
        note.write_text(template)
        return template

    @contextmanager
    def _copy(self, kind: EngineKind, template: str | None, folder: Path) -> Iterator[str]:
        if kind is EngineKind.SQLITE:
            yield _copy_of_file(template, folder / f"{secrets.token_hex(4)}.sqlite3")
            return
        name = f"idp_test_{secrets.token_hex(8)}"
        with self._server() as connection:
            connection.execute(
                text(f"CREATE DATABASE {name} {_from_template(connection, template)}")
            )
        try:
            yield self._on_server(name)
        finally:
            with self._server() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def remove_template(self) -> None:
        """Leave nothing on a server that is not ours."""
        note = self.run_dir / f"{EngineKind.POSTGRESQL}.template"
        if note.exists():
            with self._server() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {note.read_text()} WITH (FORCE)"))

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


def _copy_of_file(template: str | None, target: Path) -> str:
    if template is not None:
        shutil.copyfile(template, target)
        target.chmod(0o600)
    return f"sqlite:///{target}"


def _from_template(connection: Connection, template: str | None) -> str:
    if template is None:
        return "TEMPLATE template0"
    # Since 15 the default goes through the write-ahead log and takes twice as long when small.
    version = connection.dialect.server_version_info or (0,)
    return f"TEMPLATE {template}" + (" STRATEGY file_copy" if version >= (15,) else "")
