"""The next version of a question. Of one already answered the author says what kind of change it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from quizzes.correcting import Refused
from quizzes.correcting.changes import allowed, differences, smallest
from quizzes.loading.checked import fingerprint
from quizzes.models.item import Item
from quizzes.models.question import ChangeKind, Question, QuestionVersion


class Overtaken(Refused):
    """Somebody else published a version meanwhile."""


class NothingChanged(Refused):
    """The new version would say what the current one says."""


def is_answered(question: Question) -> bool:
    """Whether it stands on anybody's paper: then a change may touch marks."""
    return Item.objects.filter(question=question).exists()


def revise(
    question: Question, content: Mapping[str, Any], *, change: str | None = None, by: User, reason: str = ""
) -> QuestionVersion:
    """Publish the next version. `question` is as the author saw it: if it moved on since, `Overtaken`.

    `content` holds the columns of a version, checked (`loading.bank.ParsedQuestion.content`). `change` is a
    `ChangeKind`; it may be left out while nobody was asked the question.
    """
    seen = question.current
    with transaction.atomic():
        stands = (
            Question.objects.select_for_update(no_key=True, of=("self",)).select_related("current").get(pk=question.pk)
        )
        current = stands.current
        if current is not None and (seen is None or seen.pk != current.pk):
            raise Overtaken(
                _("Somebody else published version %(number)s meanwhile. Look at it before you publish yours.")
                % {"number": current.number}
            )
        kind = _kind(stands, current, content, change)
        try:
            with transaction.atomic():
                version = QuestionVersion.objects.create(
                    question=stands,
                    number=current.number + 1 if current else 1,
                    change_kind=kind,
                    change_reason=reason.strip(),
                    content_hash=fingerprint(content),
                    author=by,
                    **content,
                )
        except IntegrityError as error:
            raise Overtaken(_("Somebody else published a version meanwhile. Look at it first.")) from error
        stands.current = version
        stands.save(update_fields=["current"])
    question.current = version
    return version


def _kind(
    question: Question, current: QuestionVersion | None, content: Mapping[str, Any], change: str | None
) -> ChangeKind:
    if current is None:
        return ChangeKind.NEW
    changed = differences(current, content)
    if not changed:
        raise NothingChanged(_("Nothing was changed."))
    least = smallest(current, content)
    if not change:
        if is_answered(question):
            raise Refused(
                _(
                    "This question was answered already. "
                    "Say what you changed: wording only, the right answer, or content."
                )
            )
        return least
    if change not in (ChangeKind.TYPO, ChangeKind.KEY, ChangeKind.CONTENT):
        raise Refused(_("Say what you changed: wording only, the right answer, or content."))
    if change not in allowed(current, content):
        raise Refused(_too_small(least, changed))
    return ChangeKind(change)


def _too_small(least: ChangeKind, changed: frozenset[str]) -> str:
    if least == ChangeKind.KEY:
        return _(
            "This changes what is right, what it is worth, or whether it is safety-critical. "
            "That is more than wording: call it a change of the right answer."
        )
    return _(
        "This changes what is asked: the kind, the options, or the objective. "
        "Answers given before were to another question, so call it a change of content."
    )
