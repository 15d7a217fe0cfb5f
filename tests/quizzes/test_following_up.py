"""Missed critical items are put again, after their feedback was read, until all are right."""

import pytest

from accounts.models import User
from courses.models import Completion, Course
from quizzes.models import Attempt, Item, Mode, QuestionVersion, Quiz, Result
from quizzes.opening import Closed, look
from tests.quizzes.making import (
    add_pool,
    add_question,
    answers_for,
    begin_and_hand_in,
    hand_in,
    items_of,
    make_course,
    make_examination,
    make_quiz,
    study_all,
)


@pytest.fixture
def course(db: None) -> Course:
    """Lesson 1 is safety-critical: five items of it are asked, so one may be missed."""
    course = make_course()
    add_pool(course, each=7, critical=["M1.1a"])
    return course


@pytest.fixture
def quiz(course: Course) -> Quiz:
    return make_quiz(course, {"M1.1a": 5, "M1.2a": 2}, critical_min=3, pass_percent=5000)


def critical_positions(attempt: Attempt) -> list[int]:
    return [item.position for item in items_of(attempt) if item.question_version.is_critical]


def other_positions(attempt: Attempt) -> list[int]:
    return [item.position for item in items_of(attempt) if not item.question_version.is_critical]


@pytest.fixture
def held(tess: User, quiz: Quiz, course: Course) -> Attempt:
    """Passed, with one critical item missed."""
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=critical_positions(attempt)[:1])
    return attempt


def missed_item(attempt: Attempt) -> Item:
    return items_of(attempt)[critical_positions(attempt)[0] - 1]


def test_a_critical_miss_holds_the_completion(tess: User, quiz: Quiz, held: Attempt) -> None:
    opening = look(quiz, tess)

    assert held.result
    assert held.result.passed
    assert held.result.is_held
    assert not Completion.objects.exists()
    assert opening.passed
    assert not opening.is_clear
    assert opening.follow_up_after == held


def test_missing_an_item_that_is_not_critical_holds_nothing(tess: User, quiz: Quiz, course: Course) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)

    hand_in(attempt, wrong=other_positions(attempt))

    assert attempt.result
    assert not attempt.result.is_held
    assert Completion.objects.exists()


def test_too_many_critical_misses_fail_whatever_the_score(tess: User, quiz: Quiz, course: Course) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)

    result = hand_in(attempt, wrong=critical_positions(attempt)[:2])

    assert result.percent > 5000
    assert not result.passed
    assert not result.breakdown["critical_reached"]
    assert look(quiz, tess).follow_up_after is None


def test_a_critical_item_left_open_is_missed(tess: User, quiz: Quiz, course: Course) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    left_open = missed_item(attempt)

    result = attempt.submit([answer for answer in answers_for(attempt) if answer[0] != left_open.pk], client="test")

    assert result
    assert result.is_held
    assert result.critical_missed == 1


def test_feedback_counts_as_read_only_once_there_is_some(tess: User, quiz: Quiz, held: Attempt) -> None:
    held.open_feedback()
    follow_up = quiz.begin_follow_up(tess)

    follow_up.open_feedback()
    hand_in(follow_up, wrong=[1])

    with pytest.raises(Closed):
        quiz.begin_follow_up(tess)


def test_the_feedback_is_read_first(tess: User, quiz: Quiz, held: Attempt) -> None:
    with pytest.raises(Closed) as closed:
        quiz.begin_follow_up(tess)

    reason = closed.value.opening.reason("feedback_first")
    assert reason
    assert reason.links[0].href == held.get_result_url()
    assert not look(quiz, tess).follow_up_is_ready


def test_a_parallel_item_of_the_objective_is_asked_untimed(tess: User, quiz: Quiz, held: Attempt) -> None:
    met = {item.question_id for item in items_of(held)}
    held.open_feedback()

    follow_up = quiz.begin_follow_up(tess)

    (item,) = items_of(follow_up)
    assert (follow_up.mode, follow_up.follows, follow_up.deadline_at) == (Mode.FOLLOW_UP, held, None)
    assert item.question_version.objective == "M1.1a"
    assert item.question_version.is_critical
    assert item.question_id not in met


def test_without_an_unseen_parallel_the_same_item_is_asked(
    tess: User, quiz: Quiz, course: Course, held: Attempt
) -> None:
    met = {item.question_id for item in items_of(held)}
    course.questions.exclude(pk__in=met).update(retired=True)
    held.open_feedback()

    (item,) = items_of(quiz.begin_follow_up(tess))

    assert item.question_id == missed_item(held).question_id


def test_the_same_item_is_asked_in_its_current_wording(tess: User, quiz: Quiz, course: Course, held: Attempt) -> None:
    missed = missed_item(held)
    course.questions.exclude(pk=missed.question_id).update(retired=True)
    add_question(course, missed.question.ref, critical=True, source={"stem": "Reworded."})
    held.open_feedback()

    (item,) = items_of(quiz.begin_follow_up(tess))

    assert item.question_version.stem == "Reworded."


