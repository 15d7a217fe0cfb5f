"""A small school for tests: the programme in tests/programmes/small, and people who go through it."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from courses import loading
from courses.models import Course, Enrolment, Programme
from quizzes import beginning, files, kinds
from quizzes.models import Attempt, Card, Item, Mode, Quiz, Result
from tests.quizzes import making

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


def leave_to_people(trainee: User, quiz: Quiz, text: str = "I would wait until it has healed.") -> Item:
    """A paper handed in with one written answer, text and file, for people to mark; it counts for nothing else."""
    written = kinds.get("written_answer")
    question = making.add_entry(
        quiz.course or Course.objects.filter(programme=quiz.programme)[0],
        f"WRITTEN-{trainee.pk}",
        written.examples[0].source,
    )
    question.retired = True  # asked here, and drawn on no other paper
    question.save(update_fields=["retired"])
    assert quiz.current
    assert question.current
    fresh = Attempt(
        trainee=trainee,
        quiz=quiz,
        quiz_version=quiz.current,
        mode=Mode.PREVIEW,
        seed=1,
        started_at=timezone.now(),
    )
    attempt = beginning.store(fresh, [beginning.Place(question.current)], last=0)
    item = attempt.items.select_related("question_version").get()
    file = files.receive(attempt, item, SimpleUploadedFile("healing.pdf", b"%PDF-1.7\n%%EOF\n"))
    attempt.submit([(item.pk, {"text": [text], "file": [str(file.pk)]}, 0, 1, None)], client="test")
    return item
