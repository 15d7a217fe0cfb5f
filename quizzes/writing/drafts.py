"""A draft's way: opened from a version or from nothing, checked as an entry of the bank, published as a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.loading import Marked, Problems
from courses.models import Course, Objective
from quizzes import kinds
from quizzes.kinds.authoring import join
from quizzes.kinds.base import Kind
from quizzes.kinds.forms import Field
from quizzes.loading import bank
from quizzes.models.draft import QuestionDraft
from quizzes.models.question import MARK, Question, QuestionVersion
from quizzes.writing import fields

DIFFICULTIES = (("", "–"), ("easy", _("easy")), ("medium", _("medium")), ("hard", _("hard")))


def asking(objectives: Mapping[str, str], *, is_new: bool) -> tuple[Field, ...]:
    """What every question has, before the kind's own fields."""
    ref = Field("id", _("Name"), "text", help=_("A short name of its own, such as Q-M1-066. It stays."))
    return (
        *((ref,) if is_new else ()),
        Field("stem", _("Question"), "prose"),
        Field(
            "objective",
            _("Objective"),
            "choice",
            choices=tuple((code, f"{code}  {text}") for code, text in objectives.items()),
        ),
    )


JUDGING = (
    Field("points", _("Points"), "number"),
    Field(
        "critical",
        _("Safety-critical"),
        "flag",
        help=_(
            "A wrong answer, acted on, leads straight to injury, infection or poisoning, or to treating someone who "
            "must not be treated."
        ),
    ),
    Field(
        "feedback",
        _("Feedback"),
        "group",
        columns=(
            Field("right", _("After a right answer"), "prose"),
            Field("wrong", _("After a wrong answer"), "prose"),
        ),
    ),
    Field("facts", _("Facts"), "texts", help=_("Ids of the facts that support the key, a line each."), optional=True),
    Field(
        "not_with",
        _("Never together with"),
        "texts",
        help=_("Names of questions that would give this one away or repeat it, a line each."),
        optional=True,
    ),
    Field("tags", _("Tags"), "texts", optional=True),
    Field(
        "difficulty",
        _("Difficulty"),
        "choice",
        choices=DIFFICULTIES,
        help=_("A guess, until there are answers."),
        optional=True,
    ),
)


@dataclass(frozen=True)
class Checked:
    """The entry, its columns when nothing is wrong, and what is wrong by posted field name ("" for the whole)."""

    entry: dict[str, Any]
    parsed: bank.ParsedQuestion | None
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def content(self) -> Mapping[str, Any] | None:
        return self.parsed.content if self.parsed else None


@dataclass(frozen=True)
class _Home:
    slug: str
    code: str
    objectives: Mapping[str, str]


class _Noted(Problems):
    """Problems under the path of the value instead of a line of a file."""

    def at(self, marked: Marked, message: object, path: str = "") -> None:
        super().within(join(marked.file, path), message)


def objectives_of(course: Course) -> dict[str, str]:
    return dict(Objective.objects.filter(course=course).order_by("code").values_list("code", "text"))


def form_of(draft: QuestionDraft, objectives: Mapping[str, str]) -> tuple[Field, ...]:
    return (*asking(objectives, is_new=draft.question_id is None), *kinds.get(draft.kind).form, *JUDGING)


def entry_of(version: QuestionVersion) -> dict[str, Any]:
    """A version as the bank would write it."""
    kind: Kind = kinds.get(version.kind)
    expected = version.expected_correct
    return {
        "id": version.question.ref,
        "kind": version.kind,
        "stem": version.stem,
        "objective": version.objective,
        "points": Decimal(version.mark) / MARK,
        "critical": version.is_critical,
        "feedback": version.feedback,
        "facts": version.facts,
        "not_with": version.not_with,
        "tags": version.tags,
        "difficulty": version.difficulty,
        **({} if expected is None else {"expected_correct": Decimal(expected) / 10_000}),
        **kind.source(version.body, version.key),
    }


