"""Several cases, one verdict for each out of the same few: treat, refer, refuse."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, reading
from quizzes.kinds.base import Body, Drawn, Example, Field, Fields, Key, Kind, KindError, Marked, Response, Tally

PER_ROW, ALL = "per_row", "all_or_nothing"
MOST_COLUMNS = 6  # more would not fit beside one another
TEXT = (Field("text", gettext_lazy("Text"), "text"),)

TRIAGE: dict[str, Any] = {
    "kind": "matrix",
    "stem": "What do you do with each of these scalps today?",
    "columns": [
        {"id": "treat", "text": "Treat"},
        {"id": "refer", "text": "Refer"},
        {"id": "refuse", "text": "Refuse today"},
    ],
    "rows": [
        {"id": "a", "text": "Healthy, unscarred scalp"},
        {"id": "b", "text": "A mole that has changed"},
        {"id": "c", "text": "Sunburn from yesterday"},
    ],
    "answer": {"a": "treat", "b": "refer", "c": "refuse"},
    "scoring": PER_ROW,
    "critical_cells": [{"row": "b", "column": "treat"}, {"row": "c", "column": "treat"}],
    "shuffle": False,
    "feedback": {
        "right": "Right: each has its own answer.",
        "wrong": "A changing mole is referred before any work; sunburned scalp waits.",
    },
}


class Matrix(Kind):
    """Columns stand in the author's order, which is often a scale; rows may be mixed."""

    name = "matrix"
    label = gettext_lazy("Matrix")
    own_fields = frozenset({"columns", "rows", "answer", "scoring", "critical_cells", "shuffle"})
    examples = (
        Example(
            source=TRIAGE,
            right={"row-0": ["0"], "row-1": ["1"], "row-2": ["2"]},
            wrong={"row-0": ["0"], "row-1": ["0"], "row-2": ["2"]},
        ),
        Example(
            source={
                "kind": "matrix",
                "stem": "Which lasts how long?",
                "columns": [{"id": "x", "text": "About 20-30 s"}, {"id": "y", "text": "About 40-60 s"}],
                "rows": [{"id": "r1", "text": "Alcohol rub"}, {"id": "r2", "text": "Soap and water"}],
                "answer": {"r1": "x", "r2": "y"},
                "scoring": ALL,
                "shuffle": False,
                "feedback": {"right": "Right.", "wrong": "Washing takes longer than rubbing."},
            },
            right={"row-0": ["0"], "row-1": ["1"]},
            wrong={"row-0": ["0"]},
        ),
    )

    form = (
        Field("columns", gettext_lazy("Columns"), "rows", ids=True, columns=TEXT, help=gettext_lazy("Two to six.")),
        Field("rows", gettext_lazy("Rows"), "rows", ids=True, columns=TEXT),
        Field("answer", gettext_lazy("The right column of each row"), "map", of="rows", to="columns"),
        Field(
            "scoring",
            gettext_lazy("Marks"),
            "choice",
            choices=(
                (PER_ROW, gettext_lazy("A share for each right row")),
                (ALL, gettext_lazy("All right or nothing")),
            ),
        ),
        Field(
            "critical_cells",
            gettext_lazy("Dangerous choices"),
            "rows",
            help=gettext_lazy(
                "In a safety-critical question, choosing one of these misses it, whatever the points, and so does "
                "leaving such a row open. Without any, everything less than all right misses it."
            ),
            columns=(
                Field("row", gettext_lazy("Row"), "row_id", of="rows"),
                Field("column", gettext_lazy("Column"), "row_id", of="columns"),
            ),
            optional=True,
        ),
        Field("shuffle", gettext_lazy("Mix the rows anew on every paper"), "flag"),
    )

    # Writing it

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        columns, rows = authoring.rows(source, "columns"), authoring.rows(source, "rows")
        if len(columns) > MOST_COLUMNS:
            raise KindError("columns", _("A table takes at most %(most)s columns.") % {"most": MOST_COLUMNS})
        scoring = authoring.choice(source, "scoring", (PER_ROW, ALL))
        answer = self._answer(source, _ids(rows), _ids(columns))
        critical = self._critical(source, _ids(rows), _ids(columns), answer)
        shuffle = authoring.flag(source, "shuffle", default=False)
        body = {"columns": columns, "rows": rows, "shuffle": shuffle}
        return body, {"answer": answer, "scoring": scoring, "critical_cells": critical}

    def _answer(self, source: Mapping[str, Any], rows: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
        given = authoring.mapping(source, "answer")
        authoring.only(given, rows, "answer")
        for row in rows:
            if row not in given:
                raise KindError("answer", _("Row %(id)s has no right column yet.") % {"id": row})
        return {row: authoring.known_id(given[row], columns, f"answer.{row}") for row in rows}

    def _critical(
        self, source: Mapping[str, Any], rows: Sequence[str], columns: Sequence[str], answer: Mapping[str, str]
    ) -> list[dict[str, str]]:
        if "critical_cells" not in source:
            return []
        found: list[dict[str, str]] = []
        for index, given in enumerate(authoring.sequence(source, "critical_cells")):
            spot = f"critical_cells[{index}]"
            if not isinstance(given, Mapping):
                raise KindError(spot, _("Write this as named fields."))
            authoring.only(given, {"row", "column"}, spot)
            cell = {
                name: authoring.known_id(authoring.require(given, name, spot), known, f"{spot}.{name}")
                for name, known in (("row", rows), ("column", columns))
            }
            if answer[cell["row"]] == cell["column"]:
                raise KindError(f"{spot}.column", _("This is the right column of its row, so it cannot be dangerous."))
            if cell in found:
                raise KindError(spot, _("This cell stands twice."))
            found.append(cell)
        return found

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        cells = {"critical_cells": key["critical_cells"]} if key["critical_cells"] else {}
        return {**body, "answer": key["answer"], "scoring": key["scoring"], **cells}

    # Putting it on a paper

    def draw(self, body: Body, rng: Random) -> Drawn:
        order = list(range(len(body["rows"])))
        if body["shuffle"]:
            rng.shuffle(order)
        return {"order": order}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        shown = reading.in_order(drawn, body["rows"])
        return {
            "columns": reading.lettered(column["text"] for column in body["columns"]),
            "rows": [{"place": place, "name": f"row-{place}", "text": row["text"]} for place, row in enumerate(shown)],
        }

    # Answering it

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        chosen = {}
        for place, row in enumerate(reading.in_order(drawn, body["rows"])):
            sent = reading.one(data, f"row-{place}")
            if sent:
                chosen[row["id"]] = body["columns"][reading.place(sent, len(body["columns"]))]["id"]
        return {"cells": _by_row(body, chosen)} if chosen else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"cells"}:
            return None
        cells = response["cells"]
        if not isinstance(cells, dict) or not cells:
            return None
        rows, columns = _ids(body["rows"]), _ids(body["columns"])
        return response if all(row in rows and column in columns for row, column in cells.items()) else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        rows = rng.sample(body["rows"], rng.randint(1, len(body["rows"])))
        return {"cells": _by_row(body, {row["id"]: rng.choice(body["columns"])["id"] for row in rows})}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        columns = _ids(body["columns"])
        return {
            f"row-{place}": [str(columns.index(held["cells"][row["id"]]))]
            for place, row in enumerate(reading.in_order(drawn, body["rows"]))
            if row["id"] in held["cells"]
        }

    # Marking it

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With dangerous cells, only choosing one is a critical miss; a row left open cannot show that it would not."""
        fraction, detail = self.weigh(body, key, held)
        if key["critical_cells"]:
            must = {cell["row"] for cell in key["critical_cells"]}
            missed = bool(detail["dangerous"]) or any(row not in held["cells"] for row in must)
        else:
            missed = fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        cells, answer = held["cells"], key["answer"]
        wrong = [row for row in _ids(body["rows"]) if cells.get(row) != answer[row]]
        dangerous = [cell["row"] for cell in key["critical_cells"] if cells.get(cell["row"]) == cell["column"]]
        share = 1 - Fraction(len(wrong), len(answer))
        fraction = Fraction(not wrong) if key["scoring"] == ALL else share
        return fraction, {"wrong": wrong, "dangerous": dangerous}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"cells": _by_row(body, key["answer"])}

    def guess(self, body: Body, key: Key) -> Fraction:
        each = Fraction(1, len(body["columns"]))
        return each ** len(body["rows"]) if key["scoring"] == ALL else each

    # Counting it

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """A line for each column of each row, under the row."""
        return [
            Tally(
                f"{row['id']}>{column['id']}",
                column["text"],
                is_key=key["answer"][row["id"]] == column["id"],
                is_critical={"row": row["id"], "column": column["id"]} in key["critical_cells"],
                group=row["text"],
            )
            for row in body["rows"]
            for column in body["columns"]
        ]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return [f"{row}>{column}" for row, column in _by_row(body, held["cells"]).items()]

    # Putting it into words

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        columns = {column["id"]: column["text"] for column in body["columns"]}
        shown = reading.in_order(drawn, body["rows"])
        return [f"{row['text']}: {columns[held['cells'][row['id']]]}" for row in shown if row["id"] in held["cells"]]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """The dangerous choices by name."""
        held = self.accept(body, response)
        if held is None:
            return []
        columns = {column["id"]: column["text"] for column in body["columns"]}
        dangerous = self.weigh(body, key, held)[1]["dangerous"]
        return [
            _("“%(column)s” is dangerous here: %(row)s")
            % {"column": columns[held["cells"][row["id"]]], "row": row["text"]}
            for row in reading.in_order(drawn, body["rows"])
            if row["id"] in dangerous
        ]


def _ids(rows: Sequence[Mapping[str, str]]) -> list[str]:
    return [row["id"] for row in rows]


def _by_row(body: Body, chosen: Mapping[str, str]) -> dict[str, str]:
    """In the order of the body, so that the same answer has the same bytes."""
    return {row["id"]: chosen[row["id"]] for row in body["rows"] if row["id"] in chosen}
