"""Statements of the hot path: compiled once, run on the driver's own cursor.

``connection.execute()`` costs 20 to 50 µs around what SQLite itself does in 3, and one scan runs a dozen statements.
Types, parameter style and errors stay SQLAlchemy's, so that a statement means the same on every database.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Float
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """The statement as one kind of database takes it, for lists of certain lengths."""

    sql: str
    bind: Callable[[Values], Any]
    row: Callable[[Sequence[Any]], Any]


class Prepared:
    """A Core statement with bind parameters; lists (``expanding=True``) may have any length but none.

    Made at module level. For an INSERT the values of the first run name the columns, and all runs give the same.
    """

    def __init__(self, statement: Any):
        self._statement = statement
        self._forms: dict[Any, _Form] = {}

    def all(self, connection: Connection, values: Values) -> list[Any]:
        """The rows, each with its columns as attributes."""
        form = self._form(connection.dialect, values)
        return [form.row(row) for row in _execute(connection, form.sql, form.bind(values), fetch=True)]

    def first(self, connection: Connection, values: Values) -> Any | None:
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def run(self, connection: Connection, *rows: Values) -> None:
        """Carry it out once for each row of values."""
        form = self._form(connection.dialect, rows[0])
        if len(rows) == 1:
            _execute(connection, form.sql, form.bind(rows[0]))
        else:
            _execute(connection, form.sql, [form.bind(row) for row in rows], many=True)

    def _form(self, dialect: Dialect, values: Values) -> _Form:
        lengths = [len(value) for value in values.values() if type(value) is list]
        key = (dialect.name, len(values), *lengths)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _compile(self._statement, dialect, values)
        return form


def _execute(connection: Connection, sql: str, bound: Any, many: bool = False, fetch: bool = False) -> Sequence[Any]:
    if connection.engine.dispatch.before_cursor_execute:  # somebody counts statements: let them see this one
        result = connection.exec_driver_sql(sql, bound)
        return result.fetchall() if fetch else ()
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(sql, bound)
        return cursor.fetchall() if fetch else ()
    except Exception as error:
        raise DBAPIError.instance(sql, bound, error, connection.dialect.loaded_dbapi.Error) from error
    finally:
        cursor.close()


def _compile(statement: Any, dialect: Dialect, values: Values) -> _Form:
    names = list(values) if statement.is_insert else None
    compiled = statement.compile(dialect=dialect, column_keys=names)
    assert isinstance(compiled, SQLCompiler)
    state = compiled.construct_expanded_state(values)
    return _Form(state.statement, _binder(compiled, state, values), _row_maker(statement, dialect))


def _binder(compiled: SQLCompiler, state: Any, values: Values) -> Callable[[Values], Any]:
    """Turns named values into what the driver takes: a tuple, or a dict, as the database's style is."""
    source = {part: (whole, n) for whole, parts in state.parameter_expansion.items() for n, part in enumerate(parts)}
    names = list(state.positiontup if state.positiontup is not None else state.parameters)
    wholes, converts, constants = [], [], {}
    for at, name in enumerate(names):
        whole, n = source.get(name, (name, None))
        convert = _to_driver(whole, compiled)
        if whole not in values:  # a value of the statement itself, or one of a list of them
            given = state.parameters[name]
            whole, constants[name] = name, convert(given) if convert else given
        elif n is not None:
            converts.append((at, _of_list(n, convert)))
        elif convert:
            converts.append((at, convert))
        wholes.append(whole)
    take = itemgetter(*wholes) if len(wholes) > 1 else lambda given: [given[whole] for whole in wholes]

    def bind(given: Values) -> Any:
        bound = list(take({**constants, **given} if constants else given))
        for at, convert in converts:
            bound[at] = convert(bound[at])
        return tuple(bound) if state.positiontup is not None else dict(zip(names, bound, strict=True))

    return bind


def _of_list(n: int, convert: Any) -> Callable[[Sequence[Any]], Any]:
    return (lambda listed: convert(listed[n])) if convert else itemgetter(n)


def _to_driver(name: str, compiled: SQLCompiler) -> Any:
    return compiled.binds[name].type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)


def _row_maker(statement: Any, dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    """Turns a driver's row into a named tuple, converted as the columns' types ask."""
    if not statement.is_select:
        return tuple
    columns = list(statement.selected_columns)
    kind: Any = namedtuple("PreparedRow", [column.name for column in columns])  # type: ignore[misc]
    make = partial(tuple.__new__, kind)  # what its own constructor does, without a call in Python
    converts = [_from_driver(column.type, dialect) for column in columns]
    changed = [(at, convert) for at, convert in enumerate(converts) if convert is not None]
    if not changed:
        return make

    def row(raw: Sequence[Any]) -> Any:
        values = list(raw)
        for at, convert in changed:
            values[at] = convert(values[at])
        return make(values)

    return row


def _from_driver(kind: Any, dialect: Dialect) -> Any:
    """How a column's value is converted; floats come as floats (psycopg's type would ask for the column's number)."""
    return None if isinstance(kind, Float) else kind.dialect_impl(dialect).result_processor(dialect, None)
