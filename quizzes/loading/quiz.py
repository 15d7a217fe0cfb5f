"""The `quiz:` section of a course or programme -> a quiz and its version. An impossible form stops the load."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses.loading import CourseSource, Marked, Problems, Report, Rows, Source
from quizzes import assembly, blueprints, kinds
from quizzes.assembly import Blueprint, Limit, Section
from quizzes.loading.bank import ParsedQuestion
from quizzes.loading.checked import Reader, fingerprint
from quizzes.models.quiz import REVIEWED, Behaviour, PractiseNew, Quiz, QuizVersion, ReviewWhen

KEYS = frozenset(
    {"title", "time_limit_minutes", "opens_at", "closes_at", "pass_percent", "attempts", "failures_before_review"}
    | {"lessons_first", "critical", "review", "sections", "max_per_objective", "kinds", "behaviour", "practice"}
)
DRY_DRAWS = 20


@dataclass(frozen=True)
class ParsedQuiz:
    """`content` holds the columns of a QuizVersion, checked; `course` is None for the programme's examination."""

    course: str | None
    title: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class _Scope:
    """What a quiz may draw from."""

    course: CourseSource | None
    courses: tuple[str, ...]
    objectives: Collection[str]


def read_quizzes(source: Source, questions: list[ParsedQuestion], problems: Problems) -> list[ParsedQuiz]:
    quizzes = []
    for course in source:
        if section := course.section("quiz"):
            pool = [question for question in questions if question.course == course.slug]
            scope = _Scope(course, (course.slug,), course.objectives)
            quizzes.append(_read(section, scope, f"{course.title}: quiz", pool, problems))
    if section := source.section("quiz"):
        scope = _Scope(None, tuple(course.slug for course in source), source.objectives)
        quizzes.append(_read(section, scope, f"{source.title}: final examination", questions, problems))
    return quizzes


def _read(marked: Marked, scope: _Scope, title: str, pool: list[ParsedQuestion], problems: Problems) -> ParsedQuiz:
    known = len(problems)
    reader = Reader(marked, problems)
    reader.only(KEYS)
    attempts = _part(reader, "attempts", {"count", "window_hours"}, problems)
    critical = _part(reader, "critical", {"min_items", "min_percent"}, problems)
    minutes = reader.whole("time_limit_minutes", 1, 600) if reader.has("time_limit_minutes") else None
    opens_at, closes_at = _moment(reader, "opens_at"), _moment(reader, "closes_at")
    if opens_at and closes_at and closes_at <= opens_at:
        reader.wrong("closes_at", "The quiz must close after it opens.")
    blueprint = Blueprint(
        sections=_sections(reader, scope, problems),
        kinds=_limits(marked.get("kinds"), problems),
        critical_min=critical.whole("min_items", 0, 500, 0) if critical else 0,
        **_most(marked.get("max_per_objective"), scope, problems),
    )
    content = {
        "time_limit_seconds": minutes * 60 if minutes else None,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "pass_percent": reader.hundredths("pass_percent", 100),
        "attempts": attempts.whole("count", 1, 100, 3) if attempts else 3,
        "window_hours": attempts.whole("window_hours", 1, 8760, 24) if attempts else 24,
        "failures_before_review": reader.whole("failures_before_review", 0, 100, 3),
        "lessons_first": reader.flag("lessons_first", default=True),
        "critical_min_percent": critical.hundredths("min_percent", 100, 80) if critical else 8000,
        "review": _review(reader, problems),
        "behaviour": reader.choice("behaviour", Behaviour.values, Behaviour.EXAM.value),
        "practise_new": reader.choice("practice", PractiseNew.values, PractiseNew.AFTER_PASSING.value),
    }
    if content["behaviour"] == Behaviour.PRACTICE:
        _only_practice(reader, scope, content)
    stored = blueprints.to_json(blueprint)
    content |= {"critical_min_items": stored.pop("critical_min"), **stored}
    if len(problems) == known:
        _draw_dry(blueprint, pool, marked, problems)
    course = scope.course.slug if scope.course else None
    return ParsedQuiz(course, reader.text("title", title), content)


def _part(reader: Reader, name: str, known: Collection[str], problems: Problems) -> Reader | None:
    if not reader.has(name):
        return None
    part = Reader(reader.marked[name], problems)
    part.only(known)
    return part


