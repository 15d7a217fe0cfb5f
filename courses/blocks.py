"""The kinds of block a lesson is made of. Higher floors register their own (a knowledge check)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models import Enrolment, Lesson, LessonVersion

Data = dict[str, Any]  # one block as it is stored: plain JSON, with its "kind" and "id"

BLOCK_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class BlockError(Exception):
    """Something an author must put right; `path` says where in the block, as in "key[1].term"."""

    def __init__(self, message: object, path: str = "") -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.path = path


@dataclass(frozen=True)
class Words:
    """What search may find in a block: headings weigh more than text."""

    text: str = ""
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """The lesson page a block is shown on. `enrolment` is None for instructors and staff who only read."""

    trainee: User
    lesson: Lesson
    version: LessonVersion
    enrolment: Enrolment | None = None


@dataclass(frozen=True)
class Shown:
    """A block ready for the lesson page: `{% include block.template with block=block.context only %}`."""

    id: str
    kind: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


class Block(ABC):
    """A kind of block: its schema, its words, and what its template needs."""

    needs_id = False  # True: authors must give the id, because something else points at it

    template: str  # the partial that shows one block; it gets `block` (the context), `page`, `request`, `csrf_token`

    @abstractmethod
    def parse(self, source: Any) -> Data:
        """What an author wrote -> plain JSON to store, or BlockError. Rich text is cleaned here already."""

    def words(self, data: Data) -> Words:
        return Words()

    def opens_section(self, data: Data) -> bool:
        """Whether a second-level heading stands in it, so that titles after it are third-level."""
        return False

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        """All blocks of this kind on the page at once (so: one query), as block id -> context."""
        return {data["id"]: data for data in blocks}


_kinds: dict[str, Block] = {}


def register(kind: str, block: Block) -> None:
    """Make a kind of block known. Called from an AppConfig.ready()."""
    _kinds[kind] = block


def kinds() -> Mapping[str, Block]:
    return _kinds


def parse(kind: str, source: Any) -> Data:
    """One block as stored, without its id; BlockError when the kind or its content is not right."""
    if kind not in _kinds:
        raise BlockError(
            _("There is no block “%(kind)s”. Known: %(known)s.") % {"kind": kind, "known": ", ".join(sorted(_kinds))}
        )
    return {**_kinds[kind].parse(source), "kind": kind}


def words(blocks: Iterable[Data]) -> list[tuple[str, Words]]:
    """What search may find, block by block, as (block id, words)."""
    return [(data["id"], _kinds[data["kind"]].words(data)) for data in blocks if data["kind"] in _kinds]


def show(page: Page, blocks: Sequence[Data]) -> list[Shown]:
    """The blocks of a version ready for its page, in order, at one call a kind. `level` is that of a block's title."""
    contexts = {
        kind: block.show(page, mine)
        for kind, block in _kinds.items()
        if (mine := [data for data in blocks if data["kind"] == kind])
    }
    shown = []
    level = 2
    for data in blocks:
        if (block := _kinds.get(data["kind"])) is None:
            continue
        context = {"level": level, **contexts[data["kind"]].get(data["id"], data)}
        shown.append(Shown(id=data["id"], kind=data["kind"], template=block.template, context=context))
        if block.opens_section(data):
            level = 3
    return shown


def has_template(name: str) -> bool:
    """Whether a partial of this name ships with us."""
    from django.template import TemplateDoesNotExist

    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True
