"""Steps to be put in order: the whole order fixed, or only what must come before what. Some may not belong at all."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.kinds import authoring, order_form, positions, precedence, reading
from quizzes.kinds.base import Body, Drawn, Fields, Key, Kind, KindError, Marked, Response, Tally
from quizzes.kinds.order_form import NEIGHBOURS, REQUIRED, SCORINGS

OUT = "out"  # what a row's field holds instead of a number


class Ordering(Kind):
    """Shown in the stored order, which the author has mixed. Untouched numbers are empty, so that is no answer."""

    name = "ordering"
    label = gettext_lazy("Ordering")
    own_fields = frozenset({"items", "answer", "distractors", "must_precede", "critical_pairs", "scoring"})
    form = order_form.FORM
    examples = order_form.EXAMPLES

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        items = authoring.rows(source, "items")
        known = [item["id"] for item in items]
        strays = self._strays(source, known)
        belong = [row for row in known if row not in strays]
        answer = authoring.known_ids(source, "answer", belong)
        if len(answer) != len(belong):
            raise KindError("answer", _("Name every item that belongs once."))
        scoring = authoring.choice(source, "scoring", [name for name, _words in SCORINGS])
        needed = precedence.pairs(source, "must_precede", belong)
        if bool(needed) != (scoring == REQUIRED):
            raise KindError("scoring", _("must_precede and partial_required_pairs belong together."))
        precedence.check_cycle(needed)
        critical = precedence.pairs(source, "critical_pairs", belong)
        precedence.check(answer, needed, critical)
        key: Key = {"answer": answer, "scoring": scoring, "must_precede": needed, "critical_pairs": critical}
        body: Body = {"items": items}
        if strays:
            key["distractors"] = strays
            body["leaving_out"] = True
        stored: dict[str, Any] = {"positions": {row: number for number, row in enumerate(belong, start=1)}}
        if self.weigh(body, key, stored | ({OUT: strays} if strays else {}))[0] == 1:
            raise KindError("items", _("The items already stand in a right order. Mix them."))
        return body, key

    def _strays(self, source: Mapping[str, Any], known: Sequence[str]) -> list[str]:
        if "distractors" not in source:
            return []
        named = authoring.known_ids(source, "distractors", known)
        if not named:
            raise KindError("distractors", _("Name at least one item that does not belong, or leave this out."))
        if len(known) - len(named) < 2:
            raise KindError("distractors", _("At least two items have to belong."))
        return [row for row in known if row in named]

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        source = {"items": body["items"], "answer": key["answer"], "scoring": key["scoring"]}
        optional = {name: key.get(name) for name in ("distractors", "must_precede", "critical_pairs")}
        return source | {name: value for name, value in optional.items() if value}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        shown = reading.in_order(drawn, body["items"])
        return {
            "rows": [
                {"place": place, "name": f"position-{place}", "text": item["text"]} for place, item in enumerate(shown)
            ],
            "numbers": list(range(1, len(shown) + 1)),
            "leave_out": body.get("leaving_out", False),
        }

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        """One number a row or that it does not belong, and a pressed button on top of them."""
        shown = [item["id"] for item in reading.in_order(drawn, body["items"])]
        out: set[str] = set()
        if body.get("leaving_out"):
            out = {row for place, row in enumerate(shown) if reading.one(data, f"position-{place}") == OUT}
        given = positions.read(data, shown, out)
        held: dict[str, Any] = {}
        if given or out:
            held["positions"] = given
        if out:
            held[OUT] = [item["id"] for item in body["items"] if item["id"] in out]
        return held or None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) not in ({"positions"}, {"positions", OUT}):
            return None
        known = [item["id"] for item in body["items"]]
        out = response.get(OUT, [])
        if OUT in response:
            if not body.get("leaving_out") or not isinstance(out, list) or not out:
                return None
            if not all(isinstance(row, str) for row in out) or out != [row for row in known if row in out]:
                return None
            if response["positions"] == {}:
                return response
        if not positions.fits(response["positions"], known) or any(row in out for row in response["positions"]):
            return None
        return response

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        known = [item["id"] for item in body["items"]]
        mixed = rng.sample(known, len(known))
        out = set(mixed[: rng.randint(0, 2)]) if body.get("leaving_out") else set()
        given = {row: number for number, row in enumerate((row for row in mixed if row not in out), start=1)}
        held: dict[str, Any] = {"positions": positions.by_row(given, known)}
        return held | ({OUT: [row for row in known if row in out]} if out else {})

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        shown = reading.in_order(drawn, body["items"])
        given = held["positions"] | dict.fromkeys(held.get(OUT, ()), OUT)
        return {
            f"position-{place}": [str(given[item["id"]])] for place, item in enumerate(shown) if item["id"] in given
        }

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """With critical pairs, only breaking one of them is a critical miss, whatever the points."""
        fraction, detail = self.weigh(body, key, held)
        if key["critical_pairs"]:
            missed = any(not positions.keeps(held["positions"], pair) for pair in key["critical_pairs"])
        else:
            missed = fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        """Pairs kept, and what does not belong left out, each a thing to be judged and worth the same.

        With necessary pairs a wrong judgement costs double, so that an order by chance is worth nothing.
        """
        strays = key.get("distractors", [])
        left = sum(row in held.get(OUT, ()) for row in strays)
        if key["scoring"] == NEIGHBOURS:
            kept, pairs = positions.kept(held["positions"], key["answer"]), len(key["answer"]) - 1
            return Fraction(kept + left, pairs + len(strays)), {}
        broken = self._broken(key, held)
        pairs = len(key["must_precede"])
        share = Fraction(pairs - len(broken) + left, pairs + len(strays))
        return max(Fraction(0), 2 * share - 1), {"broken": broken}

    def _broken(self, key: Key, held: dict[str, Any]) -> list[list[str]]:
        return [pair for pair in key["must_precede"] if not positions.keeps(held["positions"], pair)]

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        given = {row: number for number, row in enumerate(key["answer"], start=1)}
        held: dict[str, Any] = {"positions": positions.by_row(given, list(given))}
        return held | ({OUT: list(key["distractors"])} if "distractors" in key else {})

    def guess(self, body: Body, key: Key) -> Fraction | None:
        if key["scoring"] == NEIGHBOURS and "distractors" not in key:
            return Fraction(1, len(body["items"]))
        return None

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """One answer counts under every pair it breaks, and under everything it put in that does not belong."""
        texts = _texts(body)
        lines = [Tally("right", _("All right"), is_key=True)]
        if key["scoring"] == NEIGHBOURS:
            lines += [
                Tally(f"{first}+{second}", _("“%(second)s” does not follow “%(first)s” at once") % _named(texts, pair))
                for pair in pairwise(key["answer"])
                for first, second in [pair]
            ]
        critical = key["critical_pairs"]
        for pair in [*key["must_precede"], *(pair for pair in critical if pair not in key["must_precede"])]:
            words = _("“%(first)s” does not come before “%(second)s”") % _named(texts, pair)
            lines.append(Tally(f"{pair[0]}>{pair[1]}", words, is_critical=pair in critical))
        lines += [
            Tally(f"in:{row}", _("“%(text)s” is not left out") % {"text": texts[row]})
            for row in key.get("distractors", ())
        ]
        return lines

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        given = held["positions"]
        found = []
        if key["scoring"] == NEIGHBOURS:
            broken = [pair for pair in pairwise(key["answer"]) if not positions.follows(given, pair)]
            found += [f"{first}+{second}" for first, second in broken]
        critical = [pair for pair in key["critical_pairs"] if pair not in key["must_precede"]]
        pairs = [pair for pair in [*key["must_precede"], *critical] if not positions.keeps(given, pair)]
        found += [f"{first}>{second}" for first, second in pairs]
        found += [f"in:{row}" for row in key.get("distractors", ()) if row not in held.get(OUT, ())]
        return found or ["right"]

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        given, texts = held["positions"], _texts(body)
        placed = sorted(given, key=lambda row: (given[row], row))
        left = [_("Left out: %(text)s") % {"text": texts[row]} for row in held.get(OUT, ())]
        return [*(f"{given[row]}. {texts[row]}" for row in placed), *left]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """Which necessary pairs the answer broke, what it did with what does not belong, and how free the order is."""
        held = self.accept(body, response)
        if held is None:
            return []
        texts, words = _texts(body), []
        for pair in self._broken(key, held):
            told = _("This has to come first: “%(first)s”. Only then: “%(second)s”.") % _named(texts, pair)
            words.append(_("Safety-critical. %(told)s") % {"told": told} if pair in key["critical_pairs"] else told)
        for row in held.get(OUT, ()):
            if row not in key.get("distractors", ()):
                words.append(_("This belongs and was left out: “%(text)s”.") % {"text": texts[row]})
        for row in key.get("distractors", ()):
            if row not in held.get(OUT, ()):
                words.append(_("This does not belong: “%(text)s”.") % {"text": texts[row]})
        if key["must_precede"] and not precedence.is_total(key["answer"], key["must_precede"]):
            needed = "; ".join(
                _("“%(first)s” before “%(second)s”") % _named(texts, pair) for pair in key["must_precede"]
            )
            words.append(_("More than one order is right. What has to be kept: %(needed)s.") % {"needed": needed})
        return words


def _texts(body: Body) -> dict[str, str]:
    return {item["id"]: item["text"] for item in body["items"]}


def _named(texts: Mapping[str, str], pair: Sequence[str]) -> dict[str, str]:
    return {"first": texts[pair[0]], "second": texts[pair[1]]}
