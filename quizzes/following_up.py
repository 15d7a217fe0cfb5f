"""Puts missed critical items again: a parallel item where there is one, untimed, until all are right."""

from __future__ import annotations

import secrets

from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from quizzes.beginning import TRIES, Moved, Place, store
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.item import Item
from quizzes.models.marking import Marking
from quizzes.models.question import Question
from quizzes.models.quiz import Quiz
from quizzes.opening import Closed, Link, Reason, look


def begin(quiz: Quiz, trainee: User) -> Attempt:
    for _try in range(TRIES):
        opening = look(quiz, trainee)
        if opening.open_follow_up:
            return opening.open_follow_up
        passed, before = opening.passed_attempt, opening.follow_up_after
        if passed is None or before is None:
            raise opening.refused(Reason("no_follow_up", _("Nothing is to be put again.")))
        if not opening.follow_up_is_ready:
            links = (Link(_("Read the feedback"), before.get_result_url()),)
            raise opening.refused(Reason("feedback_first", _("Read the feedback on what was missed first."), links))
        rounds = Attempt.objects.filter(quiz=quiz, trainee=trainee, mode=Mode.FOLLOW_UP).exclude(state=State.VOID)
        last = rounds.aggregate(last=Max("number"))["last"] or 0
        fresh = Attempt(
            trainee=trainee,
            quiz=quiz,
            quiz_version=passed.quiz_version,
            mode=Mode.FOLLOW_UP,
            follows=passed,
            seed=secrets.randbits(62),
            started_at=timezone.now(),
        )
        try:
            return store(fresh, _places(quiz, trainee, before), last=last)
        except (IntegrityError, Moved):
            continue  # another window was quicker
    raise Closed(look(quiz, trainee))


def _places(quiz: Quiz, trainee: User, before: Attempt) -> list[Place]:
    """For each critical item missed in the last round its parallel, or itself in its current wording."""
    missed = _missed(before)
    refs = {item.question.ref for item in missed}
    parallels = _parallels(quiz, trainee, {item.question_version.objective for item in missed})
    places = []
    for item in missed:
        parallel = next(
            (
                question
                for question in parallels
                if question.current
                and question.current.objective == item.question_version.objective
                and question.ref not in refs
                and refs.isdisjoint(question.current.not_with)
            ),
            None,
        )
        chosen = parallel or item.question
        refs.add(chosen.ref)
        usable = chosen.current is not None and not chosen.retired
        places.append(Place(chosen.current if usable and chosen.current else item.question_version))
    return places


def _missed(attempt: Attempt) -> list[Item]:
    """In the order of the paper. What counts is the latest marking of each item."""
    verdicts: dict[int, bool] = {}
    for item_id, critical_missed in (
        Marking.objects.filter(item__attempt=attempt).order_by("rev").values_list("item", "critical_missed")
    ):
        verdicts[item_id] = critical_missed
    items = Item.objects.filter(attempt=attempt, question_version__is_critical=True)
    items = items.select_related("question__current", "question_version").order_by("position")
    return [item for item in items if verdicts.get(item.pk)]


def _parallels(quiz: Quiz, trainee: User, objectives: set[str]) -> list[Question]:
    """Critical questions of these objectives that the trainee has not met in this quiz, in random order."""
    met = Item.objects.filter(attempt__trainee=trainee, attempt__quiz=quiz).values("question")
    pool = (
        Question.objects.askable()
        .of_quiz(quiz)
        .filter(current__is_critical=True, current__objective__in=objectives)
        .exclude(pk__in=met)
        .select_related("current")
    )
    return secrets.SystemRandom().sample(list(pool), k=len(pool))
