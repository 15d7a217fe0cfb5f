"""Attempts whose time ran out are closed by whoever touches them first, at the latest by the sweep."""

import pytest

from accounts.models import User
from courses.models import Course, Enrolment
from jobs import running
from quizzes.models import Attempt, ClosedBy, Outcome, Quiz, Result, State
from quizzes.work import close_overdue
from tests.quizzes.making import Clock, answers_for, hand_in, items_of, make_quiz, study_all

YES = {"choice": ["0"]}


def test_the_sweep_hands_in_what_was_saved_with_the_deadline_as_the_time(attempt: Attempt, clock: Clock) -> None:
    for item_id, data, epoch, seq, _flag in answers_for(attempt):
        attempt.save_answer(item_id, data, epoch=epoch, seq=seq, client="laptop")
    clock.forward(days=3)

    close_overdue()

    attempt.refresh_from_db()
    assert (attempt.state, attempt.closed_by) == (State.GRADED, ClosedBy.CLOCK)
    assert attempt.submitted_at == attempt.deadline_at
    assert Result.objects.get(attempt=attempt).passed


def test_the_sweep_leaves_alone_what_still_has_time(attempt: Attempt, clock: Clock) -> None:
    clock.forward(minutes=30, seconds=30)

    close_overdue()

    attempt.refresh_from_db()
    assert attempt.state == State.OPEN


def test_sweeping_twice_changes_nothing(attempt: Attempt, clock: Clock) -> None:
    clock.forward(hours=1)
    close_overdue()
    close_overdue()

    assert Result.objects.count() == 1


def test_the_sweep_of_jobs_looks_after_it(attempt: Attempt, clock: Clock) -> None:
    clock.forward(hours=1)

    running.run_due()

    attempt.refresh_from_db()
    assert attempt.state == State.GRADED


def test_an_untimed_attempt_is_never_overdue(tess: User, course: Course, enrolment: Enrolment, clock: Clock) -> None:
    attempt = make_quiz(course, time_limit_seconds=None).begin(tess, declared=True)
    clock.forward(days=400)

    close_overdue()

    attempt.refresh_from_db()
    assert attempt.state == State.OPEN
    assert not attempt.is_over()


def test_one_that_cannot_be_closed_holds_up_no_other(
    attempt: Attempt,
    quiz: Quiz,
    oskar: User,
    course: Course,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    study_all(oskar, course)
    theirs = quiz.begin(oskar, declared=True)
    close = Attempt.close_if_over

    def fails_for_the_first(self: Attempt, at: object = None) -> bool:
        if self.pk == attempt.pk:
            raise RuntimeError("broken")
        return close(self)

    monkeypatch.setattr(Attempt, "close_if_over", fails_for_the_first)
    clock.forward(hours=1)

    close_overdue()

    theirs.refresh_from_db()
    assert theirs.state == State.GRADED
    assert "could not be closed" in caplog.text


def test_closing_by_hand_needs_the_time_to_be_over(attempt: Attempt, clock: Clock) -> None:
    assert not attempt.close_if_over()
    clock.forward(hours=1)
    assert attempt.close_if_over()
    assert not attempt.close_if_over()


def test_time_granted_meanwhile_is_seen_in_the_row(attempt: Attempt, clock: Clock) -> None:
    stale = Attempt.objects.get(pk=attempt.pk)
    clock.forward(hours=1)
    Attempt.objects.update(hard_deadline_at=clock.now)

    assert not stale.close_if_over()
    assert stale.state == State.OPEN
    assert not stale.is_over()


def test_a_clock_stepped_back_moves_no_deadline(attempt: Attempt, clock: Clock) -> None:
    deadline = attempt.deadline_at
    clock.forward(hours=-5)

    saved = attempt.save_answer(items_of(attempt)[0].pk, YES, epoch=0, seq=1, client="x")
    assert saved.outcome == Outcome.APPLIED
    hand_in(attempt)

    assert Attempt.objects.get().deadline_at == deadline
