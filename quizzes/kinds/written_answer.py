"""An answer in the trainee's own words, or a file, which people mark by criteria and levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring, reading
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
from quizzes.kinds.wording import is_text

TEXT, FILE, BOTH = "text", "file", "both"
LONGEST, USUAL = 10_000, 4_000  # characters
MARGIN, AGREEMENT = 10, 10  # percent of the item's mark
MOST_LEVELS = 8


@dataclass(frozen=True)
class Level:
    """One level of a criterion, as a marker sees it."""

    index: int
    points: Fraction
    text: str
    is_critical: bool

    @property
    def points_words(self) -> str:
        return units.short(Decimal(self.points.numerator) / Decimal(self.points.denominator))


@dataclass(frozen=True)
class Criterion:
    id: str
    text: str
    levels: tuple[Level, ...]

    @property
    def most(self) -> Fraction:
        return max(level.points for level in self.levels)


class WrittenAnswer(Kind):
    name = "written_answer"
    label = gettext_lazy("Written answer or file, marked by people")
    by_person = True
    own_fields = frozenset(
        {"accepts", "max_characters", "criteria", "guidance", "margin_percent", "agree_within_percent"}
    )
    examples = (
        Example(
            source={
                "kind": "written_answer",
                "stem": "How would you answer her?",
                "accepts": "both",
                "max_characters": 400,
                "guidance": "I would say what it can do, what it cannot, and that a doctor looks at the patch first.",
                "criteria": [
                    {
                        "id": "a",
                        "text": "Honest about what the treatment can do",
                        "levels": [
                            {"points": 0, "text": "Promises hair or a cure.", "critical": True},
                            {"points": 1, "text": "Honest, but vague."},
                            {"points": 2, "text": "Says what it can do and what it cannot."},
                        ],
                    },
                    {
                        "id": "b",
                        "text": "Words a client understands",
                        "levels": [{"points": 0, "text": "Jargon."}, {"points": 1, "text": "Plain words."}],
                    },
                ],
                "margin_percent": 10,
                "agree_within_percent": 20,
                "feedback": {"right": "Well put.", "wrong": "Read the lesson on first talks again."},
            },
            right={"text": ["I would say what it can do, what it cannot, and that a doctor looks at the patch first."]},
            wrong={"text": ["I promise that her hair will grow again."]},
        ),
    )
    form = (
        Field(
            "accepts",
            gettext_lazy("What may be handed in"),
            "choice",
            choices=(
                (TEXT, gettext_lazy("Text")),
                (FILE, gettext_lazy("A file (PDF, PNG or JPEG)")),
                (BOTH, gettext_lazy("Text, a file, or both")),
            ),
        ),
        Field(
            "max_characters",
            gettext_lazy("Longest text"),
            "whole",
            help=gettext_lazy("In characters; 4000 when left empty."),
            optional=True,
        ),
        Field(
            "criteria",
            gettext_lazy("Criteria"),
            "rows",
            ids=True,
            help=gettext_lazy("The trainee sees the criteria, only markers see the levels."),
            columns=(
                Field("text", gettext_lazy("Criterion"), "text"),
                Field(
                    "levels",
                    gettext_lazy("Levels"),
                    "rows",
                    columns=(
                        Field("points", gettext_lazy("Points"), "number"),
                        Field("text", gettext_lazy("What an answer at this level is like"), "prose"),
                        Field(
                            "critical",
                            gettext_lazy("Unsafe: a critical miss"),
                            "flag",
                            help=gettext_lazy("In a critical question."),
                            optional=True,
                        ),
                    ),
                ),
            ),
        ),
        Field(
            "guidance",
            gettext_lazy("A good answer"),
            "prose",
            help=gettext_lazy("For markers, and for trainees where the right answer may be shown."),
            optional=True,
        ),
        Field(
            "margin_percent",
            gettext_lazy("How near the pass mark a second marker is asked"),
            "number",
            help=gettext_lazy("In percent of this question's points; 10 when left empty."),
            optional=True,
        ),
        Field(
            "agree_within_percent",
            gettext_lazy("How far two markers may differ"),
            "number",
            help=gettext_lazy("In percent of this question's points; further apart, a third decides. 10 when empty."),
            optional=True,
        ),
    )

    # Writing it

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        accepts = authoring.choice(source, "accepts", (TEXT, FILE, BOTH))
        given = authoring.sequence(source, "criteria")
        known = authoring.ids(given, "criteria", least=1)
        criteria, levels = [], {}
        for index, (entry, criterion_id) in enumerate(zip(given, known, strict=True)):
            spot = f"criteria[{index}]"
            authoring.only(entry, {"id", "text", "levels"}, spot)
            criteria.append({"id": criterion_id, "text": authoring.text(entry, "text", spot)})
            levels[criterion_id] = _levels(entry, spot)
        if source.get("critical") is True and not any(level["critical"] for rows in levels.values() for level in rows):
            raise KindError("criteria", _("This question is critical: say which level of which criterion is unsafe."))
        body = {"accepts": accepts, "max_characters": _longest(source), "criteria": criteria}
        key = {
            "levels": levels,
            "guidance": authoring.text(source, "guidance") if source.get("guidance") is not None else "",
            "margin": _percent(source, "margin_percent", MARGIN),
            "agree_within": _percent(source, "agree_within_percent", AGREEMENT),
        }
        return body, key

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        entry = {
            "accepts": body["accepts"],
            "max_characters": body["max_characters"],
            "criteria": [
                criterion
                | {
                    "levels": [
                        {"points": Decimal(level["points"]), "text": level["text"]}
                        | ({"critical": True} if level["critical"] else {})
                        for level in key["levels"][criterion["id"]]
                    ]
                }
                for criterion in body["criteria"]
            ],
            "margin_percent": Decimal(key["margin"]),
            "agree_within_percent": Decimal(key["agree_within"]),
        }
        return entry | ({"guidance": key["guidance"]} if key["guidance"] else {})

    # Putting it on a paper

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return {
            "takes_text": body["accepts"] != FILE,
            "takes_file": body["accepts"] != TEXT,
            "longest": body["max_characters"],
            "criteria": [criterion["text"] for criterion in body["criteria"]],
        }

    # Answering it

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        """`text`, and `file`: the number of an uploaded one. `drop` takes the file off the answer again."""
        held: dict[str, Any] = {}
        text = _text(data, body["max_characters"])
        if text and body["accepts"] != FILE:
            held["text"] = text
        sent = "" if reading.one(data, "drop") else reading.one(data, "file")
        if sent and body["accepts"] != TEXT:
            if not (sent.isascii() and sent.isdigit() and len(sent) < 19 and int(sent)):
                raise Unreadable(_("This is not a file that was uploaded here. Upload it again."))
            held["file"] = int(sent)
        return held or None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or not response or not set(response) <= {"text", "file"}:
            return None
        if "text" in response:
            text = response["text"]
            if body["accepts"] == FILE or not isinstance(text, str) or text != _tidy(text) or not text:
                return None
            if len(text) > body["max_characters"] or not is_text(text):
                return None
        if "file" in response:
            number = response["file"]
            if body["accepts"] == TEXT or isinstance(number, bool) or not isinstance(number, int):
                return None
            if not 0 < number < 10**18:
                return None
        return response

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        if body["accepts"] == FILE:
            return {"file": rng.randint(1, 10**6)}
        words = ("skin", "heals", "wait", "first", "ask", "gently", "again", "honest", "depth", "colour")
        return {"text": " ".join(rng.choices(words, k=rng.randint(1, 40)))[: body["max_characters"]].strip()}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        return {name: [str(held[name])] for name in ("text", "file") if name in held}

    # Marking it: the machine marks only a blank; people mark by the rubric

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        return Fraction(0), {"by_person": True}

    def rubric(self, body: Body, key: Key) -> tuple[Criterion, ...]:
        return tuple(
            Criterion(
                criterion["id"],
                criterion["text"],
                tuple(
                    Level(index, Fraction(level["points"]), level["text"], level["critical"])
                    for index, level in enumerate(key["levels"][criterion["id"]])
                ),
            )
            for criterion in body["criteria"]
        )

    def judged(self, body: Body, key: Key, levels: Mapping[str, int], *, critical: bool) -> Marked:
        """What the chosen levels (one of each criterion) come to."""
        rubric = self.rubric(body, key)
        chosen = [criterion.levels[levels[criterion.id]] for criterion in rubric]
        earned = sum((level.points for level in chosen), Fraction(0))
        missed = critical and any(level.is_critical for level in chosen)
        return Marked(earned / sum(criterion.most for criterion in rubric), critical_missed=missed, answered=True)

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        """No answer is right by itself; this one is the author's own where there is one."""
        if body["accepts"] == FILE:
            return {"file": 1}
        return {"text": _tidy(key["guidance"][: body["max_characters"]]) or "…"}

    # Counting it

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        lines = {"text": _("Text"), "file": _("A file"), "both": _("Text and a file")}
        return [Tally(code, words) for code, words in lines.items() if body["accepts"] in {code, BOTH}]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return ["both" if len(held) == 2 else next(iter(held))]

    # Putting it into words

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        lines = [held["text"]] if "text" in held else []
        return [*lines, _("A file")] if "file" in held else lines

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        """A good answer, or what was looked at."""
        return [key["guidance"]] if key["guidance"] else [criterion["text"] for criterion in body["criteria"]]


