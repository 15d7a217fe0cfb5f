"""Up to three pigments mixed in whole parts until the mixture is near enough to a target."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import colour, pigments
from quizzes.colour import Lab
from quizzes.kinds import authoring, nearness, patches, reading
from quizzes.kinds.base import Body, Drawn, Fields, Key, KindError, Response, Unreadable
from quizzes.kinds.nearness import Miss, Nearing

MOST_PIGMENTS = 8
MOST_USED = 3
MOST_PARTS = 9


class Mixing(Nearing):
    """A mode of the colour match. What a mixture looks like is calculated: see `quizzes.pigments` for the model."""

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        target = patches.patch(authoring.mapping(source, "target"), "target")
        palette, solution = _palette(source)
        body = {"target": target, "pigments": palette}
        key = self.compose_key(source, target["hex"])
        reached = Miss.of(self.sample(body, {"parts": solution}), colour.from_hex(target["hex"]))
        if reached.delta > nearness.full(key):
            raise KindError(
                "pigments",
                _("These parts come to %(away).2f from the target, not near enough.") % {"away": reached.delta},
            )
        return body, {**key, "solution": solution}

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        rows: list[dict[str, Any]] = []
        for pigment in body["pigments"]:
            row = {name: pigment[name] for name in ("id", "name", "hex")}
            parts = key["solution"].get(pigment["id"])
            rows.append({**row, "parts": parts} if parts else row)
        return {"target": {"hex": body["target"]["hex"]}, "pigments": rows, "answer": self.key_source(key)}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {
            "target": body["target"]["hex"],
            "most_parts": MOST_PARTS,
            "most_used": MOST_USED,
            "pigments": [
                {
                    "place": place,
                    "name": f"parts-{place}",
                    "letter": reading.letter(place),
                    "called": pigment["name"],
                    "fill": pigment["hex"],
                }
                for place, pigment in enumerate(body["pigments"])
            ],
        }

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        shown = self.public(body, drawn)
        if not read_outs:
            return shown
        for row, pigment in zip(shown["pigments"], body["pigments"], strict=True):
            row["reads"] = patches.read_out(colour.from_hex(pigment["hex"]))
        return shown | {"read_outs": True} | patches.read_outs(("target", body["target"]))

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        held = {}
        for place, pigment in enumerate(body["pigments"]):
            sent = reading.one(data, f"parts-{place}")
            parts = _parts(sent) if sent else 0
            if parts:
                held[pigment["id"]] = parts
        if len(held) > MOST_USED:
            raise Unreadable(_("Use up to three pigments. Set the parts of the others to 0."))
        return {"parts": held} if held else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"parts"} or not isinstance(response["parts"], dict):
            return None
        parts, known = response["parts"], [pigment["id"] for pigment in body["pigments"]]
        if not 1 <= len(parts) <= MOST_USED or not all(pigment in known for pigment in parts):
            return None
        whole = all(isinstance(each, int) and not isinstance(each, bool) for each in parts.values())
        return response if whole and all(1 <= each <= MOST_PARTS for each in parts.values()) else None

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {f"parts-{place}": [str(parts)] for place, _pigment, parts in _used(body, held)}

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        known = [pigment["id"] for pigment in body["pigments"]]
        chosen = set(rng.sample(known, rng.randint(1, min(MOST_USED, len(known)))))
        return {"parts": {pigment: rng.randint(1, MOST_PARTS) for pigment in known if pigment in chosen}}

    def sample(self, body: Body, held: Mapping[str, Any]) -> Lab:
        return pigments.mixed([(pigment["hex"], parts) for _place, pigment, parts in _used(body, held)])

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return {"parts": dict(key["solution"])}

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [
            ", ".join(
                in_words(parts, reading.letter(place), pigment["name"]) for place, pigment, parts in _used(body, held)
            )
        ]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        (mixture,) = self.tell(body, drawn, self.solve(body, key))
        return [_("For example %(mixture)s (%(counts)s)") % {"mixture": mixture, "counts": self.counts(key)}]

    def told(self, miss: Miss) -> str:
        return _("Your mixture is %(ways)s.") % {"ways": nearness.in_words(miss)}


def in_words(parts: int, letter: str, name: str) -> str:
    """Such as: 3 parts B Warm brown."""
    words = {"parts": parts, "letter": letter, "name": name}
    return ngettext("%(parts)d part %(letter)s %(name)s", "%(parts)d parts %(letter)s %(name)s", parts) % words


def picture(q: Mapping[str, Any], value: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The mixture as a page draws it from what its fields hold, with its shares as a strip of a hundred."""
    used = []
    for pigment in q["pigments"]:
        typed = next(iter(value.get(pigment["name"], ())), "")
        try:
            used.append((pigment, _parts(typed) if typed else 0))
        except Unreadable:
            continue
    used = [(pigment, parts) for pigment, parts in used if parts]
    if not used or len(used) > q["most_used"]:
        return {"fill": "", "outside": False, "reads": [], "shares": [], "words": ""}
    lab = pigments.mixed([(pigment["fill"], parts) for pigment, parts in used])
    return {
        "fill": colour.to_hex(lab),
        "outside": False,
        "reads": patches.read_out(lab) if q.get("read_outs") else [],
        "shares": list(_shares(used)),
        "words": ", ".join(in_words(parts, pigment["letter"], pigment["called"]) for pigment, parts in used),
    }


