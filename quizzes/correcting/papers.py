"""Marked papers as they stand now, read for many attempts at once in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from quizzes import grading, kinds, worth
from quizzes.correcting.planning import Again, Plan, Standing, plan
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.item import Item
from quizzes.models.marking import Marking, Result
from quizzes.models.question import QuestionVersion
from quizzes.models.regrade import CountedAnswer, Policy, Regrade

BY_KEY = (Policy.NEW_KEY, Policy.BEST_OF)  # those that mark the answer by the new version
COLUMNS = ("mark", "critical_missed", "counted", "rev", "question_version__is_critical")


@dataclass
class Paper:
    """One attempt with one of its items looked at."""

    attempt: Attempt
    item: Item
    body: Any  # the answer that counts
    result: Result
    lines: list[Standing] = field(default_factory=list)
    rev: int = 0  # of the item's latest marking


def chosen(regrade: Regrade) -> Any:
    """The items a regrade is about: of closed and marked papers only."""
    items = Item.objects.filter(
        question=regrade.question_id,
        attempt__state=State.GRADED,
        attempt__mode__in=(Mode.GRADED, Mode.FOLLOW_UP),
    )
    return items.filter(**_versions(regrade))


def still_open(regrade: Regrade) -> int:
    """Papers that ask an earlier version and are not handed in or not marked yet: no regrade touches them."""
    return Item.objects.filter(
        question=regrade.question_id,
        attempt__state__in=(State.OPEN, State.SUBMITTED),
        attempt__mode__in=(Mode.GRADED, Mode.FOLLOW_UP),
        **_versions(regrade),
    ).count()


def _versions(regrade: Regrade) -> dict[str, Any]:
    if regrade.from_version_id:
        return {"question_version": regrade.from_version_id}
    last = "lt" if regrade.policy in BY_KEY else "lte"
    return {f"question_version__number__{last}": regrade.to_version.number}


def bodies(items: Iterable[Item]) -> dict[int, Any]:
    """Item id -> the answer that counts: a late one that a person counted, else the kept one. (Items come with
    their response.)"""
    found = {item.pk: item.response.body for item in items}
    counted = CountedAnswer.objects.filter(item__in=found).order_by("pk").values_list("item", "event__body")
    return found | dict(counted)


def read(items: Collection[int]) -> list[Paper]:
    """The papers these items stand on, however many, in five queries."""
    rows = list(
        Item.objects.filter(pk__in=items)
        .select_related("response", "attempt__quiz_version", "attempt__quiz__course", "attempt__quiz__programme")
        .select_related("attempt__trainee", "question_version")
        .order_by("pk")
    )
    attempts = [row.attempt_id for row in rows]
    answers = bodies(rows)
    marks: dict[int, dict[str, Any]] = {}
    for marking in Marking.objects.filter(item__attempt__in=attempts).order_by("rev").values("item", *COLUMNS):
        marks[marking["item"]] = marking
    results: dict[int, Result] = {}
    for result in Result.objects.filter(attempt__in=attempts).order_by("rev"):
        results[result.attempt_id] = result
    papers = {row.attempt_id: Paper(row.attempt, row, answers[row.pk], results[row.attempt_id]) for row in rows}
    for each in Item.objects.filter(attempt__in=attempts).values(
        "pk", "attempt", "section", "max_mark", "question_version__objective"
    ):
        mark = marks[each["pk"]]
        papers[each["attempt"]].lines.append(
            Standing(
                item=each["pk"],
                section=each["section"],
                objective=each["question_version__objective"],
                max_mark=each["max_mark"],
                mark=mark["mark"],
                is_critical=mark["question_version__is_critical"],
                critical_missed=mark["critical_missed"],
                counted=mark["counted"],
            )
        )
    for paper in papers.values():
        paper.rev = marks[paper.item.pk]["rev"]
        paper.attempt.result = paper.result
    return list(papers.values())


@dataclass(frozen=True)
class Marked:
    """An answer marked by a version that may not be the one it was given to."""

    again: Again
    answered: bool
    marker_version: int
    detail: dict[str, Any]


def mark(version: QuestionVersion, item: Item, body: Any) -> Marked | None:
    """What this version makes of the answer; None where it cannot read it."""
    kind = kinds.get(version.kind)
    if body is not None and (version.kind != item.question_version.kind or kind.accept(version.body, body) is None):
        return None
    marked = kind.mark(version.body, version.key, item.drawn, body, critical=version.is_critical)
    worth_now = grading.mark_of(Fraction(marked.fraction), item.max_mark)
    again = Again(worth_now, version.is_critical, marked.critical_missed)
    return Marked(again, marked.answered, kind.version, marked.detail)


def look(regrade: Regrade, paper: Paper) -> tuple[Plan, Marked | None]:
    """What this regrade would make of this paper."""
    marked = mark(regrade.to_version, paper.item, paper.body) if regrade.policy in BY_KEY else None
    planned = plan(
        regrade.policy,
        paper.lines,
        paper.item.pk,
        marked.again if marked else None,
        worth.rules_of(paper.attempt),
        is_critical=regrade.to_version.is_critical,
        is_follow_up=paper.attempt.is_follow_up,
    )
    return planned, marked
