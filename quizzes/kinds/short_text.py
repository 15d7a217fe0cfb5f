"""A few words typed in, held against the wordings that count and those that must not be said."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring, reading, wording
from quizzes.kinds.base import (
    Body,
    Drawn,
    Example,
    Field,
    Fields,
    Key,
    Kind,
    KindError,
    Marked,
    Response,
    Tally,
    Unreadable,
)
from quizzes.kinds.wording import Pattern

USUAL_LENGTH = 80
MOST = 26  # wordings in a list


class ShortText(Kind):
    """What must not be said is looked up first; of several wordings that fit, the best counts."""

    name = "short_text"
    label = gettext_lazy("Short text")
    own_fields = frozenset({"accept", "refuse", "ignore_punctuation", "max_length"})
    examples = (
        Example(
            source={
                "kind": "short_text",
                "stem": "Sterile ink is diluted with the maker's diluent or with what?",
                "accept": [{"text": "sterile water"}, {"text": "sterilis* water"}, {"text": "water", "share": 0.5}],
                "refuse": [
                    {"text": "tap water", "feedback": "Tap water carries germs into the skin.", "critical": True},
                    {"text": "boil* *water", "feedback": "Boiled is not the same as sterile."},
                ],
                "feedback": {"right": "Right: nothing less than sterile.", "wrong": "Only sterile water will do."},
            },
            right={"text": ["  Sterile-Water. "]},
            wrong={"text": ["tap water"]},
        ),
        Example(
            source={
                "kind": "short_text",
                "stem": "What is the code of three 0.30 mm needles, round liner?",
                "accept": [{"text": "1003RL"}, {"text": "1003-RL"}],
                "ignore_punctuation": False,
                "max_length": 12,
                "feedback": {"right": "Right.", "wrong": "First the diameter, then the count: 1003RL."},
            },
            right={"text": ["1003rl"]},
            wrong={"text": ["1003:RL"]},
        ),
    )

    form = (
        Field(
            "accept",
            gettext_lazy("What counts"),
            "rows",
            help=gettext_lazy(
                "Capitals and spaces are forgiven. A star stands for any letters within a word: steril* is also "
                "sterile and sterilised."
            ),
            columns=(
                Field("text", gettext_lazy("Words"), "text"),
                Field(
                    "share",
                    gettext_lazy("Share of the mark"),
                    "number",
                    help=gettext_lazy("Above 0, up to 1. Empty: all of it."),
                    optional=True,
                ),
            ),
        ),
        Field(
            "refuse",
            gettext_lazy("What does not"),
            "rows",
            help=gettext_lazy("Looked up first. What is listed nowhere earns nothing either, and hears less."),
            columns=(
                Field("text", gettext_lazy("Words"), "text"),
                Field("feedback", gettext_lazy("What to tell them"), "text"),
                Field("critical", gettext_lazy("Misses a safety-critical question"), "flag", optional=True),
            ),
            optional=True,
        ),
        Field("ignore_punctuation", gettext_lazy("Hyphens, points and other signs do not count"), "flag"),
        Field(
            "max_length",
            gettext_lazy("Most characters"),
            "whole",
            help=gettext_lazy("Up to 200. Empty: 80."),
            optional=True,
        ),
    )

    # Writing it

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        plain = authoring.flag(source, "ignore_punctuation", default=True)
        longest = self._length(source)
        accepted = [
            {"text": authoring.text(entry, "text", spot), "share": self._share(entry, spot)}
            for entry, spot in self._rows(source, "accept", {"text", "share"})
        ]
        if not accepted:
            raise KindError("accept", _("Write at least one wording that counts."))
        refused = [
            {
                "text": authoring.text(entry, "text", spot),
                "feedback": authoring.text(entry, "feedback", spot),
                "critical": authoring.flag(entry, "critical", default=False, path=spot),
            }
            for entry, spot in self._rows(source, "refuse", {"text", "feedback", "critical"})
        ]
        key = {"accept": accepted, "refuse": refused, "ignore_punctuation": plain}
        self._check(key, longest)
        if all(entry["share"] != "1" for entry in accepted):
            raise KindError("accept", _("One wording has to earn the whole mark: leave its share empty."))
        return {"max_length": longest}, key

    def _length(self, source: Mapping[str, Any]) -> int:
        if source.get("max_length") is None:
            return USUAL_LENGTH
        longest = authoring.number(source, "max_length")
        if longest != int(longest) or not 1 <= longest <= reading.FIELD_LIMIT:
            raise KindError("max_length", _("A whole number from 1 to %(most)s.") % {"most": reading.FIELD_LIMIT})
        return int(longest)

    def _rows(self, source: Mapping[str, Any], name: str, allowed: set[str]) -> list[tuple[Mapping[str, Any], str]]:
        given = authoring.sequence(source, name) if name in source or name == "accept" else []
        if len(given) > MOST:
            raise KindError(name, _("Give at most %(most)s of these.") % {"most": MOST})
        found = []
        for index, entry in enumerate(given):
            spot = f"{name}[{index}]"
            if not isinstance(entry, Mapping):
                raise KindError(spot, _("Write this as named fields."))
            authoring.only(entry, allowed, spot)
            found.append((entry, spot))
        return found

    def _share(self, entry: Mapping[str, Any], spot: str) -> str:
        if entry.get("share") is None:
            return "1"
        share = authoring.number(entry, "share", spot)
        if not 0 < share <= 1:
            raise KindError(f"{spot}.share", _("A share is more than 0 and at most 1."))
        return units.plain(share)

    def _check(self, key: Key, longest: int) -> None:
        """Each wording can be typed, says something of its own, and none of what counts is also refused."""
        seen: dict[tuple[str, ...], str] = {}
        for name in ("accept", "refuse"):
            for index, pattern in enumerate(self._patterns(key, name)):
                spot = f"{name}[{index}].text"
                if pattern.bare:
                    raise KindError(spot, _("Nothing is left to compare. Each word needs a letter or a digit."))
                if len(pattern.plainest) > longest:
                    raise KindError(spot, _("This is longer than the field: %(most)s characters.") % {"most": longest})
                if tuple(pattern.words) in seen:
                    raise KindError(spot, _("This is the same as %(spot)s.") % {"spot": seen[tuple(pattern.words)]})
                seen[tuple(pattern.words)] = spot
        refused = self._patterns(key, "refuse")
        for index, pattern in enumerate(self._patterns(key, "accept")):
            for other, against in enumerate(refused):
                if against.matches(self._words(key, pattern.plainest)):
                    raise KindError(
                        f"accept[{index}].text", _("This is refused by refuse[%(index)s].") % {"index": other}
                    )

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        return {
            "accept": [{"text": entry["text"], "share": Decimal(entry["share"])} for entry in key["accept"]],
            "refuse": key["refuse"],
            "ignore_punctuation": key["ignore_punctuation"],
            "max_length": body["max_length"],
        }

    # Asking and answering it

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {"max_length": body["max_length"]}

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        sent = " ".join(reading.one(data, "text").split())
        if len(sent) > body["max_length"]:
            raise Unreadable(_("Say it in at most %(most)s characters.") % {"most": body["max_length"]})
        return {"text": sent} if sent else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"text"}:
            return None
        text = response["text"]
        fits = isinstance(text, str) and 0 < len(text) <= body["max_length"] and wording.is_text(text)
        return response if fits and " ".join(text.split()) == text else None

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        signs = "abcdeäœſ -.'* "
        typed = " ".join("".join(rng.choices(signs, k=rng.randint(1, body["max_length"]))).split())
        return {"text": typed or "a"}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {"text": [held["text"]]}

    # Marking it

    def _words(self, key: Key, text: str) -> list[str]:
        return wording.words(text, punctuation=not key["ignore_punctuation"])

    def _patterns(self, key: Key, name: str) -> list[Pattern]:
        return [Pattern(entry["text"], punctuation=not key["ignore_punctuation"]) for entry in key[name]]

    def _found(self, key: Key, held: dict[str, Any]) -> tuple[str, int]:
        """Which list an answer is in, and where; "" for none."""
        said = self._words(key, held["text"])
        for index, pattern in enumerate(self._patterns(key, "refuse")):
            if pattern.matches(said):
                return "refuse", index
        fitting = [index for index, pattern in enumerate(self._patterns(key, "accept")) if pattern.matches(said)]
        if not fitting:
            return "", 0
        return "accept", max(fitting, key=lambda index: (Decimal(key["accept"][index]["share"]), -index))

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """Where some wordings are marked as critical, saying one of them is a miss, and so is an answer worth nothing:
        it does not show that the safe one is known."""
        fraction, detail = self.weigh(body, key, held)
        if any(entry["critical"] for entry in key["refuse"]):
            name, index = self._found(key, held)
            missed = not fraction or (name == "refuse" and key["refuse"][index]["critical"])
        else:
            missed = fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        match self._found(key, held):
            case "accept", index:
                return Fraction(key["accept"][index]["share"]), {"accepted_as": index}
            case "refuse", index:
                return Fraction(0), {"refused_as": index}
        return Fraction(0), {}

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        index = next(index for index, entry in enumerate(key["accept"]) if entry["share"] == "1")
        pattern = self._patterns(key, "accept")[index]
        written = " ".join(key["accept"][index]["text"].replace(wording.STAR, "").split())
        return {"text": written if pattern.matches(self._words(key, written)) else pattern.plainest}

    def guess(self, body: Body, key: Key) -> Fraction:
        return Fraction(0)

    # Counting it

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        accepted = [
            Tally(f"accept-{index}", entry["text"], is_key=entry["share"] == "1")
            for index, entry in enumerate(key["accept"])
        ]
        refused = [
            Tally(f"refuse-{index}", entry["text"], is_critical=entry["critical"])
            for index, entry in enumerate(key["refuse"])
        ]
        return [*accepted, *refused, Tally("other", _("Something else"))]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        name, index = self._found(key, held)
        return [f"{name}-{index}" if name else "other"]

    # Putting it into words

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [held["text"]]

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        return [entry["text"].replace(wording.STAR, "…") for entry in key["accept"] if entry["share"] == "1"]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        held = self.accept(body, response)
        if held is None:
            return []
        match self._found(key, held):
            case "refuse", index:
                return [str(key["refuse"][index]["feedback"])]
            case "accept", index if key["accept"][index]["share"] != "1":
                return [_("This counts in part. More exact: %(words)s") % {"words": self.key_words(body, key, {})[0]}]
        return []
