"""What a programme folder says, read and checked, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courses.yaml_marks import Marked, Problems, read


@dataclass(frozen=True)
class LessonSource:
    slug: str
    file: str
    position: int
    module: int  # which of the course's modules, counted from 0
    title: str
    summary: str
    minutes: int
    objectives: list[str]
    facts: list[str]
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class CourseSource:
    """One course of the folder. `marked` is its course.yaml; `folder` is its name inside the programme folder."""

    folder: str
    slug: str
    code: str
    title: str
    summary: str
    position: int
    validity_months: int | None
    prerequisites: list[str]
    objectives: dict[str, str]
    modules: list[str]
    lessons: list[LessonSource]
    marked: Marked

    def section(self, name: str) -> Marked | None:
        """A section of course.yaml that a higher floor reads, such as "quiz"."""
        return self.marked.get(name)

    def path(self, name: str) -> str:
        """A file of this course, as a path for Source.node()."""
        return f"{self.folder}/{name}"


@dataclass
class Source:
    """A programme folder. `node(path)` reads one of its YAML files with line marks; problems are noted once."""

    folder: Path
    problems: Problems
    slug: str = ""
    title: str = ""
    summary: str = ""
    position: int = 0
    marked: Marked | None = None  # programme.yaml
    courses: list[CourseSource] = field(default_factory=list)
    _nodes: dict[str, Marked | None] = field(default_factory=dict)

    def node(self, path: str) -> Marked | None:
        """The file at `path` (relative to the folder), or None after noting why it cannot be read."""
        if path not in self._nodes:
            self._nodes[path] = read(self.folder, path, self.problems)
        return self._nodes[path]

    def exists(self, path: str) -> bool:
        file = self.folder / path
        return file.is_symlink() or file.exists()

    def section(self, name: str) -> Marked | None:
        """A section of programme.yaml that a higher floor reads, such as "quiz"."""
        return self.marked.get(name) if self.marked else None

    @property
    def objectives(self) -> dict[str, str]:
        """Every objective of the programme, code -> text."""
        return {code: text for course in self.courses for code, text in course.objectives.items()}

    def __iter__(self) -> Iterator[CourseSource]:
        return iter(self.courses)
