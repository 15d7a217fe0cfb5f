"""Puts missed critical items again: a parallel item where there is one, untimed, until all are right."""

from __future__ import annotations

import secrets

from django.db import IntegrityError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from quizzes import completing
from quizzes.beginning import TRIES, Moved, Place, store
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.item import Item
from quizzes.models.marking import Marking
from quizzes.models.question import Question, QuestionVersion
from quizzes.models.quiz import Quiz
from quizzes.opening import Closed, Link, Reason, being_marked, look


def begin(quiz: Quiz, trainee: User) -> Attempt:
    for _try in range(TRIES):
        opening = look(quiz, trainee)
        if opening.open_follow_up:
            return opening.open_follow_up
        passed, before = opening.passed_attempt, opening.follow_up_after
        if passed is None or before is None:
            raise opening.refused(Reason("no_follow_up", _("Nothing is to be put again.")))
        if opening.waiting_attempt:
            raise opening.refused(being_marked(opening.waiting_attempt))
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
            return store(fresh, _places(quiz, trainee, passed), last=last)
        except (IntegrityError, Moved):
            continue  # another window was quicker
    raise Closed(look(quiz, trainee))


def _places(quiz: Quiz, trainee: User, passed: Attempt) -> list[Place]:
    """For each critical item still missed its parallel, or itself in its current wording."""
    missed = still_missed(passed)
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
        places.append(Place(_wording(chosen, item)))
    return places


def _wording(chosen: Question, item: Item) -> QuestionVersion:
    """As it stands today; as it was asked, if it was withdrawn or asks for something else by now."""
    today, asked = chosen.current, item.question_version
    usable = today is not None and not chosen.retired and today.is_critical and today.objective == asked.objective
    return today if usable and today is not None else asked


def still_missed(passed: Attempt) -> list[Item]:
    """As many of each objective as are still missed: those of the last round first, in the order of the paper.

    What counts is the latest marking of each item.
    """
    rounds = completing.rounds_of(passed)
    left = completing.still_missed(passed, rounds)
    verdicts: dict[int, bool] = {}
    papers = [*reversed(rounds), passed]
    for item_id, missed in (
        Marking.objects.filter(item__attempt__in=papers).order_by("rev").values_list("item", "critical_missed")
    ):
        verdicts[item_id] = missed
    items = Item.objects.filter(attempt__in=papers, pk__in=[pk for pk, missed in verdicts.items() if missed])
    by_paper: dict[int, list[Item]] = {}
    for item in items.select_related("question__current", "question_version").order_by("position"):
        by_paper.setdefault(item.attempt_id, []).append(item)
    found: dict[int, Item] = {}
    for paper in papers:
        for item in by_paper.get(paper.pk, ()):
            objective = item.question_version.objective
            if left.get(objective, 0) > 0 and item.question_id not in found:
                left[objective] -= 1
                found[item.question_id] = item
    return list(found.values())


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
