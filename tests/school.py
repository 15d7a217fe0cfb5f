"""A small school for tests: the programme in tests/programmes/small, and people who go through it."""

from pathlib import Path
from typing import Any

from accounts.models import User
from courses import loading
from courses.models import Course, Enrolment, Programme
from quizzes import kinds
from quizzes.models import Attempt, Card, Item, Quiz, Result

SMALL = Path(__file__).parent / "programmes" / "small"
Pairs = list[list[str]]


def open_small() -> Programme:
    loading.load(SMALL)
    return Programme.objects.get(slug="small")


def enrol_and_study(trainee: User, slug: str = "needles") -> Enrolment:
    """Everything before the quiz."""
    course = Course.objects.get(slug=slug)
    enrolment = course.enrol(trainee)
    for lesson in course.lessons.all():
        enrolment.study(lesson)
    return enrolment


def begin(trainee: User, slug: str = "needles") -> Attempt:
    return Quiz.objects.get(course__slug=slug).begin(trainee, declared=True)


def right_answer(item: Item) -> dict[str, list[str]]:
    """What the item's controls hold when the answer is right."""
    version = item.question_version
    kind = kinds.get(version.kind)
    return kind.fields(version.body, item.drawn, kind.solve(version.body, version.key))


def solution(card: Card) -> dict[str, Any]:
    """A right answer to the card's question."""
    version = card.question.current
    assert version
    return kinds.get(version.kind).solve(version.body, version.key)


def pairs(fields: dict[str, list[str]]) -> Pairs:
    """The same as the page's script sends it."""
    return [[name, value] for name, values in fields.items() for value in values]


def items_of(attempt: Attempt) -> list[Item]:
    return list(Item.objects.filter(attempt=attempt).select_related("question_version").order_by("position"))


def hand_in(attempt: Attempt, *, wrong: int = 0) -> Result:
    """Answer everything right but the first `wrong` items, which are left open, and hand in."""
    epoch = attempt.claim()
    answers = [(item.pk, right_answer(item), epoch, 1, False) for item in items_of(attempt)[wrong:]]
    result = attempt.submit(answers, client="test")
    assert result is not None
    return result


def pass_course(trainee: User, slug: str = "needles") -> Enrolment:
    enrolment = enrol_and_study(trainee, slug)
    result = hand_in(begin(trainee, slug))
    assert result.passed
    return enrolment


def pass_programme(trainee: User) -> Programme:
    programme = Programme.objects.get(slug="small")
    for slug in ("needles", "shades"):
        pass_course(trainee, slug)
    assert hand_in(programme.examination.begin(trainee, declared=True)).passed
    return programme
