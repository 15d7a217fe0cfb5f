"""What may be asked in practice now, and what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courses.models import Course, Enrolment
from quizzes import kinds
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.item import Item
from quizzes.practising import pace

if TYPE_CHECKING:
    from accounts.models import User
    from quizzes.models.practice import Card, PracticeSitting


def left_out() -> list[str]:
    """Kinds that are never practised: what people mark cannot be told at once, and a case is not walked in a minute."""
    return [kind.name for kind in kinds.all_kinds() if kind.by_person or kind.by_steps]


def conditions(trainee: User) -> list[Any]:
    """Of cards: current questions of the trainee's courses, none that a paper of theirs could be asking just now."""
    enrolled = Enrolment.objects.filter(trainee=trainee, course=OuterRef("question__course"))
    asked = Item.objects.filter(attempt__trainee=trainee, attempt__state=State.OPEN, question=OuterRef("question"))
    counting = _open_papers(trainee)
    return [
        Q(suspended=False, question__retired=False, question__current__isnull=False),
        ~Q(question__current__kind__in=left_out()),
        Exists(enrolled),
        ~Exists(asked),
        # A paper that counts is open: all that it could have drawn rests, because practice shows the answers.
        ~Exists(counting.filter(quiz__course=OuterRef("question__course"))),
        ~Exists(counting.filter(quiz__programme=OuterRef("question__programme"))),
    ]


def _open_papers(trainee: User) -> QuerySet[Attempt]:
    return Attempt.objects.filter(trainee=trainee, state=State.OPEN, mode__in=(Mode.GRADED, Mode.FOLLOW_UP))


def resting(trainee: User) -> QuerySet[Attempt]:
    """The open papers that practice waits for."""
    return _open_papers(trainee).select_related("quiz")


@dataclass(frozen=True)
class Due:
    """What waits now. `questions` counts new cards only up to what is left of the day's."""

    questions: int = 0
    minutes: int = 0

    def __bool__(self) -> bool:
        return self.questions > 0

    @property
    def is_long(self) -> bool:
        """More than one sitting."""
        return self.minutes * 60 > pace.SITTING


def due(trainee: User, at: datetime) -> Due:
    """One query when nothing waits, two at the most."""
    from quizzes.models.practice import Card

    rows = (
        Card.objects.askable(trainee)
        .due(at)
        .order_by()
        .values("question__current__kind")
        .annotate(again=Count("pk", filter=Q(turn__gt=0)), new=Count("pk", filter=Q(turn=0)))
        .values_list("question__current__kind", "again", "new")
    )
    again = [kind for kind, count, _new in rows for _card in range(count)]
    new = [kind for kind, _count, count in rows for _card in range(count)]
    if new:
        new = new[: new_left(trainee, at)]
    waiting = again + new
    if not waiting:
        return Due()
    return Due(len(waiting), pace.minutes(sum(map(pace.seconds, waiting))))


def new_left(trainee: User, at: datetime) -> int:
    """How many cards may be met for the first time yet today."""
    from quizzes.models.practice import Card

    begun = Card.objects.of(trainee).filter(first_answered_at__gte=pace.start_of(pace.today(at))).count()
    return max(0, pace.NEW_A_DAY - begun)


def plan(trainee: User, at: datetime) -> list[Card]:
    """The cards of one sitting: the most overdue first, then new ones, what was missed before what was never met."""
    from quizzes.models.practice import Card

    cards = Card.objects.askable(trainee).due(at).select_related("question__current")
    cards = cards.defer("question__current__key", "question__current__feedback", "question__current__body")
    again = list(cards.filter(turn__gt=0).order_by("due_at", "pk")[: pace.SITTING // 20])
    # "missed" sorts before "never_met".
    new = list(cards.filter(turn=0).order_by("made_because", "due_at", "pk")[: new_left(trainee, at)])
    waiting = again + new
    return waiting[: pace.fitting(card.question.current.kind for card in waiting if card.question.current)]


def next_of(sitting: PracticeSitting) -> tuple[Card | None, int, int]:
    """The card to ask now (None: the sitting is done), how many are answered, and how many it has.

    What may not be asked any more is left out silently.
    """
    from quizzes.models.practice import Card

    turns: dict[int, int] = dict(sitting.cards)
    mine = Card.objects.of(sitting.trainee).filter(pk__in=turns)
    now = dict(mine.values_list("pk", "turn"))
    waiting = [pk for pk, turn in turns.items() if now.get(pk) == turn]
    cards = mine.askable(sitting.trainee).filter(pk__in=waiting).select_related("question__current", "question__course")
    by_id = {card.pk: card for card in cards}
    asked = [pk for pk in turns if pk in by_id or pk not in waiting]
    coming = next((by_id[pk] for pk in waiting if pk in by_id), None)
    return coming, sum(pk not in by_id for pk in asked), len(asked)


@dataclass(frozen=True)
class CourseLine:
    """One course on the overview."""

    course: Course
    cards: int
    due: int
    known: int  # not due for a week or longer


def by_course(trainee: User, at: datetime) -> list[CourseLine]:
    from quizzes.models.practice import Card

    rows = (
        Card.objects.of(trainee)
        .filter(suspended=False, question__retired=False, question__course__enrolments__trainee=trainee)
        .order_by()
        .values("question__course")
        .annotate(
            cards=Count("pk"),
            waiting=Count("pk", filter=Q(due_at__lte=at)),
            known=Count("pk", filter=Q(due_at__gt=at + timedelta(days=7))),
        )
    )
    counts = {row["question__course"]: row for row in rows}
    courses = Course.objects.filter(pk__in=counts).order_by("position", "pk")
    return [
        CourseLine(course, counts[course.pk]["cards"], counts[course.pk]["waiting"], counts[course.pk]["known"])
        for course in courses
    ]
