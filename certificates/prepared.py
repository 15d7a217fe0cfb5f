"""A query that is written once and asked often: Django builds its SQL anew each time, which costs more than asking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class _Plan:
    """What the compiler worked out: the words, where each value stands in them, and how a row becomes an object."""

    sql: str
    fixed: Sequence[Any]
    places: Sequence[tuple[int, int]]  # (place among the parameters, number of the value)
    model: type[Model]
    columns: Sequence[str]
    start: int
    populators: Sequence[Any]
    annotations: Sequence[tuple[str, int]]
    converters: dict[int, tuple[Sequence[Any], Any]]


class Prepared(Generic[Row]):
    """Called with values, gives what the query gives for them: the same objects, with the same relations at hand.

    `make` builds the query from stand-ins: values of the same types that occur nowhere else in it.
    """

    def __init__(self, make: Callable[..., QuerySet[Row]], *stand_ins: str | int) -> None:
        self.make, self.stand_ins = make, stand_ins
        self._plan: _Plan | None = None

    def __call__(self, *values: str | int) -> list[Row]:
        plan = self._plan = self._plan or self._planned()
        parameters = list(plan.fixed)
        for place, number in plan.places:
            parameters[place] = values[number]
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, parameters)
            rows = cursor.fetchall()
        return [self._object(plan, list(row), connection) for row in rows]

    def _planned(self) -> _Plan:
        compiler: Any = self.make(*self.stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        info = compiler.klass_info
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        return _Plan(
            sql=sql,
            fixed=tuple(parameters),
            places=[
                (place, self.stand_ins.index(value))
                for place, value in enumerate(parameters)
                if value in self.stand_ins
            ],
            model=info["model"],
            columns=[column[0].target.attname for column in compiler.select[start:end]],
            start=start,
            populators=get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # 6.1 asks for more
            annotations=tuple(compiler.annotation_col_map.items()),
            converters=compiler.get_converters([column[0] for column in compiler.select]),
        )

    def _object(self, plan: _Plan, row: list[Any], connection: Any) -> Row:
        for place, (converters, expression) in plan.converters.items():
            value = row[place]
            for convert in converters:
                value = convert(value, expression, connection)
            row[place] = value
        columns = row[plan.start : plan.start + len(plan.columns)]
        found: Any = plan.model.from_db(DEFAULT_DB_ALIAS, plan.columns, columns)
        for populator in plan.populators:
            populator.populate(row, found)
        for name, place in plan.annotations:
            setattr(found, name, row[place])
        return found  # type: ignore[no-any-return]