def _moment(reader: Reader, name: str) -> datetime | None:
    """A moment with its zone, such as "2026-09-01T08:00+01:00"."""
    if not reader.has(name):
        return None
    text = reader.text(name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        reader.wrong(name, f'“{name}” must be a moment with its time zone, such as "2026-09-01T08:00+01:00".')
        return None
    return moment


def _review(reader: Reader, problems: Problems) -> dict[str, str]:
    """What is shown after the attempt, and when; everything at once unless it says otherwise."""
    part = _part(reader, "review", REVIEWED, problems)
    when = dict.fromkeys(REVIEWED, ReviewWhen.AT_ONCE.value)
    return {what: part.choice(what, ReviewWhen.values, when[what]) for what in REVIEWED} if part else when


def _only_practice(reader: Reader, scope: _Scope, content: Mapping[str, Any]) -> None:
    """What makes no sense where no attempt ever counts."""
    if scope.course is None:
        words = "A final examination cannot be “practice”: nobody could ever pass it. Write “exam” or “check”."
        reader.wrong("behaviour", words)
    if ReviewWhen.AFTER_LAST in content["review"].values():
        reader.wrong("review", "A practice quiz is never passed, so nothing of it can be shown “after_last”.")


def _sections(reader: Reader, scope: _Scope, problems: Problems) -> tuple[Section, ...]:
    marked = reader.marked.get("sections")
    if marked is None or not isinstance(marked.value, list) or not marked.value:
        reader.wrong("sections", "Write the sections of the form as a list under “sections:”.")
        return ()
    return tuple(_section(section, scope, problems) for section in marked)


def _section(marked: Marked, scope: _Scope, problems: Problems) -> Section:
    reader = Reader(marked, problems)
    reader.only({"title", "draw", "course", "count", "kinds", "must_pass_percent"})
    must_pass = reader.hundredths("must_pass_percent", 100) if reader.has("must_pass_percent") else None
    if reader.has("draw") == reader.has("count"):
        problems.at(marked, "A section says either “draw” (how many of each objective) or “count”.")
    course = reader.choice("course", scope.courses, scope.course.slug if scope.course else "") if scope.courses else ""
    return Section(
        title=reader.text("title"),
        draw=_counts(marked.get("draw"), scope, problems),
        count=reader.whole("count", 1, 200) if reader.has("count") else 0,
        course="" if reader.has("draw") and not reader.has("course") else course,
        kinds=_limits(marked.get("kinds"), problems),
        must_pass=must_pass,
    )


def _counts(marked: Marked | None, scope: _Scope, problems: Problems) -> dict[str, int]:
    """Objective -> how many."""
    if marked is None:
        return {}
    reader = Reader(marked, problems)
    reader.only(scope.objectives)
    return {name: reader.whole(name, 1, 50) for name, _count in marked.items()} if reader.is_mapping else {}


def _most(marked: Marked | None, scope: _Scope, problems: Problems) -> dict[str, Any]:
    if marked is None:
        return {}
    reader = Reader(marked, problems)
    reader.only({"default", *scope.objectives})
    most = {name: reader.whole(name, 0, 50) for name, _count in marked.items()} if reader.is_mapping else {}
    return {"default_max": most.pop("default", 1), "max_per_objective": most}


def _limits(marked: Marked | None, problems: Problems) -> dict[str, Limit]:
    """Kind -> {min, max} or {exactly}."""
    if marked is None:
        return {}
    reader = Reader(marked, problems)
    reader.only([kind.name for kind in kinds.all_kinds()])
    limits = {}
    for name, child in marked.items() if reader.is_mapping else ():
        part = Reader(child, problems)
        part.only({"min", "max", "exactly"})
        if part.has("exactly"):
            count = part.whole("exactly", 0, 200)
            limits[name] = Limit(count, count)
        else:
            limits[name] = Limit(part.whole("min", 0, 200, 0), part.whole("max", 0, 200) if part.has("max") else None)
    return limits


def _draw_dry(blueprint: Blueprint, pool: list[ParsedQuestion], marked: Marked, problems: Problems) -> None:
    """An author hears it now, not the first trainee."""
    candidates = [question.candidate(number) for number, question in enumerate(pool, start=1)]
    for message in assembly.check(blueprint, candidates, seeds=DRY_DRAWS):
        problems.at(marked, f"No form can be drawn. {message}", "sections")


def write_quizzes(parsed: list[ParsedQuiz], rows: Rows, report: Report) -> None:
    kept = []
    for entry in parsed:
        owner = {"course": rows.courses[entry.course]} if entry.course else {"programme": rows.programme}
        quiz, is_new = Quiz.objects.select_related("current").get_or_create(**owner, defaults={"title": entry.title})
        content_hash = fingerprint({name: _plain(value) for name, value in entry.content.items()})
        is_changed = quiz.current is None or quiz.current.content_hash != content_hash
        if is_changed:
            last = quiz.versions.order_by("-number").first()
            quiz.current = QuizVersion.objects.create(
                quiz=quiz,
                number=last.number + 1 if last else 1,
                content_hash=content_hash,
                author=rows.by,
                **entry.content,
            )
        if is_changed or quiz.title != entry.title:
            quiz.title = entry.title
            quiz.save(update_fields=["title", "current"])
            report.made("quiz", quiz.title) if is_new else report.changed("quiz", quiz.title)
        else:
            report.same("quiz")
        kept.append(quiz.pk)
    mine = Quiz.objects.filter(course__programme=rows.programme) | Quiz.objects.filter(programme=rows.programme)
    for quiz in mine.filter(current__isnull=False).exclude(pk__in=kept):
        quiz.current = None
        quiz.save(update_fields=["current"])
        report.retired("quiz", quiz.title)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
