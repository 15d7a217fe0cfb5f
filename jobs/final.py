"""Rows that may never change: the database itself refuses, whoever asks.

A migration that rebuilds a table on SQLite silently drops its triggers, so they are installed after
every migrate, and a test compares what is protected with what is installed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import AppConfig
from django.contrib import admin
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest


@dataclass(frozen=True)
class Protected:
    """A table whose rows keep their words: `update` names the columns that may still change, `until` the column that
    makes the whole row final once it is set."""

    model: type[models.Model]
    update: tuple[str, ...] = ()
    delete: bool = False
    until: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def kept(self) -> list[str]:
        """Columns that may not change."""
        columns = [str(field.column) for field in self.model._meta.concrete_fields]
        return [column for column in columns if column not in self.update]

    def refused(self, differs: str) -> str:
        """The condition under which an update is refused; `differs` compares old and new values in SQL."""
        changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in self.kept)
        if not self.until:
            return changed
        late = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in self.update)
        return f'{changed} OR (OLD."{self.until}" IS NOT NULL AND ({late}))'

    @property
    def names(self) -> list[str]:
        return [f"final_{self.table}_update"] + ([] if self.delete else [f"final_{self.table}_delete"])


_protected: dict[str, Protected] = {}


def protect(model: type[models.Model], *, update: Sequence[str] = (), delete: bool = False, until: str = "") -> None:
    """Refuse updates of all columns but those in `update` (these too, once `until` is set), and deletes unless
    `delete`."""
    _protected[model._meta.label] = Protected(model, tuple(update), delete, until)


def protected() -> list[Protected]:
    return list(_protected.values())


def _sqlite(row: Protected) -> list[str]:
    changed = row.refused("IS NOT")
    update, *delete = row.names
    words = f"{row.table}: this row is final"
    statements = [
        f'DROP TRIGGER IF EXISTS "{update}"',
        f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{row.table}" WHEN {changed} '
        f"BEGIN SELECT RAISE(ABORT, '{words}'); END",
    ]
    for name in delete:
        statements += [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE DELETE ON "{row.table}" BEGIN SELECT RAISE(ABORT, \'{words}\'); END',
        ]
    return statements


def _postgresql(row: Protected) -> list[str]:
    changed = row.refused("IS DISTINCT FROM")
    update, *delete = row.names
    statements = [
        "CREATE OR REPLACE FUNCTION refuse_final_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '%: this row is final', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$",
        f'DROP TRIGGER IF EXISTS "{update}" ON "{row.table}"',
        f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{row.table}" FOR EACH ROW WHEN ({changed}) '
        "EXECUTE FUNCTION refuse_final_row()",
    ]
    for name in delete:
        statements += [
            f'DROP TRIGGER IF EXISTS "{name}" ON "{row.table}"',
            f'CREATE TRIGGER "{name}" BEFORE DELETE ON "{row.table}" FOR EACH ROW EXECUTE FUNCTION refuse_final_row()',
        ]
    return statements


def install(connection: BaseDatabaseWrapper) -> None:
    """Create or replace the triggers of every protected table that exists."""
    dialect = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for row in _protected.values():
            if row.table in tables:
                for statement in dialect(row):
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers. Only the test suite does this, before it empties a SQLite database."""
    with connection.cursor() as cursor:
        for row in _protected.values():
            for name in row.names:
                on = "" if connection.vendor == "sqlite" else f' ON "{row.table}"'
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the triggers that stand in the database."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'final_%'"
        if connection.vendor == "sqlite"
        else "SELECT DISTINCT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'final_%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(name) for (name,) in cursor.fetchall()}


def after_migrate(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    install(connections[using])


class HistoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows history; adds, changes and deletes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