def open_for(question: Question, by: User) -> QuestionDraft:
    """The draft of this question: the one that is there, else one that says what the current version says."""
    version = question.current
    if version is None:
        raise ValueError(question)
    form = (*asking({}, is_new=False), *kinds.get(version.kind).form, *JUDGING)
    draft, _made = QuestionDraft.objects.get_or_create(
        question=question,
        defaults={
            "course": question.course,
            "base": version,
            "kind": version.kind,
            "fields": fields.fill(form, entry_of(version)),
            "author": by,
        },
    )
    return draft


def begin(course: Course, kind: str, by: User) -> QuestionDraft:
    """An empty draft of a new question, with the rows that the kind asks for at least."""
    posted: fields.Posted = {"id": [_free_ref(course)], "points": ["1"]}
    for each in kinds.get(kind).form:
        if each.how == "rows":
            for _row in range(2):
                posted = fields.add_row(posted, each.name, ids=each.ids)
    return QuestionDraft.objects.create(course=course, kind=kind, fields=posted, author=by)


def _free_ref(course: Course) -> str:
    taken = set(Question.objects.filter(programme=course.programme_id).values_list("ref", flat=True))
    number = Question.objects.filter(course=course).count() + 1
    while f"Q-{course.code}-{number:03}" in taken:
        number += 1
    return f"Q-{course.code}-{number:03}"


def check(draft: QuestionDraft) -> Checked:
    objectives = objectives_of(draft.course)
    entry = fields.read(form_of(draft, objectives), draft.fields)
    entry["kind"] = draft.kind
    base = draft.base
    if draft.question is not None:
        entry["id"] = draft.question.ref
    if base is not None and base.expected_correct is not None:
        entry["expected_correct"] = Decimal(base.expected_correct) / 10_000
    problems = _Noted()
    home = _Home(draft.course.slug, draft.course.code, objectives)
    parsed = bank.read_entry(home, _marked(entry), problems)
    _check_names(draft, entry, problems)
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(fields.name_of(problem.file), []).append(problem.message)
    return Checked(entry, None if errors else parsed, errors)


def _check_names(draft: QuestionDraft, entry: Mapping[str, Any], problems: Problems) -> None:
    others = Question.objects.filter(programme=draft.course.programme_id)
    if draft.question_id is None and others.filter(ref=entry.get("id")).exists():
        problems.within("id", _now("Another question has this name already."))
    named = entry.get("not_with", [])
    known = set(others.filter(ref__in=named).values_list("ref", flat=True)) - {entry.get("id")}
    if missing := [ref for ref in named if ref not in known]:
        problems.within("not_with", _now("There is no other question %(ref)s.") % {"ref": ", ".join(missing)})


def _marked(value: Any, path: str = "") -> Marked:
    """A plain value as the readers of the bank take it, with its path for a file name."""
    children: dict[str | int, Marked] = {}
    if isinstance(value, dict):
        children.update({name: _marked(child, join(path, str(name))) for name, child in value.items()})
    elif isinstance(value, list):
        children.update({index: _marked(child, join(path, f"[{index}]")) for index, child in enumerate(value)})
    return Marked(value, 1, path, children)


def publish(draft: QuestionDraft, *, change: str | None, by: User, reason: str = "", seen: str = "") -> QuestionVersion:
    """The next version of the question, or the first of a new one; the draft is done with.

    `seen` is the id of the version that the author compared the draft with. Raises whatever revising refuses.
    """
    from quizzes.correcting import Refused, revising

    checked = draft.checked()
    if checked.parsed is None:
        raise Refused(_now("Something is still to be put right in the draft."))
    with transaction.atomic():
        if draft.question is None:
            try:
                with transaction.atomic():
                    question = Question.objects.create(
                        programme_id=draft.course.programme_id, course=draft.course, ref=checked.parsed.ref
                    )
            except IntegrityError as error:  # the same button pressed twice, or another author was quicker
                raise Refused(_now("Another question has this name already.")) from error
        else:
            question = draft.question
            if question.current is None or str(question.current.pk) != seen:
                raise Refused(_now("The published version moved on meanwhile. Look at what changes now."))
        version = revising.revise(question, checked.parsed.content, change=change, by=by, reason=reason)
        draft.delete()
    return version
