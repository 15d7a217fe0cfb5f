"""Beginning an attempt: the paper is drawn and frozen before a word of it is shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.models import Attempt, Item, Mode, QuestionVersion, Quiz, Response, State
from quizzes.opening import Closed
from tests.quizzes.making import Clock, add_question, begin_and_hand_in, items_of, make_course, make_quiz, study_all


def test_the_whole_paper_is_stored_with_the_attempt(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = quiz.begin(tess, declared=True)

    assert attempt.state == State.OPEN
    assert [item.position for item in items_of(attempt)] == [1, 2, 3, 4]
    assert sorted(item.question_version.objective for item in items_of(attempt)) == ["M1.1a", "M1.1a", "M1.2a", "M1.2a"]
    assert Response.objects.filter(item__attempt=attempt, body__isnull=True, epoch=0, seq=0).count() == 4
    assert attempt.max_mark == 40_000


def test_the_clock_is_set_once_with_a_grace_that_is_shown_nowhere(
    tess: User, quiz: Quiz, enrolment: Enrolment, clock: Clock
) -> None:
    attempt = quiz.begin(tess, declared=True)

    assert attempt.deadline_at == clock.now + timedelta(minutes=30)
    assert attempt.hard_deadline_at == clock.now + timedelta(minutes=30, seconds=30)


def test_the_clock_stops_when_the_quiz_closes_for_everyone(
    tess: User, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    quiz = make_quiz(course, closes_at=clock.now + timedelta(minutes=10))

    attempt = quiz.begin(tess, declared=True)

    assert attempt.deadline_at == clock.now + timedelta(minutes=10)


def test_a_quiz_without_a_limit_has_no_deadline(tess: User, course: Course, enrolment: Enrolment) -> None:
    attempt = make_quiz(course, time_limit_seconds=None).begin(tess, declared=True)

    assert attempt.deadline_at is None
    assert attempt.hard_deadline_at is None


def test_starting_again_returns_the_attempt_that_is_open(tess: User, quiz: Quiz, attempt: Attempt) -> None:
    again = quiz.begin(tess, declared=True)

    assert again == attempt
    assert Attempt.objects.count() == 1


def test_work_that_is_not_declared_ones_own_does_not_begin(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    with pytest.raises(Closed) as closed:
        quiz.begin(tess, declared=False)

    assert closed.value.opening.reason("declaration")
    assert not Attempt.objects.exists()


def test_the_declaration_is_remembered(tess: User, quiz: Quiz, enrolment: Enrolment, clock: Clock) -> None:
    assert quiz.begin(tess, declared=True).declared_at == clock.now


def test_the_next_attempt_asks_what_was_not_asked_last_time(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    first = begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])
    asked = {item.question_id for item in items_of(first)}

    second = quiz.begin(tess, declared=True)

    assert second.number == 2
    assert asked.isdisjoint(item.question_id for item in items_of(second))


def test_an_attempt_whose_time_ran_out_is_closed_by_starting_the_next(
    tess: User, quiz: Quiz, attempt: Attempt, clock: Clock
) -> None:
    clock.forward(hours=1)

    second = quiz.begin(tess, declared=True)

    attempt.refresh_from_db()
    assert second != attempt
    assert attempt.state == State.GRADED
    assert attempt.submitted_at == attempt.deadline_at


def test_a_question_edited_meanwhile_stays_as_it_was_on_the_paper(attempt: Attempt, course: Course) -> None:
    item = items_of(attempt)[0]
    ref = item.question.ref

    add_question(course, ref, source={"stem": "Reworded."})

    assert Item.objects.get(pk=item.pk).question_version.stem == "Gloves replace washing."
    assert QuestionVersion.objects.filter(question__ref=ref).count() == 2


def test_a_pool_that_shrank_is_a_clear_refusal(
    tess: User, quiz: Quiz, course: Course, enrolment: Enrolment, caplog: pytest.LogCaptureFixture
) -> None:
    course.questions.filter(ref__startswith="Q-M1.1a").update(retired=True)

    with pytest.raises(Closed) as closed:
        quiz.begin(tess, declared=True)

    reason = closed.value.opening.reason("pool")
    assert reason
    assert "cannot be put together" in reason.text
    assert "M1.1a: 2 asked for, 0 in the pool" in caplog.text
    assert not Attempt.objects.exists()


def test_a_longer_paper_costs_no_more_queries(tess: User, clock: Clock) -> None:
    counts = []
    for code, each in (("M1", 2), ("M2", 25)):
        course = make_course(code.lower(), code=code)
        for objective in course.objectives.all():
            for number in range(each):
                add_question(course, f"{objective.code}-{number}", objective.code)
        quiz = make_quiz(course, {objective.code: each for objective in course.objectives.all()})
        study_all(tess, course)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            attempt = Quiz.objects.get(pk=quiz.pk).begin(tess, declared=True)
        with CaptureQueriesContext(connection) as reading:
            assert len(attempt.paper()) == 2 * each
        counts.append((len(queries), len(reading)))

    assert counts[0] == counts[1]
    assert counts[0][1] == 1


def test_the_paper_holds_no_key_and_no_feedback(attempt: Attempt) -> None:
    item = attempt.paper()[0]

    assert {"key", "feedback"} <= item.item.question_version.get_deferred_fields()
    assert "answer" not in str(item.public)
    assert item.fields == {}
    assert not item.answered


def test_another_trainee_has_a_paper_of_their_own(oskar: User, quiz: Quiz, attempt: Attempt, course: Course) -> None:
    study_all(oskar, course)

    theirs = quiz.begin(oskar, declared=True)

    assert theirs != attempt
    assert theirs.number == 1
    assert list(Attempt.objects.of(oskar)) == [theirs]
    assert theirs.mode == Mode.GRADED