def _shares(used: Sequence[tuple[Mapping[str, Any], int]]) -> Iterable[dict[str, Any]]:
    whole, before = sum(parts for _pigment, parts in used), 0
    for pigment, parts in used:
        share = {"letter": pigment["letter"], "fill": pigment["fill"], "parts": parts}
        yield {**share, "x": f"{100 * before / whole:.3f}", "width": f"{100 * parts / whole:.3f}"}
        before += parts


def _used(body: Body, held: Mapping[str, Any]) -> list[tuple[int, dict[str, Any], int]]:
    """Place, pigment and parts of what is in the mixture, in the palette's own order."""
    parts = held["parts"]
    return [
        (place, pigment, parts[pigment["id"]])
        for place, pigment in enumerate(body["pigments"])
        if pigment["id"] in parts
    ]


def _parts(sent: str) -> int:
    value = reading.number(sent)
    if value != value.to_integral_value() or not 0 <= value <= MOST_PARTS:
        raise Unreadable(_("Parts are whole numbers from 0 to %(most)s.") % {"most": MOST_PARTS})
    return int(value)


def _palette(source: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The pigments, and the parts beside them that make the example solution."""
    given = authoring.sequence(source, "pigments")
    if not 2 <= len(given) <= MOST_PIGMENTS:
        raise KindError("pigments", _("Offer 2 to %(most)s pigments.") % {"most": MOST_PIGMENTS})
    palette: list[dict[str, Any]] = []
    solution: dict[str, int] = {}
    for index, (row, pigment_id) in enumerate(zip(given, authoring.ids(given, "pigments"), strict=True)):
        spot = f"pigments[{index}]"
        found = patches.patch(row, spot, beside=frozenset({"id", "name", "parts"}))
        name = authoring.text(row, "name", spot)
        if name in [earlier["name"] for earlier in palette]:
            raise KindError(f"{spot}.name", _("The same name stands twice."))
        if found["hex"] in [earlier["hex"] for earlier in palette]:
            raise KindError(f"{spot}.hex", _("The same pigment stands twice."))
        palette.append({"id": pigment_id, "name": name, **found})
        if row.get("parts") is not None:
            solution |= _solving(row, spot, pigment_id)
    if not 1 <= len(solution) <= MOST_USED:
        raise KindError("pigments", _("Give one, two or three pigments the parts of an example solution."))
    return palette, solution


def _solving(row: Mapping[str, Any], spot: str, pigment_id: str) -> dict[str, int]:
    parts = authoring.number(row, "parts", spot)
    if parts != parts.to_integral_value() or not 0 <= parts <= MOST_PARTS:
        raise KindError(f"{spot}.parts", _("Parts are whole numbers from 0 to %(most)s.") % {"most": MOST_PARTS})
    return {pigment_id: int(parts)} if parts else {}