def _levels(entry: Mapping[str, Any], spot: str) -> list[dict[str, Any]]:
    given = authoring.sequence(entry, "levels", spot)
    where = authoring.join(spot, "levels")
    if not 2 <= len(given) <= MOST_LEVELS:
        raise KindError(where, _("Give %(least)s to %(most)s levels.") % {"least": 2, "most": MOST_LEVELS})
    levels: list[dict[str, Any]] = []
    for index, row in enumerate(given):
        path = f"{where}[{index}]"
        if not isinstance(row, Mapping):
            raise KindError(path, _("Write this as named fields."))
        authoring.only(row, {"points", "text", "critical"}, path)
        points = authoring.number(row, "points", path)
        if points < 0:
            raise KindError(f"{path}.points", _("Points are nought or more."))
        critical = authoring.flag(row, "critical", default=False, path=path)
        levels.append({"points": units.plain(points), "text": authoring.text(row, "text", path), "critical": critical})
    worth = [Decimal(level["points"]) for level in levels]
    if len(set(worth)) != len(worth):
        raise KindError(where, _("Two levels earn the same. Give each its own points."))
    if all(level["critical"] for level in levels if Decimal(level["points"]) == max(worth)):
        raise KindError(where, _("The best level cannot be unsafe."))
    return levels


