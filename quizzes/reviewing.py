"""A closed paper as its trainee may see it: what the review policy shows, and how each topic and section went."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from courses.models import Lesson, Objective
from quizzes import accommodating, completing, judging, kinds
from quizzes.correcting.changes import bones
from quizzes.kinds.base import Fields, Kind, Part
from quizzes.models.attempt import Attempt
from quizzes.models.item import Item
from quizzes.models.marking import Marking, Result
from quizzes.models.question import QuestionVersion
from quizzes.models.quiz import ReviewWhen
from quizzes.models.regrade import CountedAnswer


@dataclass(frozen=True)
class ReviewedItem:
    """One item with what may be shown of it; what the policy keeps back is None or empty."""

    item: Item
    kind: Kind
    template: str
    stem: str
    public: dict[str, Any]
    fields: Fields  # the answer, to fill the (disabled) control with
    position: int
    section: int
    objective: str
    answered: bool
    is_critical: bool
    critical_missed: bool = False
    mark: int | None = None  # 1/10 000
    max_mark: int = 0
    answer_words: list[str] = field(default_factory=list)
    key_words: list[str] = field(default_factory=list)
    picture: dict[str, Any] | None = None  # the key drawn, beside the answer
    feedback: str = ""
    remarks: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    counted: bool = True  # not: a correction took it off the paper
    corrected: bool = False  # marked again since it was handed in
    came_late: bool = False  # a person counted this answer although it came late

    @property
    def prefix(self) -> str:
        return f"i{self.item.pk}-"

    @property
    def verdict(self) -> str:
        """right, partly, wrong, unanswered, not_counted; "" while the score is kept back."""
        if self.mark is None:
            return ""
        if not self.counted:
            return "not_counted"
        if not self.answered:
            return "unanswered"
        if self.mark >= self.max_mark:
            return "right"
        return "partly" if self.mark > 0 else "wrong"


def shows(attempt: Attempt, what: str) -> bool:
    if not attempt.is_graded:
        return False
    when = attempt.review_when(what)
    if when == ReviewWhen.AFTER_CLOSING:
        closes_at, now = attempt.quiz_version.closes_at, timezone.now()
        if closes_at is None or now < closes_at:
            return False
        # For everyone: also for whoever was granted a window of their own.
        return not accommodating.still_open(now) & {attempt.quiz_id, None}
    if when == ReviewWhen.AFTER_LAST:
        return completing.passed_attempt(attempt.quiz, attempt.trainee_id) is not None
    return when == ReviewWhen.AT_ONCE


def review(attempt: Attempt) -> list[ReviewedItem]:
    if not attempt.is_graded:
        return []
    shown = {what: shows(attempt, what) for what in ("score", "answers", "key", "feedback")}
    passed = attempt.result is not None and attempt.result.passed
    items = Item.objects.filter(attempt=attempt).select_related("question_version", "response").order_by("position")
    latest: dict[int, Marking] = {}
    for marking in Marking.objects.filter(item__attempt=attempt).select_related("question_version").order_by("rev"):
        latest[marking.item_id] = marking
    counted = {row.item_id: row for row in CountedAnswer.objects.filter(item__attempt=attempt).select_related("event")}
    return [
        _reviewed(
            item,
            latest.get(item.pk),
            shown,
            is_passed=passed,
            read_outs=attempt.read_outs,
            counted=counted.get(item.pk),
        )
        for item in items
    ]


def _judged_by(item: Item, marking: Marking | None) -> QuestionVersion:
    """The version whose key and feedback explain the mark: the one that marked last, where it asks the same thing."""
    asked = item.question_version
    judge = marking.question_version if marking else asked
    return judge if judge.kind == asked.kind and bones(judge.body) == bones(asked.body) else asked


def _reviewed(
    item: Item,
    marking: Marking | None,
    shown: dict[str, bool],
    *,
    is_passed: bool,
    read_outs: bool,
    counted: CountedAnswer | None = None,
) -> ReviewedItem:
    asked, version = item.question_version, _judged_by(item, marking)
    body = counted.event.body if counted else item.response.body
    kind = kinds.get(version.kind)
    answered = body is not None
    # An empty paper must not buy the answers: what was left open is explained once the quiz is passed.
    told = answered or is_passed
    right = marking is not None and marking.mark >= item.max_mark
    extra: dict[str, Any] = {}
    if shown["score"] and marking:
        extra |= {"mark": marking.mark, "critical_missed": marking.critical_missed, "counted": marking.counted}
    if shown["answers"]:
        extra |= {
            "answer_words": kind.answer_words(version.body, item.drawn, body),
            "fields": kind.fields(version.body, item.drawn, body),
        }
    if shown["key"] and told:
        extra["key_words"] = kind.key_words(version.body, version.key, item.drawn)
        own = body if shown["answers"] else None
        extra["picture"] = kind.picture(version.body, version.key, item.drawn, own)
    if shown["feedback"] and told:
        extra |= {
            "feedback": version.feedback.get("right" if right else "wrong", ""),
            "remarks": kind.remarks(version.body, version.key, item.drawn, body),
            "parts": kind.part_feedback(version.body, version.key, item.drawn, body),
        }
        if marking and kind.by_person:
            extra["remarks"] += judging.said_of(marking, version)
    return ReviewedItem(
        item=item,
        kind=kind,
        template=kind.template,
        stem=asked.stem,
        public=kind.shown(asked.body, item.drawn, body if shown["answers"] else None, read_outs=read_outs),
        position=item.position,
        section=item.section,
        objective=asked.objective,
        answered=answered,
        is_critical=version.is_critical,
        max_mark=item.max_mark,
        came_late=counted is not None,
        corrected=marking is not None and marking.rev > 1,
        **({"fields": {}} | extra),
    )


@dataclass(frozen=True)
class Topic:
    """An objective on this paper, how it went, and where it is taught."""

    code: str
    text: str
    percent: int  # whole percent
    items: int
    full: bool
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Section:
    """A section of the paper, and whether it must be passed on its own."""

    title: str
    percent: int
    must_pass: int | None
    reached: bool


def topics(attempt: Attempt, result: Result) -> list[Topic]:
    """Weakest first. Two queries, whatever the paper's length."""
    shares = {share["name"]: share for share in result.breakdown["objectives"]}
    quiz = attempt.quiz
    programme = quiz.course.programme_id if quiz.course else quiz.programme_id
    texts = dict(Objective.objects.filter(programme=programme, code__in=shares).values_list("code", "text"))
    lessons = Lesson.objects.current().filter(course__programme=programme).select_related("course")
    if quiz.course_id:
        lessons = lessons.filter(course=quiz.course_id)
    lessons = lessons.defer("current__blocks", "current__text", "current__facts")
    taught: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        for code in lesson.current.objectives if lesson.current else []:
            taught.setdefault(code, []).append(lesson)
    found = [
        Topic(
            code=code,
            text=texts.get(code, code),
            percent=share["percent"] // 100,
            items=share["items"],
            full=share["mark"] >= share["max_mark"],
            lessons=tuple(taught.get(code, ())),
        )
        for code, share in shares.items()
    ]
    return sorted(found, key=lambda topic: (topic.percent, topic.code))


