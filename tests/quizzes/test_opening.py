"""When a quiz is open to a trainee, and what the page says when it is not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course, Enrolment, Lesson, Programme
from quizzes.assembly import Blueprint, Section
from quizzes.models import Attempt, Quiz
from quizzes.opening import Closed, Opening, look, look_all
from tests.quizzes.making import (
    Clock,
    add_pool,
    add_question,
    begin_and_hand_in,
    hand_in,
    items_of,
    make_course,
    make_examination,
    make_quiz,
    set_rules,
    study_all,
)

ALL_WRONG = (1, 2, 3, 4)


def codes(opening: Opening) -> list[str]:
    return [reason.code for reason in opening.reasons]


def fail(quiz: Quiz, trainee: User, times: int, *, wrong: tuple[int, ...] = ALL_WRONG) -> Attempt:
    for _time in range(times):
        attempt = begin_and_hand_in(quiz, trainee, wrong=wrong)
    return attempt


def test_it_is_open_to_who_is_enrolled_and_has_studied(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    opening = look(quiz, tess)

    assert opening.is_open
    assert (opening.attempts_allowed, opening.attempts_left, opening.window_hours) == (3, 3, 24)
    assert not opening.passed


def test_looking_writes_nothing(tess: User, quiz: Quiz, attempt: Attempt, clock: Clock) -> None:
    clock.forward(hours=1)

    with CaptureQueriesContext(connection) as queries:
        opening = look(quiz, tess)

    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert opening.open_attempt is None
    assert opening.overdue_attempt == attempt


def test_somebody_not_enrolled_is_sent_to_the_course(oskar: User, quiz: Quiz) -> None:
    opening = look(quiz, oskar)

    assert codes(opening) == ["not_enrolled"]
    assert opening.reasons[0].links[0].href == "/courses/hygiene/"
    assert not Quiz.objects.reached_by(oskar).exists()
    with pytest.raises(Closed, match="Enrol in the course first"):
        quiz.begin(oskar, declared=True)


def test_lessons_left_to_study_are_named(tess: User, quiz: Quiz, course: Course) -> None:
    course.enrol(tess).study(course.lessons.all()[0])

    (reason,) = look(quiz, tess).reasons

    assert reason.code == "lessons"
    assert reason.text == "One lesson is left to study."
    assert [link.text for link in reason.links] == ["Lesson 2"]


def test_prerequisite_courses_come_first(tess: User, quiz: Quiz, course: Course, enrolment: Enrolment) -> None:
    later = make_course("depth", code="M2")
    later.prerequisites.add(course)
    add_pool(later)
    later_quiz = make_quiz(later)
    study_all(tess, later)

    assert codes(look(later_quiz, tess)) == ["prerequisites"]
    assert [link.text for link in look(later_quiz, tess).reasons[0].links] == ["Hygiene"]
    begin_and_hand_in(quiz, tess)
    assert look(later_quiz, tess).is_open


def test_the_name_is_confirmed_before_the_first_attempt(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    tess.name_confirmed_at = None
    tess.save()

    (reason,) = look(quiz, tess).reasons

    assert reason.code == "name"
    assert reason.links[0].href == f"/profile/name/?next=%2Fquizzes%2F{quiz.pk}%2F"


def test_a_quiz_without_questions_says_so(tess: User, course: Course, enrolment: Enrolment) -> None:
    assert codes(look(Quiz.objects.create(course=course, title="Soon"), tess)) == ["unpublished"]


def test_dates_open_and_close_it(tess: User, course: Course, enrolment: Enrolment, clock: Clock) -> None:
    opens, closes = clock.now + timedelta(hours=1), clock.now + timedelta(hours=2)
    quiz = make_quiz(course, opens_at=opens, closes_at=closes)

    before = look(quiz, tess)
    assert (codes(before), before.opens_at) == (["not_yet"], opens)
    assert look(quiz, tess, opens).is_open
    assert codes(look(quiz, tess, closes)) == ["closed"]


def test_three_attempts_in_a_day_are_the_most(tess: User, course: Course, enrolment: Enrolment, clock: Clock) -> None:
    quiz = make_quiz(course, failures_before_review=0)
    first = clock.now
    for _time in range(3):
        fail(quiz, tess, 1)
        clock.forward(hours=1)

    opening = look(quiz, tess)

    assert codes(opening) == ["window"]
    assert opening.attempts_left == 0
    assert opening.opens_at == first + timedelta(hours=24)
    with pytest.raises(Closed):
        quiz.begin(tess, declared=True)
    clock.now = opening.opens_at
    assert look(quiz, tess).is_open
    assert look(quiz, tess).attempts_left == 1


def test_one_second_before_the_window_moves_on_it_is_still_closed(
    tess: User, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    quiz = make_quiz(course, attempts=1, failures_before_review=0)
    fail(quiz, tess, 1)

    clock.forward(hours=24, seconds=-1)
    assert codes(look(quiz, tess)) == ["window"]
    clock.forward(seconds=1)
    assert look(quiz, tess).is_open


def test_after_three_failures_the_missed_lessons_are_gone_through_again(
    tess: User, quiz: Quiz, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    first, second = course.lessons.all()
    enrolment.review(first)
    clock.forward(minutes=1)
    fail(quiz, tess, 3)
    clock.forward(hours=24)

    opening = look(quiz, tess)
    assert codes(opening) == ["review"]
    assert list(opening.review_lessons) == [first, second]

    enrolment.review(first)
    assert list(look(quiz, tess).review_lessons) == [second]
    clock.forward(seconds=1)
    enrolment.review(first)
    enrolment.review(second)
    assert look(quiz, tess).is_open


def test_only_lessons_of_what_was_missed_are_asked_for(
    tess: User, quiz: Quiz, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    for _time in range(3):
        attempt = quiz.begin(tess, declared=True)
        hand_in(attempt, wrong=[i.position for i in items_of(attempt) if i.question_version.objective == "M1.2a"])

    assert [str(lesson) for lesson in look(quiz, tess).review_lessons] == ["Lesson 2"]


def test_after_the_review_three_more_attempts_come_before_the_next(
    tess: User, quiz: Quiz, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    fail(quiz, tess, 3)
    clock.forward(hours=24)
    for lesson in course.lessons.all():
        enrolment.review(lesson)
    clock.forward(seconds=1)

    fail(quiz, tess, 2)
    assert look(quiz, tess).is_open
    fail(quiz, tess, 1)
    clock.forward(hours=24)
    assert codes(look(quiz, tess)) == ["review"]


def test_a_retired_lesson_is_not_asked_for(
    tess: User, quiz: Quiz, course: Course, enrolment: Enrolment, clock: Clock
) -> None:
    fail(quiz, tess, 3)
    Lesson.objects.filter(course=course, slug="lesson-1").update(retired=True)

    assert [str(lesson) for lesson in look(quiz, tess).review_lessons] == ["Lesson 2"]


def test_a_passed_quiz_is_closed(tess: User, quiz: Quiz, enrolment: Enrolment) -> None:
    passed = begin_and_hand_in(quiz, tess)

    opening = look(quiz, tess)

    assert codes(opening) == ["passed"]
    assert opening.passed_attempt == passed
    assert opening.is_clear


def test_an_open_attempt_is_there_to_go_on(tess: User, quiz: Quiz, attempt: Attempt) -> None:
    opening = look(quiz, tess)

    assert opening.open_attempt == attempt
    assert opening.attempts_left == 2


def test_the_examination_opens_when_every_course_is_completed(tess: User, course: Course, quiz: Quiz) -> None:
    depth = make_course("depth", code="M2")
    add_pool(depth)
    make_quiz(depth)
    examination = make_examination(course.programme, {"hygiene": 4, "depth": 4})
    study_all(tess, course)

    assert list(Quiz.objects.reached_by(tess).order_by("pk")) == [quiz, examination]
    (reason,) = look(examination, tess).reasons
    assert reason.code == "courses"
    assert [link.text for link in reason.links] == ["Hygiene", "Depth"]

    begin_and_hand_in(quiz, tess)
    study_all(tess, depth)
    begin_and_hand_in(depth.quiz, tess)
    assert look(examination, tess).is_open


def test_passing_the_examination_completes_the_programme(
    tess: User, course: Course, quiz: Quiz, enrolment: Enrolment
) -> None:
    examination = make_examination(course.programme, {"hygiene": 4})
    begin_and_hand_in(quiz, tess)

    begin_and_hand_in(examination, tess)

    assert course.programme.completions.get().trainee == tess


def test_the_examination_asks_last_what_the_passed_quizzes_asked(
    tess: User, course: Course, quiz: Quiz, enrolment: Enrolment
) -> None:
    met = {item.question_id for item in items_of(begin_and_hand_in(quiz, tess))}
    examination = make_examination(course.programme, {"hygiene": 8})

    asked = {item.question_id for item in items_of(examination.begin(tess, declared=True))}

    assert len(asked) == 8
    assert asked.isdisjoint(met)


def test_rules_of_the_day_are_kept_by_attempts_already_begun(tess: User, quiz: Quiz, attempt: Attempt) -> None:
    set_rules(quiz, Blueprint((Section("New", draw={"M1.1a": 1}),)), pass_percent=10_000)

    result = hand_in(attempt, wrong=[])

    assert attempt.quiz_version.number == 1
    assert result.passed


def test_a_page_of_many_quizzes_costs_no_more_than_a_page_of_one(tess: User) -> None:
    programme = Programme.objects.create(slug="smp", title="Theory")
    quizzes = []
    counts = []
    for number in range(1, 5):
        course = make_course(f"course-{number}", programme=programme, code=f"M{number}")
        add_question(course, f"Q{number}", f"M{number}.1a")
        quizzes.append(make_quiz(course, {f"M{number}.1a": 1}))
        study_all(tess, course)
        begin_and_hand_in(quizzes[-1], tess)
        fresh = list(Quiz.objects.reached_by(tess).filter(pk__in=[quiz.pk for quiz in quizzes]))
        with CaptureQueriesContext(connection) as queries:
            openings = look_all(fresh, tess)
        counts.append(len(queries))
        assert all(opening.is_clear for opening in openings.values())

    assert set(counts) == {counts[0]}
    assert counts[0] <= 9
