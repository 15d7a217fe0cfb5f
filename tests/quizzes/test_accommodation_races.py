"""Time granted or ended in the very moment in which an attempt begins, is saved, handed in or swept."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from quizzes import accommodating
from quizzes.models import Accommodation, AccommodationEnding, Attempt, GrantedMidway, Outcome, Quiz, State
from quizzes.work import close_overdue
from tests.cast import person
from tests.quizzes.making import items_of, study_all
from tests.quizzes.test_races import YES, Act, attempt_of, together, unexpected

pytestmark = pytest.mark.django_db(transaction=True)
MORE = timedelta(minutes=20)


@pytest.fixture
def ines(db: None) -> User:
    return person("ines@example.com", "Ines Instructor")


@pytest.fixture(autouse=True)
def _records_tell_the_whole_way() -> Iterator[None]:
    """What must hold after every race: each move of a deadline has its row, one after the other, and none goes back."""
    yield
    for attempt in Attempt.objects.all():
        rows = [row for row in attempt.granted_midway.all() if row.deadline_after]
        for earlier, later in pairwise(rows):
            assert earlier.deadline_after == later.deadline_before
        if rows:
            assert attempt.deadline_at == rows[-1].deadline_after
        if attempt.state == State.GRADED:
            assert attempt.results.count() == 1


def granting(trainee: User, by: User, **what: int) -> Act:
    return lambda: accommodating.grant(trainee, quiz=None, by=by, reason="A letter.", **what).pk  # type: ignore[arg-type]


def beginning(quiz: Quiz, trainee: User) -> Act:
    return lambda: Quiz.objects.get(pk=quiz.pk).begin(trainee, declared=True).pk


def about_to_be_swept(attempt: Attempt) -> None:
    """Its grace ended a moment ago."""
    past = timezone.now() - timedelta(milliseconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=past, hard_deadline_at=past)


def test_time_granted_while_an_attempt_begins_is_never_missed(
    tess: User, ines: User, quiz: Quiz, course: Course
) -> None:
    for number in range(4):  # the moment is short
        trainee = person(f"t{number}@example.com", "Tess Trainee")
        study_all(trainee, course)

        outcomes = together(
            beginning(quiz, trainee),
            granting(trainee, ines, extra_minutes=20),
        )

        assert not unexpected(outcomes)
        attempt = Attempt.objects.get(trainee=trainee)
        assert attempt.deadline_at == attempt.started_at + timedelta(minutes=50)
        assert bool(attempt.accommodation) is not attempt.granted_midway.exists()


def test_two_grants_at_once_leave_the_more_generous(tess: User, ines: User, attempt: Attempt) -> None:
    before = attempt.deadline_at
    assert before

    outcomes = together(
        granting(tess, ines, extra_minutes=5),
        granting(tess, ines, extra_minutes=20),
        granting(tess, ines, extra_minutes=10),
    )

    assert not unexpected(outcomes)
    assert Attempt.objects.get().deadline_at == before + MORE


def test_one_form_sent_many_times_grants_once(tess: User, ines: User, attempt: Attempt) -> None:
    key = uuid4()

    outcomes = together(
        *[lambda: accommodating.grant(tess, quiz=None, by=ines, reason="A letter.", key=key, extra_minutes=20).pk] * 5
    )

    assert not unexpected(outcomes)
    assert len(set(outcomes)) == 1
    assert Accommodation.objects.count() == GrantedMidway.objects.count() == 1


def test_ended_many_times_is_ended_once(tess: User, ines: User, quiz: Quiz) -> None:
    granted = accommodating.grant(tess, quiz=quiz, by=ines, reason="A letter.", extra_minutes=20)

    outcomes = together(*[lambda: accommodating.end(granted, by=ines, reason="Over.").pk] * 5)

    assert not unexpected(outcomes)
    assert AccommodationEnding.objects.count() == 1


def test_ended_while_an_attempt_begins_it_is_had_whole_or_not_at_all(
    tess: User, ines: User, quiz: Quiz, course: Course
) -> None:
    study_all(tess, course)
    granted = accommodating.grant(tess, quiz=quiz, by=ines, reason="A letter.", extra_minutes=20)

    outcomes = together(
        beginning(quiz, tess),
        lambda: accommodating.end(granted, by=ines, reason="Over.").pk,
    )

    assert not unexpected(outcomes)
    attempt = Attempt.objects.get()
    minutes = 50 if attempt.accommodation else 30
    assert attempt.deadline_at == attempt.started_at + timedelta(minutes=minutes)


def test_more_time_sweep_and_save_agree_on_whether_it_is_over(tess: User, ines: User, attempt: Attempt) -> None:
    """At the edge either all see it over, or the time came first and the save counts."""
    item = items_of(attempt)[0]
    about_to_be_swept(attempt)

    outcomes = together(
        granting(tess, ines, extra_minutes=20),
        close_overdue,
        lambda: attempt_of(attempt.pk).save_answer(item.pk, YES, epoch=0, seq=1, client="race").outcome,
    )

    assert not unexpected(outcomes)
    assert outcomes[2] == Outcome.LATE, "what is over is not opened again"
    assert Attempt.objects.get().state == State.GRADED
    assert not GrantedMidway.objects.exists()


def test_more_time_while_it_runs_is_had_whatever_is_saved_and_swept(tess: User, ines: User, attempt: Attempt) -> None:
    item, before = items_of(attempt)[0], attempt.deadline_at
    assert before

    def save(seq: int) -> Act:
        return lambda: attempt_of(attempt.pk).save_answer(item.pk, YES, epoch=0, seq=seq, client="race").outcome

    outcomes = together(save(1), granting(tess, ines, extra_minutes=20), close_overdue, save(2), save(3))

    assert not unexpected(outcomes)
    assert {outcomes[0], outcomes[3], outcomes[4]} <= {Outcome.APPLIED, Outcome.STALE}
    stands = Attempt.objects.get()
    assert (stands.is_open, stands.deadline_at) == (True, before + MORE)


def test_more_time_against_handing_in_closes_it_once_and_moves_nothing_after(
    tess: User, ines: User, attempt: Attempt
) -> None:
    outcomes = together(
        granting(tess, ines, extra_minutes=20),
        lambda: attempt_of(attempt.pk).submit([], client="race"),
    )

    assert not unexpected(outcomes)
    stands = Attempt.objects.get()
    assert stands.state == State.GRADED
    assert GrantedMidway.objects.count() == int(stands.deadline_at != attempt.deadline_at)
