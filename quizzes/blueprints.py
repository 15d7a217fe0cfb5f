"""The form-assembly settings of a quiz version: plain JSON in the row, a `Blueprint` for the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from quizzes.assembly import Blueprint, Candidate, Limit, Section

if TYPE_CHECKING:
    from quizzes.models.question import Question
    from quizzes.models.quiz import QuizVersion


def of(version: QuizVersion) -> Blueprint:
    return from_json(
        {
            "sections": version.sections,
            "kinds": version.kinds,
            "max_per_objective": version.max_per_objective,
            "critical_min": version.critical_min_items,
        }
    )


def from_json(stored: dict[str, Any]) -> Blueprint:
    most = dict(stored["max_per_objective"])
    return Blueprint(
        sections=tuple(
            Section(
                title=section["title"],
                draw=section["draw"],
                count=section["count"],
                course=section["course"],
                kinds=_limits(section["kinds"]),
                must_pass=section["must_pass"],
            )
            for section in stored["sections"]
        ),
        default_max=most.pop("default", 1),
        max_per_objective=most,
        kinds=_limits(stored["kinds"]),
        critical_min=stored["critical_min"],
    )


def to_json(blueprint: Blueprint) -> dict[str, Any]:
    return {
        "sections": [
            {
                "title": section.title,
                "course": section.course,
                "draw": dict(section.draw),
                "count": section.count,
                "kinds": _plain(section.kinds),
                "must_pass": section.must_pass,
            }
            for section in blueprint.sections
        ],
        "kinds": _plain(blueprint.kinds),
        "max_per_objective": {"default": blueprint.default_max, **blueprint.max_per_objective},
        "critical_min": blueprint.critical_min,
    }


def _limits(stored: dict[str, Any]) -> dict[str, Limit]:
    return {kind: Limit(limit["at_least"], limit["at_most"]) for kind, limit in stored.items()}


def _plain(limits: Any) -> dict[str, Any]:
    return {kind: {"at_least": limit.at_least, "at_most": limit.at_most} for kind, limit in limits.items()}


def candidates(questions: Iterable[Question], met: dict[int, int]) -> list[Candidate]:
    """Questions (with `current` and `course` at hand) as the search wants them, known by their current version.

    `met` ranks the questions seen before.
    """
    found = []
    for question in questions:
        version = question.current
        if version is None:
            continue
        found.append(
            Candidate(
                id=version.pk,
                ref=question.ref,
                course=question.course.slug,
                objective=version.objective,
                kind=version.kind,
                is_critical=version.is_critical,
                case=version.case,
                not_with=frozenset(version.not_with),
                met=met.get(question.pk, 0),
            )
        )
    return found
