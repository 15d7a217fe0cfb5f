"""Handing in: every answer once more, then closed and marked, once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Completion, Course, Enrolment
from quizzes.assembly import Blueprint, Section
from quizzes.models import (
    Attempt,
    ClosedBy,
    Item,
    Marking,
    Outcome,
    Quiz,
    ResponseEvent,
    Result,
    State,
    TakenOver,
)
from tests.quizzes.making import (
    Clock,
    add_question,
    answers_for,
    begin_and_hand_in,
    hand_in,
    items_of,
    kept,
    make_course,
    make_quiz,
    set_rules,
    study_all,
)

YES, NO = {"choice": ["0"]}, {"choice": ["1"]}


def test_all_right_is_all_marks(attempt: Attempt, clock: Clock) -> None:
    result = hand_in(attempt)

    assert (result.raw, result.max_mark, result.percent, result.passed) == (40_000, 40_000, 10_000, True)
    assert (attempt.state, attempt.closed_by, attempt.submitted_at) == (State.GRADED, ClosedBy.TRAINEE, clock.now)
    assert Marking.objects.filter(item__attempt=attempt, rev=1, mark=10_000).count() == 4
    assert attempt.result == result


def test_what_was_left_open_is_worth_nothing(attempt: Attempt) -> None:
    result = attempt.submit(answers_for(attempt)[:1], client="test")

    assert result
    assert result.percent == 2500
    assert not result.passed
    assert Marking.objects.filter(item__attempt=attempt, answered=False, mark=0).count() == 3


def test_answers_saved_before_count_without_being_sent_again(attempt: Attempt) -> None:
    for item_id, data, epoch, seq, _flag in answers_for(attempt):
        attempt.save_answer(item_id, data, epoch=epoch, seq=seq, client="laptop")

    result = attempt.submit([], client="laptop")

    assert result
    assert result.percent == 10_000


def test_answers_sent_along_win_by_their_number_only(attempt: Attempt) -> None:
    one, two, *_rest = items_of(attempt)
    attempt.save_answer(one.pk, YES, epoch=0, seq=5, client="laptop")
    attempt.save_answer(two.pk, YES, epoch=0, seq=5, client="laptop")

    attempt.submit([(one.pk, NO, 0, 4, None), (two.pk, NO, 0, 6, True)], client="laptop")

    assert kept(one) == {"choice": True}
    assert kept(two) == {"choice": False}
    assert ResponseEvent.objects.get(item=one, seq=4).outcome == Outcome.STALE
    assert ResponseEvent.objects.get(item=two, seq=6).outcome == Outcome.APPLIED


def test_handing_in_twice_is_handing_in_once(attempt: Attempt) -> None:
    first = hand_in(attempt)

    again = Attempt.objects.get().submit(answers_for(attempt, wrong=[1, 2, 3, 4]), client="other")

    assert again == first
    assert Result.objects.count() == 1
    assert Marking.objects.count() == 4


def test_an_answer_sent_after_handing_in_is_remembered_but_never_counted(attempt: Attempt) -> None:
    hand_in(attempt)
    item = items_of(attempt)[0]

    attempt.submit([(item.pk, NO, 0, 8, None)], client="test")

    assert ResponseEvent.objects.get(item=item, seq=8).outcome == Outcome.CLOSED
    assert kept(item) == {"choice": True}


def test_within_the_grace_the_deadline_is_the_time_of_handing_in(attempt: Attempt, clock: Clock) -> None:
    clock.forward(minutes=30, seconds=20)

    result = hand_in(attempt)

    assert result.passed
    assert attempt.submitted_at == attempt.deadline_at


def test_after_the_deadline_the_clock_has_handed_in_what_was_saved(attempt: Attempt, clock: Clock) -> None:
    one, *others = items_of(attempt)
    attempt.save_answer(one.pk, YES, epoch=0, seq=1, client="test")
    clock.forward(minutes=31)

    result = attempt.submit(answers_for(attempt, seq=2), client="test")

    assert result
    assert result.percent == 2500
    assert (attempt.closed_by, attempt.submitted_at) == (ClosedBy.CLOCK, attempt.deadline_at)
    late = ResponseEvent.objects.filter(outcome=Outcome.LATE)
    assert late.count() == 4
    assert all(kept(item) is None for item in others)


def test_a_window_that_was_taken_over_cannot_hand_in(attempt: Attempt) -> None:
    old = attempt.claim()
    attempt.claim()

    with pytest.raises(TakenOver):
        attempt.submit(answers_for(attempt, epoch=old), client="test", epoch=old)

    assert Attempt.objects.get().state == State.OPEN
    assert not ResponseEvent.objects.exists()


def test_an_item_of_another_paper_stops_the_hand_in(attempt: Attempt, oskar: User, quiz: Quiz, course: Course) -> None:
    study_all(oskar, course)
    theirs = items_of(quiz.begin(oskar, declared=True))[0]

    with pytest.raises(Item.DoesNotExist):
        attempt.submit([(theirs.pk, YES, 0, 1, None)], client="test")

    assert Attempt.objects.get(pk=attempt.pk).state == State.OPEN


def test_nonsense_sent_along_does_not_stop_the_hand_in(attempt: Attempt) -> None:
    one, two, *_rest = items_of(attempt)
    attempt.save_answer(one.pk, YES, epoch=0, seq=1, client="test")

    result = attempt.submit(
        [(one.pk, {"choice": ["99"]}, 0, 2, None), (two.pk, YES, 0, 2**70, None), (two.pk, YES, 7, 1, None)],
        client="test",
    )

    assert result
    assert result.percent == 2500
    assert kept(two) is None


def test_the_result_tells_sections_and_objectives_apart(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = begin_and_hand_in(quiz, tess, wrong=[1])
    weak = items_of(attempt)[0].question_version.objective

    breakdown = attempt.result.breakdown if attempt.result else {}

    assert [share["name"] for share in breakdown["sections"]] == ["Hygiene"]
    assert {share["name"]: share["percent"] for share in breakdown["objectives"]}[weak] == 5000


def test_a_section_that_must_be_passed_decides(tess: User, course: Course, enrolment: Enrolment) -> None:
    quiz = make_quiz(course)
    sections = (Section("One", draw={"M1.1a": 2}), Section("Two", draw={"M1.2a": 2}, must_pass=6000))
    set_rules(quiz, Blueprint(sections), pass_percent=5000)

    attempt = begin_and_hand_in(quiz, tess, wrong=[3])

    assert attempt.result
    assert attempt.result.percent == 7500
    assert not attempt.result.passed


def test_passing_completes_the_course(tess: User, attempt: Attempt) -> None:
    hand_in(attempt)

    assert Completion.objects.get().enrolment.trainee == tess


def test_failing_completes_nothing(attempt: Attempt) -> None:
    hand_in(attempt, wrong=[1, 2])

    assert not Completion.objects.exists()


def test_passing_with_a_lesson_left_completes_the_course_when_it_is_studied(tess: User, course: Course) -> None:
    quiz = make_quiz(course, lessons_first=False)
    enrolment = course.enrol(tess)
    first, second = course.lessons.all()
    enrolment.study(first)

    begin_and_hand_in(quiz, tess)
    assert not Completion.objects.exists()

    enrolment.study(second)
    assert Completion.objects.exists()


def test_a_course_without_a_quiz_is_completed_by_its_last_lesson(tess: User) -> None:
    study_all(tess, make_course())

    assert Completion.objects.exists()


def test_review_tells_right_from_wrong_with_key_and_feedback(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = begin_and_hand_in(quiz, tess, wrong=[1])

    wrong, right, *_rest = attempt.review()

    assert (wrong.verdict, wrong.answer_words, wrong.key_words, wrong.feedback) == (
        "wrong",
        ["False"],
        ["True"],
        "Not so.",
    )
    assert (right.verdict, right.feedback) == ("right", "Yes, so.")


def test_an_empty_paper_buys_no_answers(attempt: Attempt) -> None:
    attempt.submit([], client="test")

    reviewed = attempt.review()

    assert {item.verdict for item in reviewed} == {"unanswered"}
    assert not any(item.key_words or item.feedback or item.parts for item in reviewed)


def test_an_open_attempt_shows_nothing(attempt: Attempt) -> None:
    assert attempt.review() == []
    assert not any(attempt.shows(what) for what in ("score", "answers", "key", "feedback"))


def test_the_policy_says_what_is_shown_and_when(tess: User, course: Course, enrolment: Enrolment, clock: Clock) -> None:
    policy = {"score": "at_once", "answers": "never", "key": "after_closing", "feedback": "after_last"}
    closes = clock.now.replace(year=clock.now.year + 1)
    quiz = make_quiz(course, review=policy, closes_at=closes)
    failed = begin_and_hand_in(quiz, tess, wrong=[1, 2, 3, 4])

    assert [failed.shows(what) for what in policy] == [True, False, False, False]
    begin_and_hand_in(quiz, tess)
    assert failed.shows("feedback")
    clock.now = closes
    assert failed.shows("key")
    assert failed.review()[0].answer_words == []


def test_a_longer_paper_costs_no_more_queries(tess: User) -> None:
    counts = []
    for code, each in (("M1", 2), ("M2", 25)):
        course = make_course(code.lower(), code=code)
        for objective in course.objectives.all():
            for number in range(each):
                add_question(course, f"{objective.code}-{number}", objective.code)
        quiz = make_quiz(course, {objective.code: each for objective in course.objectives.all()})
        study_all(tess, course)
        attempt = quiz.begin(tess, declared=True)
        answers = answers_for(attempt)
        attempt = Attempt.objects.of(tess).get(pk=attempt.pk)
        with CaptureQueriesContext(connection) as queries:
            result = attempt.submit(answers, client="test")
        assert result
        assert result.passed
        with CaptureQueriesContext(connection) as reviewing:
            attempt.review()
        statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        counts.append((len(statements), len(reviewing)))

    assert counts[0] == counts[1]
    assert counts[0][0] <= 17, statements  # and three for session, person and attempt
    assert counts[0][1] == 3  # items, markings, late answers that were counted
