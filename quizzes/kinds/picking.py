"""One of several patches picked by eye, or the band that the difference of two patches falls into."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from quizzes import colour
from quizzes.kinds import authoring, patches, reading
from quizzes.kinds.base import Body, Drawn, Fields, Key, Kind, KindError, Response, Tally

PICKS = ("choose_closest", "cooler_same_lightness", "darker_same_hue")


class Patches(Kind):
    """A kind without a name: patches in an order of this paper's own. They have letters only; a name would tell."""

    def draw(self, body: Body, rng: Random) -> Drawn:
        order = list(range(len(body["options"])))
        if body["shuffle"]:
            rng.shuffle(order)
        return {"order": order}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        options = [
            {"place": place, "name": f"position-{place}", "letter": reading.letter(place), "fill": option["hex"]}
            for place, option in enumerate(reading.in_order(drawn, body["options"]))
        ]
        return {"target": body["target"]["hex"], "options": options, "numbers": list(range(1, len(options) + 1))}

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        shown = self.public(body, drawn)
        if not read_outs:
            return shown
        for row, option in zip(shown["options"], reading.in_order(drawn, body["options"]), strict=True):
            row["reads"] = patches.read_out(colour.from_hex(option["hex"]))
        return shown | {"read_outs": True} | patches.read_outs(("target", body["target"]))

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        rows = [{"id": option["id"], "hex": option["hex"]} for option in body["options"]]
        return {
            "target": {"hex": body["target"]["hex"]},
            "options": rows,
            "shuffle": body["shuffle"],
            "answer": key["answer"],
        }

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """The differences, which the trainee judged without knowing them."""
        told = ", ".join(f"{name} {key['delta_e_2000'][sample_id]}" for sample_id, name in names(body, drawn).items())
        return [_("Difference from the target: %(told)s.") % {"told": told}]


class Picking(Patches):
    """A mode of the colour match, answered as a single choice is."""

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        mode = source["mode"]
        target = patches.patch(authoring.mapping(source, "target"), "target")
        shuffle = authoring.flag(source, "shuffle")
        options, deltas = patches.samples(source, target["hex"])
        if mode in patches.RULES:
            authoring.choice(source, "rule", (patches.RULES[mode],))
        pick = authoring.known_id(authoring.require(source, "answer"), [each["id"] for each in options], "answer")
        patches.check_pick(mode, pick, options, deltas, target["hex"])
        return {"options": options, "target": target, "shuffle": shuffle}, {
            "answer": pick,
            "delta_e_2000": patches.told(deltas),
        }

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        rule = {"rule": patches.RULES[body["mode"]]} if body["mode"] in patches.RULES else {}
        return super().source(body, key) | rule

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        sent = reading.one(data, "choice")
        if not sent:
            return None
        shown = reading.in_order(drawn, body["options"])
        return {"choice": shown[reading.place(sent, len(shown))]["id"]}

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"choice"}:
            return None
        known = [option["id"] for option in body["options"]]
        return response if isinstance(response["choice"], str) and response["choice"] in known else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        shown = [option["id"] for option in reading.in_order(drawn, body["options"])]
        return {"choice": [str(shown.index(held["choice"]))]}

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        return {"choice": rng.choice(body["options"])["id"]}

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        choice = held["choice"]
        return Fraction(choice == key["answer"]), {"delta_e_2000": key["delta_e_2000"][choice]}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"choice": key["answer"]}

    def guess(self, body: Body, key: Key) -> Fraction | None:
        return Fraction(1, len(body["options"]))

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        target = colour.from_hex(body["target"]["hex"])
        return [
            Tally(
                option["id"],
                patches.described(option["hex"], target, key["delta_e_2000"][option["id"]]),
                is_key=option["id"] == key["answer"],
            )
            for option in body["options"]
        ]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return [held["choice"]]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [names(body, drawn)[held["choice"]]]


class Judging(Picking):
    """A mode of the colour match: the programme's bands, best first, and two patches to judge by."""

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        target = patches.patch(authoring.mapping(source, "target"), "target")
        if authoring.flag(source, "shuffle"):
            raise KindError("shuffle", _("The bands are a scale, best first. Leave them in order."))
        given = authoring.mapping(source, "sample")
        sample = patches.patch(given, "sample", beside=frozenset({"delta_e_2000"}))
        delta = patches.difference(given, "delta_e_2000", sample["hex"], target["hex"], "sample")
        options = authoring.rows(source, "options")
        if len(options) != len(colour.BANDS) + 1:
            raise KindError("options", _("Offer the four bands, best first."))
        known = [option["id"] for option in options]
        answer = authoring.known_id(authoring.require(source, "answer"), known, "answer")
        if answer != known[colour.band(delta)]:
            raise KindError("answer", _("A difference of %(value).2f falls into another band.") % {"value": delta})
        body = {"options": options, "sample": sample, "target": target, "shuffle": False}
        return body, {"answer": answer, "delta_e_2000": f"{delta:.2f}"}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {
            "target": {"hex": body["target"]["hex"]},
            "sample": {"hex": body["sample"]["hex"]},
            "options": [dict(option) for option in body["options"]],
            "shuffle": False,
            "answer": key["answer"],
        }

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        options = reading.lettered(option["text"] for option in reading.in_order(drawn, body["options"]))
        return {"target": body["target"]["hex"], "sample": body["sample"]["hex"], "options": options}

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        shown = self.public(body, drawn)
        if not read_outs:
            return shown
        return shown | {"read_outs": True} | patches.read_outs(("target", body["target"]), ("sample", body["sample"]))

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        return Fraction(held["choice"] == key["answer"]), {}

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        return [Tally(each["id"], each["text"], is_key=each["id"] == key["answer"]) for each in body["options"]]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [option["text"] for option in body["options"] if option["id"] == held["choice"]]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        return [_("The difference is %(delta).2f.") % {"delta": Decimal(key["delta_e_2000"])}]


def names(body: Body, drawn: Drawn) -> dict[str, str]:
    """Patches by the letters this paper gave them."""
    return {
        option["id"]: _("Patch %(letter)s") % {"letter": reading.letter(place)}
        for place, option in enumerate(reading.in_order(drawn, body["options"]))
    }
