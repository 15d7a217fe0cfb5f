"""Reads the whole folder first, with the parts of higher floors; writes only when nothing is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction

from courses.loading.report import Report
from courses.loading.source import Source
from courses.yaml_marks import Problem, Problems

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models import Course, Lesson, Objective, Programme


class LoadError(Exception):
    """The folder cannot be loaded; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)


@dataclass
class Rows:
    """The rows a folder became, for the parts of higher floors."""

    programme: Programme
    by: User | None = None
    courses: dict[str, Course] = field(default_factory=dict)  # by slug
    objectives: dict[str, Objective] = field(default_factory=dict)  # by code
    lessons: dict[tuple[str, str], Lesson] = field(default_factory=dict)  # by (course slug, lesson slug)


class Part(Protocol):
    """What a higher floor adds to a load: its own sections and files, in the same transaction.

    `read` checks everything and notes each problem (`problems.at(marked, message, path)`); it writes nothing.
    `write` runs only when no part noted a problem. It may still refuse with LoadError; then all is rolled back.
    """

    course_keys: frozenset[str]  # top-level keys of course.yaml this part reads
    programme_keys: frozenset[str]  # top-level keys of programme.yaml this part reads

    def read(self, source: Source, problems: Problems) -> Any: ...

    def write(self, parsed: Any, rows: Rows, report: Report) -> None: ...


_parts: list[Part] = []


def register(part: Part) -> None:
    """Add a part. Called from an AppConfig.ready(); parts are read and written in the order of registration."""
    if part not in _parts:
        _parts.append(part)


def load(folder: Path, *, by: User | None = None, dry_run: bool = False) -> Report:
    """Load a programme folder. Raises LoadError with every problem found; then nothing was written."""
    from courses.loading.folder import read_source
    from courses.loading.writing import write_source

    problems = Problems()
    source = read_source(
        Path(folder),
        problems,
        course_keys=frozenset[str]().union(*(part.course_keys for part in _parts)),
        programme_keys=frozenset[str]().union(*(part.programme_keys for part in _parts)),
    )
    parsed = [(part, part.read(source, problems)) for part in _parts]
    if problems:
        raise LoadError(sorted(set(problems), key=lambda problem: (problem.file, problem.line)))
    report = Report(dry_run=dry_run)
    with transaction.atomic():
        rows = write_source(source, report, by=by)
        for part, value in parsed:
            part.write(value, rows, report)
        if dry_run:
            transaction.set_rollback(True)
    return report
