"""Stored figures as a page shows them: rounded, with their words, and never more of them than the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quizzes import kinds
from quizzes.analysis.findings import ENOUGH, STOP, WATCH
from quizzes.analysis.reading import tallies
from quizzes.analysis.telling import Told, letter, tell
from quizzes.models.question import QuestionVersion
from quizzes.models.quiz import Quiz

DOTS = 20
STEP = 7.2  # from dot to dot, in the units of the drawing


def minutes(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(100 * share)}%"


def signed(value: float | None, places: int = 2) -> str:
    if value is None:
        return "–"
    words = f"{value:.{places}f}"
    return (f"{0:.{places}f}" if float(words) == 0 else words).replace("-", "−")


def between(pair: list[float] | None, *, as_percent: bool = False) -> str:
    if pair is None:
        return ""
    low, high = (percent(end) if as_percent else signed(end) for end in pair)
    return _("95%%: %(low)s to %(high)s") % {"low": low, "high": high}


@dataclass(frozen=True)
class Row:
    """One question of the table."""

    figures: Mapping[str, Any]
    version: QuestionVersion
    told: tuple[Told, ...]

    @property
    def question(self) -> int:
        return int(self.figures["question"])

    @property
    def kind(self) -> str:
        return str(kinds.get(self.version.kind).label)

    @property
    def reading(self) -> Told:
        return self.told[0]

    @property
    def is_judged(self) -> bool:
        """Under too few answers nothing is said about how it tells people apart."""
        return int(self.figures["answers"]) >= ENOUGH

    @property
    def share(self) -> str:
        return percent(self.figures["facility"])

    @property
    def dots(self) -> float | None:
        """How far the solid dots go, in the units of the drawing; None: not at all."""
        facility = self.figures["facility"]
        solid = round(DOTS * facility) if facility else 0
        return None if solid < 1 else max(0.01, round(STEP * (min(solid, DOTS) - 1), 2))

    @property
    def tells_apart(self) -> str:
        return signed(self.figures["item_rest"]) if self.is_judged else "–"

    @property
    def time(self) -> str:
        return minutes(self.figures["seconds"][1] if self.figures["seconds"] else None)


def rows(figures: Iterable[Mapping[str, Any]]) -> list[Row]:
    """One query for all of them, without what is secret."""
    figures = list(figures)
    versions = (
        QuestionVersion.objects.select_related("question__course")
        .defer("body", "key", "feedback")
        .in_bulk([one["version"] for one in figures])
    )
    return [
        Row(one, versions[one["version"]], tuple(tell(finding) for finding in one["findings"]))
        for one in figures
        if one["version"] in versions
    ]


@dataclass(frozen=True)
class Cell:
    """What a third answered."""

    count: int
    of: int

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.of) if self.of else 0


@dataclass(frozen=True)
class Line:
    letter: str
    words: str
    group: str  # a heading above it, said once
    is_key: bool
    is_critical: bool
    is_named: bool  # the finding speaks of it
    cells: tuple[Cell, ...]  # strongest third first


@dataclass(frozen=True)
class Look:
    """One question, looked at closely."""

    lines: list[Line]
    rest: list[tuple[str, tuple[Cell, ...]]]
    facts: list[tuple[str, str, str]]  # what, how much, and how sure or of how many


def look(row: Row, version: QuestionVersion) -> Look:
    lines = _lines(row, version)
    return Look(lines, _rest(row, lines), _facts(row))


def _cells(counts: Sequence[int], sizes: Sequence[int]) -> tuple[Cell, ...]:
    return tuple(Cell(count, of) for count, of in zip(reversed(counts), reversed(sizes), strict=True))


def _lines(row: Row, version: QuestionVersion) -> list[Line]:
    """Who answered what, by overall result."""
    one = row.figures
    named = {
        finding["params"].get("place") for finding in one["findings"] if finding["code"] in {"check_key", "draws_best"}
    }
    found: list[Line] = []
    group = ""
    for place, tally in enumerate(tallies(version)):
        cells = _cells(one["lines"].get(tally.code, (0, 0, 0)), one["groups"])
        heading = tally.group if tally.group != group else ""
        group = tally.group
        found.append(Line(letter(place), tally.words, heading, tally.is_key, tally.is_critical, place in named, cells))
    return found


def _rest(row: Row, lines: Sequence[Line]) -> list[tuple[str, tuple[Cell, ...]]]:
    """Fully right, where no single line says so, and what stands under no line."""
    one = row.figures
    found = []
    if sum(line.is_key for line in lines) != 1:
        found.append((_("Fully right"), _cells(one["right_groups"], one["groups"])))
    if any(one["other"]):
        found.append((_("Something else"), _cells(one["other"], one["groups"])))
    if any(one["blank"]):
        found.append((_("No answer"), _cells(one["blank"], one["groups"])))
    return found


def _facts(row: Row) -> list[tuple[str, str, str]]:
    """Every index with its count and how sure it is."""
    one = row.figures
    answers = one["answers"]
    of_all = _("of %(count)s answers") % {"count": answers}
    facts = [
        (_("Marks won"), percent(one["facility"]), between(one["facility_interval"], as_percent=True)),
        (_("Fully right"), str(one["right"]), of_all),
    ]
    if one["guess"] is not None:
        facts.append((_("By blind chance"), percent(one["guess"]), ""))
    if row.is_judged:
        facts.append((_("Tells apart"), signed(one["item_rest"]), between(one["item_rest_interval"])))
        facts += _paper_facts(one["paper"]) if one["paper"] else []
    if one["is_critical"]:
        facts.append((_("Critical misses"), str(one["missed"]), of_all))
    if one["seconds"]:
        low, middle, high = (minutes(value) for value in one["seconds"])
        words = _("half of them %(low)s to %(high)s; %(count)s timed")
        facts.append((_("Typical time"), middle, words % {"low": low, "high": high, "count": one["timed"]}))
    changes = one["changes"]
    facts += [
        (_("Changed right to wrong"), str(changes["right_wrong"]), of_all),
        (_("Changed wrong to right"), str(changes["wrong_right"]), of_all),
        (_("Changed wrong to wrong"), str(changes["wrong_wrong"]), of_all),
        (_("Drawn"), str(one["drawn"]), _("of %(count)s papers since it was there") % {"count": one["drawn_of"]}),
    ]
    if one["earlier_answers"]:
        facts.append((_("Earlier versions"), str(one["earlier_answers"]), _("answers, not counted here")))
    return facts


def _paper_facts(paper: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What only a fixed paper has."""

    def in_percent(value: float | None) -> str:
        return "–" if value is None else f"{signed(value, 1)}%"

    effective = in_percent(paper["effective_weight"])
    note = _("its marks fall where the others rise") if paper["negative_covariance"] else ""
    return [
        (_("Discrimination index"), in_percent(paper["discrimination_index"]), ""),
        (_("Discriminative efficiency"), in_percent(paper["discriminative_efficiency"]), ""),
        (_("Intended weight"), in_percent(paper["intended_weight"]), ""),
        (_("Effective weight"), effective, note),
    ]


