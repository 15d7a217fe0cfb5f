"""Grants a trainee more than a quiz's rules give, ends it again, and lets a running attempt have it at once.

Several may be in force for one quiz (its own, and those for every quiz): of each thing the most generous one counts.
Nothing is ever taken from an attempt that runs. Granting writes first and looks for running attempts again after its
commit; beginning looks for grants again after its own: whoever commits second sees the other, without a lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from quizzes import deadlines
from quizzes.deadlines import USUAL, Allowance
from quizzes.kinds.base import Kind
from quizzes.models.accommodation import Accommodation, AccommodationEnding, GrantedMidway
from quizzes.models.attempt import Attempt
from quizzes.models.quiz import Quiz

TRIES = 5


class What(TypedDict, total=False):
    """What may be granted; see Accommodation."""

    time_percent: int
    extra_minutes: int
    extra_attempts: int
    opens_at: datetime | None
    closes_at: datetime | None
    read_outs: bool


class CannotGrant(Exception):
    """Its message may be shown."""


def grant(
    trainee: User, *, quiz: Quiz | None, by: User, reason: str, key: UUID | None = None, **what: Unpack[What]
) -> Accommodation:
    """For one quiz, or for every one (None). The same `key` with the same words grants once. Raises CannotGrant."""
    if trainee == by:
        raise CannotGrant(_("Nobody grants themself an accommodation. Ask a colleague."))
    fresh = Accommodation(trainee=trainee, quiz=quiz, granted_by=by, reason=reason, **what)
    fresh.key = _key(key, fresh)
    twin = Accommodation.objects.filter(key=fresh.key)
    try:
        if twin.filter(ending__isnull=False).exists():  # an old page sent again: what it granted then is over
            fresh.key = uuid4()
        with transaction.atomic():
            fresh.save(force_insert=True)
            _reach_running(fresh)
    except IntegrityError:
        found = twin.first()
        if found is None:
            raise
        fresh = found
    _reach_running(fresh)
    return fresh


def end(accommodation: Accommodation, *, by: User, reason: str) -> AccommodationEnding:
    """New attempts go without it. Only the first ending is remembered; a running attempt keeps what it got."""
    ending, _new = AccommodationEnding.objects.get_or_create(
        accommodation=accommodation, defaults={"ended_by": by, "reason": reason}
    )
    return ending


def allowances(trainee: User, quizzes: Iterable[Quiz | int]) -> dict[int, Allowance]:
    """By quiz id; one query for any number of quizzes."""
    ids = [quiz if isinstance(quiz, int) else quiz.pk for quiz in quizzes]
    granted = list(Accommodation.objects.of(trainee).in_force())
    return {
        pk: deadlines.together(one.allowance for one in granted if one.quiz_id is None or one.quiz_id == pk)
        for pk in ids
    }


def allowance(trainee: User, quiz: Quiz | int) -> Allowance:
    (found,) = allowances(trainee, [quiz]).values()
    return found


def still_open(at: datetime) -> set[int | None]:
    """Quizzes that somebody may sit later than everybody else; None in it: any. One query."""
    return set(Accommodation.objects.in_force().filter(closes_at__gt=at).values_list("quiz", flat=True))


def reads_out(trainee: User, kind: Kind) -> bool:
    """Do colours come with their numbers for this person, where no quiz is asked (checks in lessons, practice)?"""
    return kind.shows_colour and Accommodation.objects.of(trainee).in_force().filter(read_outs=True).exists()


def catch_up(attempt: Attempt) -> None:
    """Called when an attempt was begun: what was granted in the same moment reaches it too. One query, mostly."""
    granted = Accommodation.objects.of(attempt.trainee).in_force().touching(attempt.quiz_id)
    known = set(Allowance.from_json(attempt.accommodation).sources)
    for missed in [one for one in granted if one.pk not in known]:
        _let_have(attempt, missed)


def _key(key: UUID | None, fresh: Accommodation) -> UUID:
    """Another trainee, granter or content is another grant, whatever key came along."""
    if key is None:
        return uuid4()
    fields = [str(getattr(fresh, field.attname)) for field in Accommodation._meta.concrete_fields]
    skipped = {"id", "key", "granted_at"}
    names = [field.attname for field in Accommodation._meta.concrete_fields]
    return uuid5(key, repr([pair for pair in zip(names, fields, strict=True) if pair[0] not in skipped]))


def _reach_running(accommodation: Accommodation) -> None:
    running = Attempt.objects.filter(trainee=accommodation.trainee).accepting(timezone.now())
    if accommodation.quiz_id:
        running = running.filter(quiz=accommodation.quiz_id)
    for attempt in running.select_related("quiz_version", "trainee"):
        _let_have(attempt, accommodation)


def _let_have(attempt: Attempt, accommodation: Accommodation) -> None:
    """More time or read-outs on a running attempt, guarded like every write: never less, and never after its end."""
    granted = allowance(attempt.trainee, attempt.quiz_id)
    rules = attempt.quiz_version
    until = deadlines.deadline(
        attempt.started_at, limit=rules.time_limit_seconds, closes=rules.closes_at, allowance=granted
    )
    for _try in range(TRIES):
        now = timezone.now()
        before, had = attempt.deadline_at, attempt.read_outs
        later = before is not None and until is not None and until > before
        after = until if later else before
        if not later and (had or not granted.read_outs):
            return
        with transaction.atomic():
            as_seen = Attempt.objects.filter(pk=attempt.pk, deadline_at=before, read_outs=had).accepting(now)
            if as_seen.update(
                deadline_at=after, hard_deadline_at=deadlines.hard(after), read_outs=had or granted.read_outs
            ):
                GrantedMidway.objects.create(
                    attempt=attempt,
                    accommodation=accommodation,
                    deadline_before=before if later else None,
                    deadline_after=after if later else None,
                    read_outs=granted.read_outs and not had,
                    granted_by=accommodation.granted_by,
                    granted_at=now,
                )
        attempt.refresh_from_db(fields=["state", "deadline_at", "hard_deadline_at", "read_outs"])
        if attempt.is_over(now):
            return


# Telling it


def words(granted: Allowance) -> list[str]:
    """What is granted, a line each, in plain words; never why."""
    lines = []
    if granted.time_percent > USUAL:
        lines.append(_("%(percent)d%% of the usual time") % {"percent": granted.time_percent})
    if granted.extra_minutes:
        line = ngettext("%(count)d extra minute", "%(count)d extra minutes", granted.extra_minutes)
        lines.append(line % {"count": granted.extra_minutes})
    if granted.extra_attempts:
        line = ngettext("%(count)d extra attempt", "%(count)d extra attempts", granted.extra_attempts)
        lines.append(line % {"count": granted.extra_attempts})
    if granted.opens_at or granted.closes_at:
        lines.append(_window_words(granted.opens_at, granted.closes_at))
    if granted.read_outs:
        lines.append(_("Colours come with their numbers (L*, a*, b*)"))
    return lines


def _window_words(opens: datetime | None, closes: datetime | None) -> str:
    moments = {"opens": moment(opens), "closes": moment(closes)}
    if opens and closes:
        return _("Open from %(opens)s to %(closes)s") % moments
    return (_("Open from %(opens)s") if opens else _("Open until %(closes)s")) % moments


def moment(at: datetime | None) -> str:
    return "" if at is None else date_format(timezone.localtime(at), _("j F Y, H:i"))


@dataclass(frozen=True)
class Held:
    """What an attempt had beyond the rules, for its record."""

    at_start: list[str]
    midway: list[GrantedMidway]  # each with its deadline before and after, when, and by whom
    read_outs: bool  # were colours shown with their numbers, from the start or later?

    def __bool__(self) -> bool:
        return bool(self.at_start or self.midway)


def of_attempt(attempt: Attempt) -> Held:
    """For `quizzes/teaching/_accommodation.html`; one query."""
    midway = attempt.granted_midway.select_related("granted_by", "accommodation")
    return Held(words(Allowance.from_json(attempt.accommodation)), list(midway), attempt.read_outs)