def sections(result: Result) -> list[Section]:
    """Those that held a question."""
    return [
        Section(
            share["name"], share["percent"] // 100, share["must_pass"] and share["must_pass"] // 100, share["reached"]
        )
        for share in result.breakdown["sections"]
        if share["items"]
    ]


@dataclass(frozen=True)
class Correction:
    """A result that followed another, told as a line of history."""

    before: Result
    after: Result
    positions: tuple[int, ...]
    counted: bool  # false: the question was taken off the paper
    reason: str

    @property
    def gained(self) -> bool:
        return self.after.passed and not self.before.passed

    @property
    def lost(self) -> bool:
        return self.before.passed and not self.after.passed

    @property
    def held(self) -> bool:
        return self.after.passed and self.after.critical_missed > self.before.critical_missed


def corrections(attempt: Attempt) -> list[Correction]:
    """First to last; two queries, and one where nothing was corrected."""
    results = list(attempt.results.select_related("actor").order_by("rev"))
    if len(results) < 2:
        return []
    again = Marking.objects.filter(item__attempt=attempt, rev__gt=1).select_related("item").order_by("item__position")
    by_moment: dict[Any, list[Marking]] = {}
    for marking in again:
        by_moment.setdefault(marking.marked_at, []).append(marking)
    found = []
    for before, after in itertools.pairwise(results):
        markings = by_moment.get(after.made_at, [])
        found.append(
            Correction(
                before,
                after,
                tuple(marking.item.position for marking in markings),
                all(marking.counted for marking in markings),
                next((marking.comment for marking in markings if marking.comment), ""),
            )
        )
    return found