@dataclass(frozen=True)
class Sums:
    """The figures at the head of the page."""

    people: int
    passed: str
    pass_mark: str
    reliability: str
    is_fixed: bool
    look_at: int
    paper: list[tuple[str, str]]


def sums(figures: Mapping[str, Any], shown: Iterable[Mapping[str, Any]], quiz: Quiz) -> Sums:
    """Of everybody who handed in; of the questions only those the reader may see."""
    people, paper = figures["people"], figures["paper"] or {}
    cic = paper.get("cic")
    pass_mark = quiz.current.pass_percent / 100 if quiz.current else 0
    enough = people >= ENOUGH
    return Sums(
        people=people,
        passed=percent(figures["passed"] / people if people else None),
        pass_mark=f"{pass_mark:g}%",
        reliability=signed(cic / 100) if cic is not None and enough else "–",
        is_fixed=figures["fixed"],
        look_at=sum(one["findings"][0]["severity"] in {STOP, WATCH} for one in shown),
        paper=_totals(paper) if paper and enough else [],
    )


def _totals(paper: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Of the totals of a fixed paper."""
    return [
        (_("Mean"), signed(paper["mean"])),
        (_("Median"), signed(paper["median"])),
        (_("Standard deviation"), signed(paper["standard_deviation"])),
        (_("Skewness"), signed(paper["skewness"])),
        (_("Kurtosis"), signed(paper["kurtosis"])),
        (_("Internal consistency (Cronbach’s alpha)"), "–" if paper["cic"] is None else f"{signed(paper['cic'], 1)}%"),
        (_("Error ratio"), "–" if paper["error_ratio"] is None else f"{signed(paper['error_ratio'], 1)}%"),
        (_("Standard error"), signed(paper["standard_error"])),
    ]
