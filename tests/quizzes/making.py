"""Small courses, quizzes and answers for tests, made the way a programme folder would leave them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from time_machine import Traveller

from accounts.models import User
from courses.models import Course, Enrolment, Lesson, LessonVersion, Module, Objective, Programme
from quizzes import blueprints, kinds
from quizzes.assembly import Blueprint, Section
from quizzes.models import Attempt, Item, Question, QuestionVersion, Quiz, QuizVersion, Response, Result
from quizzes.models.attempt import Answer

MARK = 10_000
AT_ONCE = {"score": "at_once", "answers": "at_once", "key": "at_once", "feedback": "at_once"}


class Clock:
    """The time, standing still until a test moves it."""

    def __init__(self, traveller: Traveller) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        return timezone.now()

    @now.setter
    def now(self, moment: datetime) -> None:
        self._traveller.move_to(moment, tick=False)

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


def make_course(
    slug: str = "hygiene", *, programme: Programme | None = None, lessons: int = 2, code: str = "M1"
) -> Course:
    """A course whose lesson n teaches the objective `<code>.<n>a`."""
    programme = programme or Programme.objects.get_or_create(slug="smp", defaults={"title": "Theory"})[0]
    course = Course.objects.create(programme=programme, code=code, slug=slug, title=slug.title())
    module = Module.objects.create(course=course, title=course.title)
    for number in range(1, lessons + 1):
        objective = f"{code}.{number}a"
        Objective.objects.create(programme=programme, course=course, code=objective, text=f"Explain {objective}")
        lesson = Lesson.objects.create(course=course, module=module, slug=f"lesson-{number}", position=number)
        lesson.current = LessonVersion.objects.create(
            lesson=lesson, number=1, title=f"Lesson {number}", minutes=5, objectives=[objective], content_hash="1"
        )
        lesson.save(update_fields=["current"])
    return course


def source_of(kind: str = "true_false", **fields: Any) -> dict[str, Any]:
    """An entry as the bank writes it."""
    common = {"kind": kind, "stem": "Gloves replace washing.", "feedback": {"right": "Yes, so.", "wrong": "Not so."}}
    own: dict[str, dict[str, Any]] = {
        "true_false": {"answer": True},
        "single_choice": {"options": [{"id": n, "text": f"Option {n}"} for n in "abcd"], "answer": "b"},
    }
    return common | own.get(kind, {}) | fields


def add_question(
    course: Course, ref: str, objective: str = "M1.1a", *, kind: str = "true_false", critical: bool = False, **more: Any
) -> Question:
    source = source_of(kind, **more.pop("source", {}))
    return add_entry(course, ref, source, objective=objective, critical=critical, **more)


def add_entry(
    course: Course,
    ref: str,
    source: Mapping[str, Any],
    *,
    objective: str = "M1.1a",
    critical: bool = False,
    **more: Any,
) -> Question:
    """A question of any kind, from an entry as the bank writes it."""
    body, key = kinds.get(source["kind"]).parse(source)
    question, _new = Question.objects.get_or_create(programme=course.programme, course=course, ref=ref)
    question.current = QuestionVersion.objects.create(
        question=question,
        number=question.versions.count() + 1,
        kind=source["kind"],
        stem=source["stem"],
        body=body,
        key=key,
        feedback=source["feedback"],
        objective=objective,
        is_critical=critical,
        content_hash=ref,
        **{"mark": MARK, **more},
    )
    question.save(update_fields=["current"])
    return question


def add_pool(course: Course, each: int = 4, *, critical: Iterable[str] = ()) -> None:
    """`each` questions for every objective of the course; of `critical` objectives all are critical."""
    for objective in course.objectives.all():
        for number in range(each):
            is_critical = objective.code in critical
            add_question(course, f"Q-{objective.code}-{number}", objective.code, critical=is_critical)


def set_rules(quiz: Quiz, blueprint: Blueprint, **settings: Any) -> QuizVersion:
    stored = blueprints.to_json(blueprint)
    quiz.current = QuizVersion.objects.create(
        quiz=quiz,
        number=quiz.versions.count() + 1,
        critical_min_items=stored.pop("critical_min"),
        content_hash=str(quiz.versions.count()),
        **{"time_limit_seconds": 1800, "pass_percent": 8000, "review": AT_ONCE} | stored | settings,
    )
    quiz.save(update_fields=["current"])
    return quiz.current


def make_quiz(course: Course, draw: Mapping[str, int] | None = None, *, critical_min: int = 0, **settings: Any) -> Quiz:
    """By default two items of each objective."""
    draw = draw or {objective.code: 2 for objective in course.objectives.all()}
    quiz = Quiz.objects.create(course=course, title=f"{course.title}: quiz")
    blueprint = Blueprint((Section(course.title, draw=draw),), critical_min=critical_min)
    set_rules(quiz, blueprint, **settings)
    return quiz


def make_examination(
    programme: Programme, counts: Mapping[str, int], *, critical_min: int = 0, **settings: Any
) -> Quiz:
    quiz = Quiz.objects.create(programme=programme, title="Final examination")
    sections = tuple(Section(slug, count=count, course=slug) for slug, count in counts.items())
    set_rules(quiz, Blueprint(sections, default_max=9, critical_min=critical_min), **settings)
    return quiz


def study_all(trainee: User, course: Course) -> Enrolment:
    enrolment = course.enrol(trainee)
    for lesson in Lesson.objects.filter(course=course):
        enrolment.study(lesson)
    return enrolment


def fields_for(item: Item, *, right: bool) -> dict[str, list[str]]:
    """Form fields of a right answer, or of another one (true/false and single choice)."""
    version = item.question_version
    kind = kinds.get(version.kind)
    solution = kind.solve(version.body, version.key)
    if not right:
        solution = {"choice": "a" if version.kind == "single_choice" else not solution["choice"]}
    return kind.fields(version.body, item.drawn, solution)


def items_of(attempt: Attempt) -> list[Item]:
    return list(Item.objects.filter(attempt=attempt).select_related("question_version", "question", "response"))


def answers_for(attempt: Attempt, *, wrong: Iterable[int] = (), epoch: int = 0, seq: int = 1) -> list[Answer]:
    """An answer to every item, right but for the positions in `wrong`."""
    missed = set(wrong)
    return [
        (item.pk, fields_for(item, right=item.position not in missed), epoch, seq, None) for item in items_of(attempt)
    ]


def hand_in(attempt: Attempt, *, wrong: Iterable[int] = ()) -> Result:
    result = attempt.submit(answers_for(attempt, wrong=wrong), client="test")
    assert result is not None
    return result


def begin_and_hand_in(quiz: Quiz, trainee: User, *, wrong: Iterable[int] = ()) -> Attempt:
    attempt = quiz.begin(trainee, declared=True)
    hand_in(attempt, wrong=wrong)
    return attempt


def kept(item: Item) -> Any:
    """The answer that counts now."""
    return Response.objects.get(item=item).body
