"""How far two versions of a question differ, and what such a change may be called. No query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quizzes.loading.bank import JUDGED, WORDING
from quizzes.models.question import ChangeKind, QuestionVersion

# Words of a body that may be mended while the same thing is asked. An id, a number or a colour is none of them.
PROSE = frozenset({"text", "stem", "case", "label", "name", "title", "prompt", "words", "intro", "alt", "hint"})
RANK = (ChangeKind.TYPO, ChangeKind.KEY, ChangeKind.CONTENT)


def differences(current: QuestionVersion, content: Mapping[str, Any]) -> frozenset[str]:
    """The names of the columns that would change."""
    return frozenset(name for name, value in content.items() if getattr(current, name) != value)


def bones(value: Any) -> Any:
    """A body without its prose: what must be the same for the answers to mean the same."""
    if isinstance(value, Mapping):
        return {name: "" if name in PROSE and isinstance(part, str) else bones(part) for name, part in value.items()}
    return [bones(part) for part in value] if isinstance(value, list) else value


def smallest(current: QuestionVersion, content: Mapping[str, Any]) -> ChangeKind:
    """The least that this change can honestly be called."""
    names = differences(current, content) - WORDING - {"stem", "case"}
    if "body" in names and bones(current.body) == bones(content["body"]):
        names -= {"body"}
    if not names:
        return ChangeKind.TYPO
    return ChangeKind.KEY if names <= JUDGED else ChangeKind.CONTENT


def allowed(current: QuestionVersion, content: Mapping[str, Any]) -> tuple[ChangeKind, ...]:
    """What its author may call it: the least or more."""
    return RANK[RANK.index(smallest(current, content)) :]
