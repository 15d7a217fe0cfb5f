"""Options that carry words, in an order of this paper's own: what single choice and multiple response share."""

from random import Random
from typing import Any

from django.utils.translation import gettext_lazy

from quizzes.kinds import reading
from quizzes.kinds.base import Body, Drawn, Field, Kind

OPTIONS = Field(
    "options",
    gettext_lazy("Options"),
    "rows",
    ids=True,
    columns=(Field("text", gettext_lazy("Text"), "text"),),
)
SHUFFLE = Field(
    "shuffle",
    gettext_lazy("Mix the options anew on every paper"),
    "flag",
    help=gettext_lazy("Leave this off where the options are a scale."),
)


class Choosing(Kind):
    """A kind without a name: how its options are mixed and shown."""

    def draw(self, body: Body, rng: Random) -> Drawn:
        order = list(range(len(body["options"])))
        if body["shuffle"]:
            rng.shuffle(order)
        return {"order": order}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {"options": reading.lettered(option["text"] for option in reading.in_order(drawn, body["options"]))}
