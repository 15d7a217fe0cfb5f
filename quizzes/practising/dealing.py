"""Who gets which cards: questions missed whose answers were released, and questions never met that may be told.

Practice shows the right answer, so it must never be the cheaper way to the answers of an examination
(portal/decisions/0008). Safe to repeat: a question gets one card a trainee.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment, Lesson
from quizzes import accommodating
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.item import Item
from quizzes.models.marking import Marking
from quizzes.models.practice import Because, Card, PracticeDeal
from quizzes.models.question import Question
from quizzes.models.quiz import Behaviour, PractiseNew, Quiz, ReviewWhen
from quizzes.practising.asking import left_out

LATELY = timedelta(days=2)  # a worker may be down that long; a sitting deals anyway


def deal(trainee: User, at: datetime | None = None) -> int:
    """Make the cards that are missing; returns how many are new. A constant number of queries."""
    now = at or timezone.now()
    # First, so that what happens meanwhile is looked at next time.
    PracticeDeal.objects.update_or_create(trainee=trainee, defaults={"dealt_at": now})
    facts = _Facts.gather(trainee)
    if not facts.courses:
        return 0
    facts.still_open = accommodating.still_open(now)
    has = set(Card.objects.of(trainee).values_list("question", flat=True))
    missed = [pk for pk in _missed(trainee, facts, now) if pk not in has]
    new = [pk for pk in _never_met(trainee, facts) if pk not in has and pk not in missed]
    cards = [
        Card(trainee=trainee, question_id=pk, made_because=because, made_at=now, due_at=now)
        for because, found in ((Because.MISSED, missed), (Because.NEVER_MET, new))
        for pk in found
    ]
    Card.objects.bulk_create(cards, ignore_conflicts=True)
    return len(cards)


def waiting(at: datetime) -> QuerySet[User]:
    """Trainees who handed something in lately, since their cards were last looked after."""
    dealt = PracticeDeal.objects.filter(trainee=OuterRef("trainee"), dealt_at__gte=OuterRef("submitted_at"))
    lately = Attempt.objects.graded().filter(state=State.GRADED, submitted_at__gte=at - LATELY)
    return User.objects.filter(pk__in=lately.filter(~Exists(dealt)).values("trainee"))


@dataclass
class _Facts:
    courses: set[int] = field(default_factory=set)  # enrolled in
    studied: set[int] = field(default_factory=set)  # of these: every lesson is studied
    quizzes: dict[int, Quiz] = field(default_factory=dict)  # by course
    examinations: dict[int, Quiz] = field(default_factory=dict)  # by programme
    passed: dict[int, set[int]] = field(default_factory=dict)  # by quiz: the passed attempts
    still_open: set[int | None] = field(default_factory=set)  # to somebody with a window of their own

    @classmethod
    def gather(cls, trainee: User) -> _Facts:
        facts = cls(courses=set(Enrolment.objects.of(trainee).values_list("course", flat=True)))
        left = Lesson.objects.current().filter(course__in=facts.courses).exclude(studied__enrolment__trainee=trainee)
        facts.studied = facts.courses - set(left.values_list("course", flat=True))
        live = Quiz.objects.filter(current__isnull=False).select_related("current")
        for quiz in live.filter(Q(course__in=facts.courses) | Q(programme__courses__in=facts.courses)).distinct():
            if quiz.course_id:
                facts.quizzes[quiz.course_id] = quiz
            elif quiz.programme_id:
                facts.examinations[quiz.programme_id] = quiz
        for quiz_id, attempt in Attempt.objects.graded().filter(trainee=trainee).passed().values_list("quiz", "pk"):
            facts.passed.setdefault(quiz_id, set()).add(attempt)
        return facts

    def is_ahead(self, quiz: Quiz | None) -> bool:
        """A quiz that counts and is not passed yet."""
        return (
            quiz is not None
            and quiz.current is not None
            and quiz.current.behaviour != Behaviour.PRACTICE
            and quiz.pk not in self.passed
        )


def _missed(trainee: User, facts: _Facts, now: datetime) -> Iterator[int]:
    """Questions that earned less than full marks in a graded attempt, once its feedback shows their answers."""
    latest = Marking.objects.filter(item=OuterRef("pk")).order_by("-rev")
    items = (
        Item.objects.filter(attempt__trainee=trainee, attempt__mode=Mode.GRADED, attempt__state=State.GRADED)
        .filter(question__course__in=facts.courses, question__retired=False, question__current__isnull=False)
        .exclude(question__current__kind__in=left_out())
        .annotate(earned=Subquery(latest.values("mark")[:1]), answered=Subquery(latest.values("answered")[:1]))
        .order_by("attempt", "position")
    )
    for item in items.values(
        "question",
        "earned",
        "answered",
        "max_mark",
        "attempt",
        "attempt__quiz",
        "attempt__quiz_version__review",
        "attempt__quiz_version__closes_at",
    ):
        if item["earned"] is None or item["earned"] >= item["max_mark"]:
            continue
        # As the feedback page has it: what was left open is explained once the quiz is passed.
        told = item["answered"] or item["attempt"] in facts.passed.get(item["attempt__quiz"], ())
        if told and _released(item, facts, now):
            yield item["question"]


def _released(item: Mapping[str, Any], facts: _Facts, now: datetime) -> bool:
    """Does the review policy show key and feedback by now?"""
    review, closes_at = item["attempt__quiz_version__review"], item["attempt__quiz_version__closes_at"]

    def shows(what: str) -> bool:
        when = review.get(what, ReviewWhen.NEVER)
        if when == ReviewWhen.AFTER_CLOSING:
            open_to_some = facts.still_open & {item["attempt__quiz"], None}
            return closes_at is not None and now >= closes_at and not open_to_some
        if when == ReviewWhen.AFTER_LAST:
            return item["attempt__quiz"] in facts.passed
        return bool(when == ReviewWhen.AT_ONCE)

    return shows("key") and shows("feedback")


def _never_met(trainee: User, facts: _Facts) -> Iterator[int]:
    """Of courses that are ready for it; while something that draws from them is ahead, half of each objective stays
    back, so that there is always a paper whose questions nobody has practised."""
    ready = {course for course in facts.courses if _is_ready(course, facts)}
    if not ready:
        return
    questions = Question.objects.askable().filter(course__in=ready).exclude(current__kind__in=left_out())
    rows = questions.values_list("pk", "ref", "course", "programme", "current__objective")
    met = set(Item.objects.filter(attempt__trainee=trainee).values_list("question", flat=True))
    groups: dict[tuple[int, int, str], dict[int, str]] = defaultdict(dict)
    for pk, ref, course, programme, objective in rows:
        groups[course, programme, objective or ""][pk] = ref
    found = []
    for (course, programme, _objective), group in sorted(groups.items()):
        is_ahead = facts.is_ahead(facts.quizzes.get(course)) or facts.is_ahead(facts.examinations.get(programme))
        kept = kept_back(group.items()) if is_ahead else frozenset[int]()
        found += [pk for pk in group if pk not in kept and pk not in met]
    Random(trainee.pk).shuffle(found)  # noqa: S311  so that a day's new ones are of many topics
    yield from found


def _is_ready(course: int, facts: _Facts) -> bool:
    quiz = facts.quizzes.get(course)
    if course not in facts.studied:
        return False
    if quiz is None or quiz.current is None or quiz.current.behaviour == Behaviour.PRACTICE:
        return True
    when = quiz.current.practise_new
    if when == PractiseNew.AFTER_PASSING:
        return quiz.pk in facts.passed
    return when == PractiseNew.AFTER_LESSONS


def kept_back(questions: Iterable[tuple[int, str]]) -> frozenset[int]:
    """The larger half, the same for every trainee: else two of them could tell each other everything."""
    ranked = sorted(questions, key=lambda question: hashlib.sha256(question[1].encode()).digest())
    return frozenset(pk for pk, _ref in ranked[: (len(ranked) + 1) // 2])
