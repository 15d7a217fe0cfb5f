"""One column for each row: by share or all at once, and some choices are dangerous whatever the points."""

from copy import deepcopy
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import render_to_string

from quizzes import kinds
from quizzes.kinds.base import KindError, Marked, Unreadable
from quizzes.kinds.matrix import TRIAGE

MATRIX = kinds.get("matrix")
GONE = object()


def marked(fields: dict[str, list[str]], *, critical: bool = True, **changes: Any) -> Marked:
    body, key = MATRIX.parse({**TRIAGE, **changes})
    drawn: dict[str, Any] = {}
    return MATRIX.mark(body, key, drawn, MATRIX.read(body, drawn, fields), critical=critical)


def chosen(*columns: int | None) -> dict[str, list[str]]:
    return {f"row-{row}": [str(column)] for row, column in enumerate(columns) if column is not None}


@pytest.mark.parametrize(
    ("columns", "share"),
    [
        ((0, 1, 2), Fraction(1)),
        ((0, 1, 1), Fraction(2, 3)),
        ((0, None, None), Fraction(1, 3)),
        ((1, 2, 0), Fraction(0)),
    ],
)
def test_each_row_earns_its_share(columns: tuple[int | None, ...], share: Fraction) -> None:
    assert marked(chosen(*columns)).fraction == share


@pytest.mark.parametrize(("columns", "share"), [((0, 1, 2), 1), ((0, 1, 1), 0), ((0, 1, None), 0)])
def test_or_all_of_them_at_once(columns: tuple[int | None, ...], share: int) -> None:
    assert marked(chosen(*columns), scoring="all_or_nothing").fraction == share


@pytest.mark.parametrize(
    ("columns", "missed"),
    [
        ((0, 1, 2), False),
        ((1, 1, 2), False),  # cautious: a point lost, nobody hurt
        ((1, 2, 1), False),  # all wrong, and still nobody hurt
        ((0, 0, 2), True),  # two thirds right, and a changing mole treated
        ((0, None, 2), True),  # left open, so nothing shows that it would not be
        ((None, 1, 2), False),  # nothing dangerous stands in the first row
    ],
)
def test_only_a_dangerous_choice_misses_a_critical_question(columns: tuple[int | None, ...], missed: bool) -> None:
    assert marked(chosen(*columns)).critical_missed is missed
    assert marked(chosen(*columns), critical=False).critical_missed is False


def test_without_dangerous_choices_anything_less_than_all_right_misses_it() -> None:
    assert marked(chosen(0, 1, 1), critical_cells=[]).critical_missed
    assert not marked(chosen(0, 1, 2), critical_cells=[]).critical_missed


def test_a_dangerous_choice_is_told_by_name() -> None:
    body, key = MATRIX.parse(TRIAGE)
    held = {"cells": {"b": "treat", "c": "refer"}}

    assert MATRIX.remarks(body, key, {}, held) == ["“Treat” is dangerous here: A mole that has changed"]
    assert MATRIX.judge(body, key, held, critical=True).detail == {"wrong": ["a", "b", "c"], "dangerous": ["b"]}


def test_rows_are_mixed_for_each_paper_and_columns_never() -> None:
    body, key = MATRIX.parse({**TRIAGE, "shuffle": True})
    mixed = {"order": [2, 0, 1]}
    shown = MATRIX.public(body, mixed)

    assert shown["rows"][0]["text"] == "Sunburn from yesterday"
    assert [column["text"] for column in shown["columns"]] == ["Treat", "Refer", "Refuse today"]
    assert MATRIX.read(body, mixed, chosen(2, 0, 1)) == MATRIX.solve(body, key)
    assert MATRIX.answer_words(body, mixed, {"cells": {"a": "treat", "c": "refuse"}}) == [
        "Sunburn from yesterday: Refuse today",
        "Healthy, unscarred scalp: Treat",
    ]


@pytest.mark.parametrize("fields", [{"row-0": ["3"]}, {"row-0": ["0", "1"]}, {"row-0": ["treat"]}, {"row-0": ["-1"]}])
def test_a_column_that_is_not_there_is_refused(fields: dict[str, list[str]]) -> None:
    with pytest.raises(Unreadable):
        marked(fields)


@pytest.mark.parametrize(
    ("where", "what", "path"),
    [
        (("columns",), [{"id": str(n), "text": str(n)} for n in range(7)], "columns"),
        (("columns",), [{"id": "treat", "text": "Treat"}], "columns"),
        (("rows",), GONE, "rows"),
        (("rows", 1, "id"), "a", "rows[1].id"),
        (("rows", 1, "text"), "", "rows[1].text"),
        (("answer", "b"), GONE, "answer"),
        (("answer", "b"), "operate", "answer.b"),
        (("answer", "z"), "treat", "answer.z"),
        (("scoring",), "per_cell", "scoring"),
        (("shuffle",), 1, "shuffle"),
        (("critical_cells", 0, "column"), "refer", "critical_cells[0].column"),
        (("critical_cells", 1), {"row": "b", "column": "treat"}, "critical_cells[1]"),
        (("critical_cells", 0, "row"), "z", "critical_cells[0].row"),
        (("critical_cells", 0, "points"), 1, "critical_cells[0].points"),
        (("critical_cells",), "b:treat", "critical_cells"),
    ],
)
def test_a_table_that_cannot_be_asked_is_refused(where: tuple[Any, ...], what: Any, path: str) -> None:
    source = deepcopy(TRIAGE)
    target: Any = source
    for step in where[:-1]:
        target = target[step]
    if what is GONE:
        del target[where[-1]]
    else:
        target[where[-1]] = what

    with pytest.raises(KindError) as refused:
        MATRIX.parse(source)

    assert refused.value.path == path
    assert refused.value.message


def test_the_table_of_answers_has_a_group_for_each_row() -> None:
    body, key = MATRIX.parse(TRIAGE)
    lines = MATRIX.tallies(body, key)

    assert [line.group for line in lines[::3]] == [row["text"] for row in TRIAGE["rows"]]
    assert [line.code for line in lines if line.is_key] == ["a>treat", "b>refer", "c>refuse"]
    assert [line.code for line in lines if line.is_critical] == ["b>treat", "c>treat"]


class Groups(HTMLParser):
    """The radio groups of a control and what names them."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.named: dict[str, str] = {}
        self.radios: dict[str, int] = {}
        self.ids: set[str] = set()
        self.feed(words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if given.get("role") == "radiogroup":
            self.named[given["aria-labelledby"]] = tag
        if given.get("type") == "radio":
            self.radios[given["name"]] = self.radios.get(given["name"], 0) + 1


def test_each_row_is_a_named_group_of_radio_buttons() -> None:
    body, _key = MATRIX.parse(TRIAGE)
    words = render_to_string(
        MATRIX.template,
        {"q": MATRIX.public(body, {}), "prefix": "i7-", "value": chosen(0), "stem": "Which?", "stem_id": "s"},
    )
    groups = Groups(words)

    assert set(groups.named) == {"i7-row-0-text", "i7-row-1-text", "i7-row-2-text"} <= groups.ids
    assert groups.radios == {"i7-row-0": 3, "i7-row-1": 3, "i7-row-2": 3}
    assert words.count("checked") == 1
