"""Colours judged against a target on neutral grey: pick, rank, name the band, adjust, or mix one."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring
from quizzes.kinds.adjusting import Adjusting
from quizzes.kinds.base import Body, Drawn, Fields, Key, Kind, KindError, Marked, Response, Tally
from quizzes.kinds.colour_examples import EXAMPLES
from quizzes.kinds.colour_form import FORM
from quizzes.kinds.mixing import Mixing
from quizzes.kinds.picking import Judging, Picking
from quizzes.kinds.ranking import Ranking

METRIC = "delta_e_2000"
USED = {
    "choose_closest": {"target", "options", "shuffle", "answer"},
    "cooler_same_lightness": {"target", "options", "shuffle", "answer", "rule"},
    "darker_same_hue": {"target", "options", "shuffle", "answer", "rule"},
    "verdict": {"target", "sample", "options", "shuffle", "answer"},
    "rank": {"target", "options", "shuffle", "answer", "scoring"},
    "adjust": {"target", "start", "answer"},
    "mix": {"target", "pigments", "answer"},
}
PICKING = Picking()
HOW: Mapping[str, Kind] = MappingProxyType(
    {
        "choose_closest": PICKING,
        "cooler_same_lightness": PICKING,
        "darker_same_hue": PICKING,
        "verdict": Judging(),
        "rank": Ranking(),
        "adjust": Adjusting(),
        "mix": Mixing(),
    }
)


class ColourMatch(Kind):
    """Each mode is a kind without a name of its own; this one hands everything on to the mode of the entry.

    The L*, a*, b* read-outs in the body are for whoever is granted colour in numbers; nothing shows them otherwise.
    """

    name = "colour_match"
    label = gettext_lazy("Colour match")
    shows_colour = True
    own_fields = frozenset({"mode", "metric", *(field for fields in USED.values() for field in fields)})
    examples = EXAMPLES
    form = FORM

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        mode = authoring.choice(source, "mode", USED)
        authoring.choice(source, "metric", (METRIC,))
        for name in sorted(self.own_fields - USED[mode] - {"mode", "metric"}):
            if name in source:
                raise KindError(name, _("The mode %(mode)s does not read this field.") % {"mode": mode})
        body, key = HOW[mode].compose(source)
        return {"mode": mode, **body}, key

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {"mode": body["mode"], "metric": METRIC, **_how(body).source(body, key)}

    def draw(self, body: Body, rng: Random) -> Drawn:
        return _how(body).draw(body, rng)

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {"mode": body["mode"], **_how(body).public(body, drawn)}

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        return {"mode": body["mode"], **_how(body).shown(body, drawn, response, read_outs=read_outs)}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        return _how(body).read(body, drawn, data)

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        return _how(body).accept(body, response)

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        return _how(body).random(body, rng)

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return _how(body).fill(body, drawn, held)

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        return _how(body).judge(body, key, held, critical=critical)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        return _how(body).weigh(body, key, held)

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        return _how(body).solve(body, key)

    def guess(self, body: Body, key: Key) -> Fraction | None:
        return _how(body).guess(body, key)

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        return _how(body).tallies(body, key)

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return _how(body).tallied(body, key, held)

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return _how(body).tell(body, drawn, held)

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        return _how(body).key_words(body, key, drawn)

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        return _how(body).remarks(body, key, drawn, response)


def _how(body: Body) -> Kind:
    return HOW[body["mode"]]
