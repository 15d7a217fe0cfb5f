"""A number, right when it is near enough, in any unit the item allows."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring, reading
from quizzes.kinds.base import Body, Drawn, Example, Field, Fields, Key, Kind, KindError, Response, Tally


class Numeric(Kind):
    name = "numeric"
    label = gettext_lazy("A number")
    own_fields = frozenset({"answer"})
    examples = (
        Example(
            source={
                "kind": "numeric",
                "stem": "How many days are four weeks?",
                "answer": {"value": 28, "unit": "days", "tolerance": 0, "accept_units": {"weeks": 7}},
                "feedback": {"right": "Right: 28 days.", "wrong": "A week has seven days."},
            },
            right={"number": ["4"], "unit": ["1"]},
            wrong={"number": ["4"], "unit": ["0"]},
        ),
    )

    form = (
        Field(
            "answer",
            gettext_lazy("The right number"),
            "group",
            help=gettext_lazy("Give a tolerance, or the smallest and largest number that count."),
            columns=(
                Field("value", gettext_lazy("Number"), "number"),
                Field("unit", gettext_lazy("Unit"), "text"),
                Field("tolerance", gettext_lazy("Tolerance"), "number", optional=True),
                Field("accept_min", gettext_lazy("Smallest that counts"), "number", optional=True),
                Field("accept_max", gettext_lazy("Largest that counts"), "number", optional=True),
                Field(
                    "accept_units",
                    gettext_lazy("Other units"),
                    "amounts",
                    help=gettext_lazy("A unit and how many of the first unit it is, a line each: weeks = 7"),
                    optional=True,
                ),
            ),
        ),
    )

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        answer = authoring.mapping(source, "answer")
        authoring.only(answer, {"value", "unit", "tolerance", "accept_min", "accept_max", "accept_units"}, "answer")
        value = authoring.number(answer, "value", "answer")
        unit = authoring.text(answer, "unit", "answer")
        low, high = self._range(answer, value)
        factors = self._factors(answer, unit)
        key = {
            "value": units.plain(value),
            "low": units.plain(low),
            "high": units.plain(high),
            "factors": {name: units.plain(factor) for name, factor in factors.items()},
        }
        return {"units": [unit, *factors]}, key

    def _range(self, answer: Mapping[str, Any], value: Decimal) -> tuple[Decimal, Decimal]:
        if "tolerance" in answer:
            for name in ("accept_min", "accept_max"):
                if name in answer:
                    raise KindError(f"answer.{name}", _("Give a tolerance or a range, not both."))
            tolerance = authoring.number(answer, "tolerance", "answer")
            if tolerance < 0:
                raise KindError("answer.tolerance", _("A tolerance is nought or more."))
            return value - tolerance, value + tolerance
        low = authoring.number(answer, "accept_min", "answer")
        high = authoring.number(answer, "accept_max", "answer")
        if not low <= value <= high:
            raise KindError("answer.value", _("The value must lie within the range that is accepted."))
        return low, high

    def _factors(self, answer: Mapping[str, Any], unit: str) -> dict[str, Decimal]:
        if "accept_units" not in answer:
            return {}
        given = authoring.mapping(answer, "accept_units", "answer")
        where = "answer.accept_units"
        factors = {}
        for name in given:
            if not isinstance(name, str) or not name.strip() or name == unit or len(name) > 40:
                raise KindError(where, _("Each unit needs a name of its own, other than that of the item."))
            factors[name] = authoring.number(given, name, where)
            if factors[name] <= 0:
                raise KindError(f"{where}.{name}", _("A factor is more than nought."))
        return factors

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        value, low, high = (Decimal(key[name]) for name in ("value", "low", "high"))
        answer: dict[str, Any] = {"value": value, "unit": body["units"][0]}
        tolerance = value - low
        if (units.plain(value - tolerance), units.plain(value + tolerance)) == (key["low"], key["high"]):
            answer["tolerance"] = tolerance
        else:
            answer |= {"accept_min": low, "accept_max": high}
        if key["factors"]:
            answer["accept_units"] = {name: Decimal(factor) for name, factor in key["factors"].items()}
        return {"answer": answer}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {"units": [{"place": place, "text": unit} for place, unit in enumerate(body["units"])]}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        sent, chosen = reading.one(data, "number"), reading.one(data, "unit") or "0"
        unit = body["units"][reading.place(chosen, len(body["units"]))]
        return {"number": units.plain(reading.number(sent)), "unit": unit} if sent else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"number", "unit"}:
            return None
        fits = isinstance(response["unit"], str) and response["unit"] in body["units"]
        return response if fits and reading.is_number(response["number"]) else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        number = Decimal(rng.randint(-10, 10_000)) / rng.choice((1, 10, 100))
        return {"number": units.plain(number), "unit": rng.choice(body["units"])}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {"number": [held["number"]], "unit": [str(body["units"].index(held["unit"]))]}

    def _given(self, key: Key, held: dict[str, Any]) -> Decimal:
        """The number in the item's own unit."""
        given = Decimal(held["number"])
        factor = key["factors"].get(held["unit"])
        return given if factor is None else units.convert(given, Decimal(factor))

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        given = self._given(key, held)
        right = Decimal(key["low"]) <= given <= Decimal(key["high"])
        return Fraction(right), {"off_by": units.plain(given - Decimal(key["value"]))}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"number": key["value"], "unit": body["units"][0]}

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """A slipped decimal point is told apart from a number that is merely off."""
        return [
            Tally("right", _("Right"), is_key=True),
            Tally("tenfold", _("Right but for the decimal point")),
            Tally("below", _("Too small")),
            Tally("above", _("Too large")),
        ]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        given, low, high = self._given(key, held), Decimal(key["low"]), Decimal(key["high"])
        if low <= given <= high:
            return ["right"]
        slipped = (given.scaleb(places) for places in (-3, -2, -1, 1, 2, 3))
        if given and any(low <= moved <= high for moved in slipped):
            return ["tenfold"]
        return ["below" if given < low else "above"]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [f"{held['number']} {held['unit']}"]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        value, low, high = (units.short(Decimal(key[name])) for name in ("value", "low", "high"))
        unit = body["units"][0]
        if low == high:
            return [f"{value} {unit}"]
        words = {"value": value, "unit": unit, "low": low, "high": high}
        return [_("%(value)s %(unit)s (%(low)s to %(high)s counts)") % words]
