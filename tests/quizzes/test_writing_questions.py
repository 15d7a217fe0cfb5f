"""An entry of the bank goes into a form and comes out as it was; what is typed wrongly is told where it stands."""

from decimal import Decimal
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import Example, Kind, KindError
from quizzes.kinds.forms import Field
from quizzes.writing import fields
from tests.quizzes import bank

EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.name}-{number}")
    for kind in kinds.all_kinds()
    for number, example in enumerate(kind.examples)
]


def through_the_form(kind: Kind, own: dict[str, Any]) -> dict[str, Any]:
    return fields.read(kind.form, fields.fill(kind.form, own))


def own(kind: Kind, entry: Any) -> tuple[dict[str, Any], Any, Any]:
    body, key = kind.parse(entry)
    return kind.source(body, key), body, key


@pytest.mark.parametrize("entry", bank.entries(), ids=bank.ref)
def test_every_item_of_the_bank_survives_the_form(entry: dict[str, Any]) -> None:
    kind = kinds.get(entry["kind"])
    written, body, key = own(kind, entry)

    again = kind.compose(through_the_form(kind, written))

    assert again == (body, key)


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_every_example_survives_the_form(kind: Kind, example: Example) -> None:
    written, body, key = own(kind, example.source)

    assert kind.compose(written) == (body, key)
    assert kind.compose(through_the_form(kind, written)) == (body, key)


@pytest.mark.parametrize("kind", kinds.all_kinds(), ids=lambda kind: kind.name)
def test_a_form_holds_the_fields_of_its_kind_and_no_other(kind: Kind) -> None:
    assert kind.form
    assert {field.name for field in kind.form} <= kind.own_fields
    assert all(str(field.label) for field in kind.form)
    for field in kind.form:
        if field.of:
            assert any(other.name == field.of and other.how == "rows" for other in kind.form)


@pytest.mark.parametrize("kind", kinds.all_kinds(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("typed", ["", "x", "-1", "99999999999999999999", "1,234", "\u202e", "<b>", "#12"])
def test_whatever_is_typed_is_an_entry_or_a_clear_no(kind: Kind, typed: str) -> None:
    entry = bank.entries()[0] | {"kind": kind.name}
    written, _body, _key = own(kind, kind.examples[0].source)
    posted = {name: [typed] for name in fields.fill(kind.form, written)}

    source = fields.read(kind.form, posted)

    common = {name: entry[name] for name in ("stem", "feedback")} | {"kind": kind.name}
    try:
        kind.parse(common | source)
    except KindError as error:
        refused = error
    else:
        return
    assert refused.path
    assert refused.message


ROWS = Field("options", "Options", "rows", ids=True, columns=(Field("text", "Text", "text"),))


def test_a_row_more_has_a_letter_of_its_own() -> None:
    posted = fields.fill([ROWS], {"options": [{"id": "a", "text": "One"}, {"id": "c", "text": "Three"}]})

    more = fields.add_row(posted, "options", ids=True)

    assert fields.read([ROWS], more) == {
        "options": [{"id": "a", "text": "One"}, {"id": "c", "text": "Three"}, {"id": "b"}]
    }


def test_a_row_taken_out_closes_the_gap() -> None:
    posted = fields.fill([ROWS], {"options": [{"id": each, "text": each} for each in "abc"]})

    fewer = fields.drop_row(posted, "options", 1)

    assert fields.read([ROWS], fewer) == {"options": [{"id": "a", "text": "a"}, {"id": "c", "text": "c"}]}
    assert "options-2-text" not in fewer


def test_no_form_grows_without_end() -> None:
    posted: fields.Posted = {}
    for _row in range(40):
        posted = fields.add_row(posted, "options", ids=True)

    assert len(fields.read([ROWS], posted)["options"]) == fields.MOST_ROWS


def test_numbers_are_read_as_they_are_written() -> None:
    assert fields.number("0,5") == Decimal("0.5")
    assert fields.number("28") == 28
    assert isinstance(fields.number("28"), int)
    assert fields.number("about five") == "about five"


def test_units_stand_a_line_each() -> None:
    posted = {"units": ["weeks = 7\n\nmonths=30,5\nnonsense"]}

    assert fields.read([Field("units", "Units", "amounts")], posted) == {
        "units": {"weeks": 7, "months": Decimal("30.5"), "nonsense": ""}
    }


def test_what_another_mode_asks_is_left_out() -> None:
    form = [Field("mode", "Mode", "text"), Field("low", "Low", "number", modes=("band",))]

    assert fields.read(form, {"mode": ["point"], "low": ["1"]}) == {"mode": "point"}
    assert fields.read(form, {"mode": ["band"], "low": ["1"]}) == {"mode": "band", "low": 1}
