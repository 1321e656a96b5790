"""Statements of the hot paths: compiled once, run on the driver's connection of the unit of work.

Tables and their types stay SQLAlchemy's; what it does anew for each execution (a key for its cache,
a context, a result) costs more than the database does for a row found by its key. Whoever observes
the engine's statements observes these, too.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NoReturn, TypeAlias, cast

from sqlalchemy import Insert, Select, Update
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from idp.extensions import connection, in_transaction, readers

_Convert = Callable[[Any], Any] | None
Found: TypeAlias = Any
"""A row: a named tuple of the statement's columns."""
_Cursor: TypeAlias = Any
_Bound: TypeAlias = Any
"""By place a tuple, by name a dict."""
_ALONE = (None, False)
"""To those who observe: no context of SQLAlchemy's, and not many at once."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """One statement in the words of one database."""

    text: str
    wanted: frozenset[str]
    fixed: Mapping[str, Any]
    """What stands in the statement itself, already converted, by its name."""
    converted: tuple[tuple[str, Callable[[Any], Any]], ...]
    """The parameters that are not put as they come. Each once, at however many places it stands."""
    put: Callable[[dict[str, Any]], _Bound]
    row: Callable[[list[Any]], Found]
    read: tuple[tuple[int, Callable[[Any], Any]], ...]
    """How the columns are read that are not taken as they come, by place."""

    def bind(self, values: Mapping[str, object]) -> _Bound:
        if values.keys() != self.wanted:
            raise ValueError(f"parameters {sorted(values)} instead of {sorted(self.wanted)}")
        given = {**self.fixed, **values}
        for name, convert in self.converted:
            given[name] = convert(given[name])
        return self.put(given)

    def row_of(self, found: tuple[Any, ...]) -> Found:
        columns = list(found)
        for place, convert in self.read:
            columns[place] = convert(columns[place])
        return self.row(columns)


class Prepared:
    """A SELECT, INSERT or UPDATE whose parameters are named by `bindparam`, or by the values of its
    first use. Those given must be the same each time: raises ValueError.

    What the driver raises comes as `sqlalchemy.exc.DBAPIError`, without the values that were bound.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}

    def first(self, values: Mapping[str, object]) -> Found:
        """The first row, in the unit of work in hand; None when there is none."""
        return self._first(connection(), values)

    def glance(self, values: Mapping[str, object]) -> Found:
        """The first row. Where no unit of work has begun, none is begun for it: nothing is locked,
        nothing remains to be committed.
        """
        if in_transaction():
            return self.first(values)
        return readers().ask(lambda link: self._first(link, values))

    def all(self, values: Mapping[str, object]) -> list[Found]:
        """Every row, in the unit of work in hand."""
        ready, found = self._run(connection(), values, _rows)
        return [ready.row_of(row) for row in found]

    def write(self, values: Mapping[str, object]) -> int:
        """How many rows were written: the verdict of every check that must hold in a race."""
        _, count = self._run(connection(), values, _count)
        return int(count)

    def _first(self, link: Connection, values: Mapping[str, object]) -> Found:
        ready, found = self._run(link, values, _row)
        return None if found is None else ready.row_of(found)

    def _run(
        self, link: Connection, values: Mapping[str, object], take: Callable[[Any], Any]
    ) -> tuple[_Ready, Any]:
        ready = self._ready.get(link.dialect.name)
        if ready is None:
            ready = _made_ready(self._statement, link.dialect, values)
            self._ready[link.dialect.name] = ready
        text, bound = ready.text, ready.bind(values)
        observers = link.engine.dispatch
        cursor = None
        try:
            cursor = link.connection.cursor()
            for observe in observers.before_cursor_execute:
                observe(link, cursor, text, bound, *_ALONE)
            cursor.execute(text, bound)
            found = take(cursor)
        except link.dialect.loaded_dbapi.Error as error:
            _failed(link, text, error, cursor)
        for observe in observers.after_cursor_execute:
            observe(link, cursor, text, bound, *_ALONE)
        cursor.close()
        return ready, found


def _row(cursor: _Cursor) -> object:
    return cursor.fetchone()


def _rows(cursor: _Cursor) -> object:
    return cursor.fetchall()


def _count(cursor: _Cursor) -> object:
    return cursor.rowcount


def _made_ready(
    statement: Select[*tuple[Any, ...]] | Insert | Update,
    dialect: Dialect,
    values: Mapping[str, object],
) -> _Ready:
    names = None if isinstance(statement, Select) else list(values)
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    places = compiled.positiontup if compiled.positional else list(compiled.binds)
    bound = [(name, compiled.binds[name]) for name in places]
    if any(bind.expanding or (bind.required and name not in values) for name, bind in bound):
        raise ValueError(f"not every parameter has a value: {statement}")
    if not isinstance(statement, Select) and (compiled.insert_prefetch or compiled.update_prefetch):
        raise ValueError(f"a default of the model would be left out: {statement}")
    columns = statement.exported_columns
    kinds = [column.type.dialect_impl(dialect) for column in columns]
    converters = [kind.result_processor(dialect, None) for kind in kinds]
    writers = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in dict(bound).items()
    }
    return _Ready(
        text=compiled.string,
        wanted=frozenset(name for name in writers if name in values),
        fixed={
            name: _converted(writers[name], bind.effective_value)
            for name, bind in bound
            if name not in values
        },
        converted=tuple(
            (name, convert) for name, convert in writers.items() if convert and name in values
        ),
        put=_by_place([name for name, _ in bound]) if compiled.positional else dict,
        row=_row_of(columns.keys()),
        read=tuple((place, convert) for place, convert in enumerate(converters) if convert),
    )


def _converted(convert: _Convert, value: object) -> object:
    return convert(value) if convert else value


def _by_place(names: list[str]) -> Callable[[dict[str, Any]], _Bound]:
    if len(names) > 1:
        return itemgetter(*names)  # a tuple
    return lambda given: tuple(given[name] for name in names)


def _row_of(names: Iterable[Any]) -> Callable[[list[Any]], Found]:
    return cast("Any", namedtuple("Row", list(names)))._make  # type: ignore[no-any-return]


def _failed(link: Connection, text: str, error: Exception, cursor: _Cursor) -> NoReturn:
    dialect = link.dialect
    is_lost = dialect.is_disconnect(cast("Any", error), link.connection, cursor)
    if is_lost:
        link.invalidate(error)
    raise DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    ) from error
