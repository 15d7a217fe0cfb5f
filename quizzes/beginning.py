"""Begins an attempt: the paper is drawn, then stored whole, before a word of it is shown."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from quizzes import accommodating, blueprints, deadlines, kinds
from quizzes.assembly import CannotAssemble, assemble
from quizzes.deadlines import NOTHING, Allowance
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.item import Item, Response
from quizzes.models.question import Question, QuestionVersion
from quizzes.models.quiz import Quiz, QuizVersion
from quizzes.opening import Closed, Opening, Reason, look
from quizzes.practising import seen

log = logging.getLogger("quizzes")

TRIES = 3
SEARCHED = (
    "objective",
    "kind",
    "is_critical",
    "case",
    "not_with",
)  # of a version: a pool's prose stays in the database


@dataclass(frozen=True)
class Place:
    """One item to be: a question version and the section it stands in."""

    version: QuestionVersion
    section: int = 0


class Moved(Exception):
    """Another attempt was begun since we looked."""


def begin(quiz: Quiz, trainee: User, *, declared: bool) -> Attempt:
    for _try in range(TRIES):
        now = timezone.now()
        opening = look(quiz, trainee, now)
        if opening.open_attempt:
            return opening.open_attempt
        if opening.overdue_attempt:
            opening.overdue_attempt.close_if_over(now)
            opening = look(quiz, trainee, now)
        if opening.version is None or not opening.is_open:
            raise Closed(opening)
        if not declared:
            raise opening.refused(Reason("declaration", _("Declare that the answers will be your own work.")))
        seed = secrets.randbits(62)
        last = opening.attempts[0].number if opening.attempts else 0
        fresh = Attempt(
            trainee=trainee,
            quiz=quiz,
            quiz_version=opening.version,
            mode=Mode.GRADED,
            seed=seed,
            declared_at=now,
            started_at=now,
        )
        _set_clock(fresh, opening.version, opening.allowance)
        try:
            begun = store(fresh, _draw(opening, trainee, seed), last=last)
        except (IntegrityError, Moved):
            continue  # another window was quicker: its attempt is the one
        accommodating.catch_up(begun)
        return begun
    raise Closed(look(quiz, trainee))


def store(attempt: Attempt, places: Sequence[Place], *, last: int) -> Attempt:
    """Freeze a paper: attempt, items and empty responses, or nothing. Raises Moved or IntegrityError for the loser."""
    attempt.max_mark = sum(place.version.mark for place in places)
    items = [
        Item(
            attempt=attempt,
            position=position,
            section=place.section,
            question_id=place.version.question_id,
            question_version=place.version,
            drawn=_chance(place.version, attempt.seed, position),
            max_mark=place.version.mark,
        )
        for position, place in enumerate(places, start=1)
    ]
    with transaction.atomic():
        mine = Attempt.objects.filter(quiz=attempt.quiz, trainee=attempt.trainee, mode=attempt.mode)
        numbers = mine.aggregate(every=Max("number"), seen=Max("number", filter=~Q(state=State.VOID)))
        if (numbers["seen"] or 0) != last:
            raise Moved
        attempt.number = (numbers["every"] or 0) + 1
        attempt.save(force_insert=True)
        Item.objects.bulk_create(items)
        Response.objects.bulk_create(Response(item=item) for item in items)
    return attempt


def _chance(version: QuestionVersion, seed: int, position: int) -> dict[str, Any]:
    """What chance decides about one item: the option order, say. The same seed decides the same."""
    rng = Random(f"{seed}:{position}")  # noqa: S311  a draw that can be repeated, no secret
    return kinds.get(version.kind).draw(version.body, rng)


def _set_clock(attempt: Attempt, version: QuizVersion, allowance: Allowance = NOTHING) -> None:
    """When it ends, and what was granted at that moment: kept as it was, whatever is granted or ended later."""
    attempt.deadline_at = deadlines.deadline(
        attempt.started_at, limit=version.time_limit_seconds, closes=version.closes_at, allowance=allowance
    )
    attempt.hard_deadline_at = deadlines.hard(attempt.deadline_at)
    attempt.accommodation, attempt.read_outs = allowance.to_json(), allowance.read_outs


def _draw(opening: Opening, trainee: User, seed: int) -> list[Place]:
    quiz, version = opening.quiz, opening.version
    if version is None:
        raise Closed(opening)
    pool = (
        Question.objects.askable()
        .of_quiz(quiz)
        .select_related("current", "course")
        .only("ref", "course__slug", *(f"current__{name}" for name in SEARCHED))
    )
    try:
        form = assemble(blueprints.of(version), blueprints.candidates(pool, _met(opening, trainee)), seed=seed)
    except CannotAssemble as refusal:
        log.exception("No form of “%s” can be drawn.", quiz)
        words = _("This quiz cannot be put together at the moment. Please tell the academy.")
        raise opening.refused(Reason("pool", words)) from refusal
    versions = QuestionVersion.objects.in_bulk([drawn.candidate.id for drawn in form])
    return [Place(versions[drawn.candidate.id], drawn.section) for drawn in form]


def _met(opening: Opening, trainee: User) -> dict[int, int]:
    """Question id -> how late it should be used: practised; in an examination, met in a passed quiz; met last time."""
    met: dict[int, int] = dict.fromkeys(seen.practised(trainee), 1)  # practice has told their answers
    if opening.quiz.programme_id:
        passed = Attempt.objects.graded().filter(trainee=trainee, quiz__course__programme=opening.quiz.programme_id)
        latest = dict(passed.passed().order_by("number").values_list("quiz", "pk"))
        met |= dict.fromkeys(_asked(latest.values()), 1)
    if opening.attempts:
        met |= dict.fromkeys(_asked([opening.attempts[0].pk]), 2)
    return met


def _asked(attempts: Iterable[int]) -> list[int]:
    return list(Item.objects.filter(attempt__in=list(attempts)).values_list("question", flat=True))
