"""A checked Source -> rows, inside the caller's transaction. Says what it made and changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

from courses.loading.loader import LoadError, Rows
from courses.loading.report import Report
from courses.loading.source import CourseSource, Source
from courses.models import Course, Lesson, Module, Objective, Programme
from courses.models.lessons import Content
from courses.yaml_marks import Problems

if TYPE_CHECKING:
    from accounts.models import User


def write_source(source: Source, report: Report, *, by: User | None) -> Rows:
    programme, is_new = Programme.objects.select_for_update().get_or_create(
        slug=source.slug,
        defaults={"title": source.title, "summary": source.summary, "position": source.position},
    )
    _note(
        programme,
        {"title": source.title, "summary": source.summary, "position": source.position},
        "programme",
        programme.slug,
        report,
        is_new=is_new,
    )
    rows = Rows(programme=programme, by=by)
    _refuse_taken(source, programme)
    _free_codes(source, programme)
    for course in source:
        rows.courses[course.slug] = _course(course, programme, report)
    for course in source:
        _prerequisites(course, rows, report)
    _objectives(source, rows, report)
    for course in source:
        _lessons(course, rows, report)
    for gone in Course.objects.filter(programme=programme, retired=False).exclude(slug__in=rows.courses):
        gone.retired = True
        gone.save(update_fields=["retired"])
        report.retired("course", gone.slug)
    return rows


def _note(row: models.Model, values: Mapping[str, Any], what: str, name: str, report: Report, *, is_new: bool) -> None:
    """Save what differs, and say so."""
    different = [key for key, value in values.items() if getattr(row, key) != value]
    for key in different:
        setattr(row, key, values[key])
    if different:
        row.save(update_fields=different)
    if is_new:
        report.made(what, name)
    elif different:
        report.changed(what, name)
    else:
        report.same(what)


def _refuse_taken(source: Source, programme: Programme) -> None:
    taken = set(
        Course.objects.filter(slug__in=[course.slug for course in source])
        .exclude(programme=programme)
        .values_list("slug", flat=True)
    )
    if taken:
        problems = Problems()
        for course in source:
            if course.slug in taken:
                problems.at(course.marked, f"A course of another programme has the slug “{course.slug}”.", "slug")
        raise LoadError(problems)


def _free_codes(source: Source, programme: Programme) -> None:
    """Codes may be exchanged between courses: what is about to change is put out of the way first."""
    wanted = {course.slug: course.code for course in source}
    for course in Course.objects.filter(programme=programme):
        changes = wanted.get(course.slug, course.code) != course.code
        gives_up = course.slug not in wanted and course.code in wanted.values()
        if changes or gives_up:
            Course.objects.filter(pk=course.pk).update(code=f"~{course.pk}")


def _course(course: CourseSource, programme: Programme, report: Report) -> Course:
    values: dict[str, Any] = {
        "code": course.code,
        "title": course.title,
        "summary": course.summary,
        "position": course.position,
        "validity_months": course.validity_months,
        "retired": False,
    }
    row, is_new = Course.objects.get_or_create(programme=programme, slug=course.slug, defaults=values)
    _note(row, values, "course", course.slug, report, is_new=is_new)
    return row


def _prerequisites(course: CourseSource, rows: Rows, report: Report) -> None:
    row = rows.courses[course.slug]
    wanted = {rows.courses[slug].pk for slug in course.prerequisites}
    if set(row.prerequisites.values_list("pk", flat=True)) != wanted:
        row.prerequisites.set(wanted)
        report.changed("prerequisites", course.slug)


def _objectives(source: Source, rows: Rows, report: Report) -> None:
    """One that vanished is kept, retired: results of the past still name it."""
    existing = {objective.code: objective for objective in rows.programme.objectives.all()}
    for course in source:
        for code, text in course.objectives.items():
            values = {"course": rows.courses[course.slug], "text": text, "retired": False}
            row = existing.get(code)
            is_new = row is None
            if row is None:
                row = Objective.objects.create(programme=rows.programme, code=code, **values)
            _note(row, values, "objective", code, report, is_new=is_new)
            rows.objectives[code] = row
    for code, row in existing.items():
        if code not in rows.objectives and not row.retired:
            row.retired = True
            row.save(update_fields=["retired"])
            report.retired("objective", code)


def _modules(course: CourseSource, row: Course, report: Report) -> list[Module]:
    modules = list(row.modules.all())
    for position, title in enumerate(course.modules):
        is_new = position >= len(modules)
        if is_new:
            modules.append(Module.objects.create(course=row, title=title, position=position))
        _note(
            modules[position],
            {"title": title, "position": position},
            "module",
            f"{course.slug}: {title}",
            report,
            is_new=is_new,
        )
    return modules


def _lessons(course: CourseSource, rows: Rows, report: Report) -> None:
    row = rows.courses[course.slug]
    modules = _modules(course, row, report)
    existing = {lesson.slug: lesson for lesson in row.lessons.select_related("current")}
    for source in course.lessons:
        name = f"{course.slug}/{source.slug}"
        values: dict[str, Any] = {"module": modules[source.module], "position": source.position, "retired": False}
        lesson = existing.get(source.slug)
        is_new = lesson is None
        if lesson is None:
            lesson = Lesson.objects.create(course=row, slug=source.slug, **values)
        _note(lesson, values, "lesson", name, report, is_new=is_new)
        content = Content(
            title=source.title,
            summary=source.summary,
            minutes=source.minutes,
            objectives=source.objectives,
            facts=source.facts,
            blocks=source.blocks,
        )
        if lesson.publish(content, by=rows.by):
            report.made("lesson version", name)
        else:
            report.same("lesson version")
        rows.lessons[course.slug, source.slug] = lesson
    _retire(existing.values(), {source.slug for source in course.lessons}, modules, course, report)


def _retire(
    existing: Iterable[Lesson], kept: set[str], modules: list[Module], course: CourseSource, report: Report
) -> None:
    """Lessons that vanished are kept for those who studied them; modules that vanished hold nothing any more."""
    for lesson in existing:
        if lesson.slug not in kept and not lesson.retired:
            lesson.retired = True
            lesson.module = modules[0]
            lesson.save(update_fields=["retired", "module"])
            report.retired("lesson", f"{course.slug}/{lesson.slug}")
    for module in modules[len(course.modules) :]:
        module.lessons.update(module=modules[0])
        module.delete()
        report.retired("module", f"{course.slug}: {module.title}")