def test_an_item_that_was_retired_and_has_no_parallel_is_asked_as_it_was(
    tess: User, quiz: Quiz, course: Course, held: Attempt
) -> None:
    course.questions.update(retired=True)
    held.open_feedback()

    (item,) = items_of(quiz.begin_follow_up(tess))

    assert item.question_version_id == missed_item(held).question_version_id


def test_a_parallel_is_not_one_that_would_give_the_answer_away(
    tess: User, quiz: Quiz, course: Course, held: Attempt
) -> None:
    missed = missed_item(held)
    unseen = course.questions.filter(ref__startswith="Q-M1.1a").exclude(
        pk__in=[item.question_id for item in items_of(held)]
    )
    for question in unseen:
        add_question(course, question.ref, critical=True, not_with=[missed.question.ref])
    held.open_feedback()

    (item,) = items_of(quiz.begin_follow_up(tess))

    assert item.question_id == missed.question_id


def test_all_right_releases_the_completion(tess: User, quiz: Quiz, held: Attempt) -> None:
    held.open_feedback()

    result = hand_in(quiz.begin_follow_up(tess))

    assert result.passed
    assert Completion.objects.exists()
    assert look(quiz, tess).is_clear


def test_a_round_missed_is_followed_by_another_once_its_feedback_was_read(
    tess: User, quiz: Quiz, held: Attempt
) -> None:
    held.open_feedback()
    first = quiz.begin_follow_up(tess)
    hand_in(first, wrong=[1])

    with pytest.raises(Closed):
        quiz.begin_follow_up(tess)
    first.open_feedback()
    second = quiz.begin_follow_up(tess)
    hand_in(second)

    assert (second.number, second.follows) == (2, held)
    assert Completion.objects.exists()


def test_only_what_was_missed_again_is_put_again(tess: User, course: Course) -> None:
    study_all(tess, course)
    quiz = make_quiz(course, {"M1.1a": 5}, pass_percent=5000, critical_min_percent=5000)
    held = quiz.begin(tess, declared=True)
    hand_in(held, wrong=[1, 2])
    held.open_feedback()
    first = quiz.begin_follow_up(tess)
    assert len(items_of(first)) == 2
    hand_in(first, wrong=[2])
    first.open_feedback()

    second = quiz.begin_follow_up(tess)

    assert len(items_of(second)) == 1


def test_starting_a_follow_up_twice_returns_the_open_one(tess: User, quiz: Quiz, held: Attempt) -> None:
    held.open_feedback()

    assert quiz.begin_follow_up(tess) == quiz.begin_follow_up(tess)
    assert look(quiz, tess).open_follow_up
    assert Attempt.objects.filter(mode=Mode.FOLLOW_UP).count() == 1


def test_a_follow_up_is_neither_an_attempt_nor_part_of_the_score(tess: User, quiz: Quiz, held: Attempt) -> None:
    held.open_feedback()
    before = look(quiz, tess)
    hand_in(quiz.begin_follow_up(tess), wrong=[1])

    after = look(quiz, tess)

    assert after.attempts == before.attempts == (held,)
    assert after.attempts_left == before.attempts_left
    assert Result.objects.filter(attempt=held).count() == 1


def test_nothing_is_put_again_where_nothing_was_missed(tess: User, quiz: Quiz, course: Course) -> None:
    study_all(tess, course)
    begin_and_hand_in(quiz, tess)

    with pytest.raises(Closed, match="Nothing is to be put again"):
        quiz.begin_follow_up(tess)


def test_opening_the_feedback_twice_is_remembered_once(held: Attempt) -> None:
    held.open_feedback()
    first = Attempt.objects.get(pk=held.pk).feedback_opened.opened_at
    held.open_feedback()

    assert Attempt.objects.get(pk=held.pk).feedback_opened.opened_at == first


def test_the_examination_has_follow_ups_too(tess: User, course: Course, quiz: Quiz) -> None:
    study_all(tess, course)
    begin_and_hand_in(quiz, tess)
    examination = make_examination(
        course.programme, {"hygiene": 7}, critical_min=4, pass_percent=5000, critical_min_percent=5000
    )
    attempt = examination.begin(tess, declared=True)

    result = hand_in(attempt, wrong=critical_positions(attempt)[:1])

    assert result.is_held
    assert not course.programme.completions.exists()
    attempt.open_feedback()
    hand_in(examination.begin_follow_up(tess))
    assert course.programme.completions.get().trainee == tess


def test_the_versions_asked_again_are_published_ones(tess: User, quiz: Quiz, held: Attempt) -> None:
    held.open_feedback()

    (item,) = items_of(quiz.begin_follow_up(tess))

    assert QuestionVersion.objects.filter(pk=item.question_version_id, published_at__isnull=False).exists()