def _longest(source: Mapping[str, Any]) -> int:
    if source.get("max_characters") is None:
        return USUAL
    given = authoring.number(source, "max_characters")
    if given != given.to_integral_value() or not 50 <= given <= LONGEST:
        raise KindError("max_characters", _("Write a whole number from 50 to %(most)s.") % {"most": LONGEST})
    return int(given)


def _percent(source: Mapping[str, Any], name: str, usual: int) -> str:
    given = authoring.number(source, name) if source.get(name) is not None else Decimal(usual)
    if not 0 <= given <= 100 or given * 100 != (given * 100).to_integral_value():
        raise KindError(name, _("Write a number from 0 to 100 with at most two decimals."))
    return units.plain(given)


def _tidy(text: str) -> str:
    """A form sends other line ends than a script; the answer is the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(data: Any, longest: int) -> str:
    """The long text of the answer: longer than the fields that other kinds read."""
    sent = data.get("text", []) if isinstance(data, Mapping) else None
    if not isinstance(sent, list | tuple) or len(sent) > 1 or not all(isinstance(value, str) for value in sent):
        raise Unreadable(_("This answer did not arrive in a form we can read. Answer it again."))
    text = _tidy(sent[0]) if sent else ""
    if not is_text(text):
        raise Unreadable(_("This answer did not arrive in a form we can read. Answer it again."))
    if len(text) > longest:
        words = _("This answer has %(count)s characters; %(most)s can be kept. Shorten it.")
        raise Unreadable(words % {"count": len(text), "most": longest})
    return text
