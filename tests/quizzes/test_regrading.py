"""Answers already marked are marked again: looked at first, approved by a second person, applied, told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Completion, Course, Teaching
from jobs.models import Mail
from quizzes.correcting import Refused, applying
from quizzes.models import (
    Attempt,
    Item,
    Marking,
    Mode,
    Policy,
    Question,
    Quiz,
    Regrade,
    RegradeState,
    Result,
    State,
)
from quizzes.opening import look
from tests.cast import person
from tests.quizzes.making import (
    add_pool,
    add_question,
    hand_in,
    items_of,
    make_course,
    make_quiz,
    study_all,
)

ClientOf = Callable[[User], Client]


@pytest.fixture
def taught(course: Course, ines: User, ada: User) -> Course:
    Teaching.objects.create(course=course, user=ines)
    return course


@pytest.fixture
def failed(tess: User, quiz: Quiz, taught: Course) -> Attempt:
    """Two of four right."""
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2])
    return attempt


def turn(question: Question, *, answer: bool = False, **more: Any) -> Question:
    """Publish a version whose right answer is the other one."""
    version = question.current
    assert version
    return add_question(
        question.course,
        question.ref,
        version.objective,
        source={"answer": answer},
        **{"critical": version.is_critical, **more},
    )


def at(attempt: Attempt, position: int) -> Item:
    return items_of(attempt)[position - 1]


def ask_for(item: Item, by: User, policy: str = Policy.BEST_OF, **more: Any) -> Regrade:
    question = Question.objects.select_related("current", "course").get(pk=item.question_id)
    assert question.current
    return applying.ask_for(
        question, to_version=question.current, by=by, reason="The key was wrong.", policy=policy, **more
    )


def carry_out(regrade: Regrade, ada: User) -> Regrade:
    regrade.approve(ada)
    regrade.apply(ada)
    applying.apply_now(regrade)  # in tests jobs run after the commit, which these never see
    regrade.refresh_from_db()
    return regrade


def latest(attempt: Attempt) -> Result:
    return attempt.results.order_by("-rev")[0]


def test_a_dry_run_says_who_would_change_and_changes_nothing(failed: Attempt, ines: User) -> None:
    turn(at(failed, 1).question)

    regrade = ask_for(at(failed, 1), ines)

    (change,) = regrade.changes.all()
    assert regrade.state == RegradeState.DRY
    assert regrade.looked_at
    assert (change.before_mark, change.after_mark) == (0, 10_000)
    assert (change.before_percent, change.after_percent) == (5000, 7500)
    assert change.changes
    assert not change.gains
    assert Result.objects.count() == 1
    assert Marking.objects.count() == 4
    assert not Mail.objects.filter(kind="result-corrected").exists()


def test_applying_adds_a_marking_and_a_result_and_tells_the_trainee(failed: Attempt, ines: User, ada: User) -> None:
    item = at(failed, 1)
    turn(item.question)

    regrade = carry_out(ask_for(item, ines), ada)

    old, new = Marking.objects.filter(item=item)
    result = latest(failed)
    assert regrade.state == RegradeState.APPLIED
    assert (old.rev, old.mark, new.rev, new.mark) == (1, 0, 2, 10_000)
    assert new.regrade == regrade
    assert new.question_version.number == 2
    assert (result.rev, result.percent, result.cause) == (2, 7500, "regrade")
    letter = Mail.objects.get(kind="result-corrected")
    assert "Your score was 50%. It is 75% now." in letter.text
    assert "The key was wrong." in letter.text


def test_the_better_mark_stands_where_the_old_answer_was_right(failed: Attempt, ines: User, ada: User) -> None:
    right = at(failed, 3)
    turn(right.question)

    carry_out(ask_for(right, ines), ada)

    assert Marking.objects.filter(item=right).count() == 1
    assert Result.objects.count() == 1
    assert not Mail.objects.filter(kind="result-corrected").exists()


def test_a_new_key_decides_for_better_or_worse(failed: Attempt, ines: User, ada: User) -> None:
    right = at(failed, 3)
    turn(right.question)

    carry_out(ask_for(right, ines, Policy.NEW_KEY), ada)

    assert latest(failed).percent == 2500


def test_full_credit_gives_everybody_the_mark(failed: Attempt, ines: User, ada: User) -> None:
    carry_out(ask_for(at(failed, 1), ines, Policy.FULL_CREDIT), ada)

    assert latest(failed).percent == 7500


def test_a_dropped_item_leaves_the_paper(failed: Attempt, ines: User, ada: User) -> None:
    carry_out(ask_for(at(failed, 1), ines, Policy.DROP_ITEM), ada)

    result = latest(failed)
    assert (result.raw, result.max_mark, result.percent) == (20_000, 30_000, 6667)
    assert not Marking.objects.filter(item=at(failed, 1)).latest("rev").counted


def test_who_gains_a_pass_completes_the_course(
    tess: User, taught: Course, ines: User, ada: User, course: Course
) -> None:
    quiz = make_quiz(taught, pass_percent=7500)
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2])
    turn(at(attempt, 1).question)
    regrade = ask_for(at(attempt, 1), ines)
    assert regrade.changes.get().gains
    assert not Completion.objects.exists()

    carry_out(regrade, ada)

    assert look(quiz, tess).is_clear
    assert Completion.objects.exists()


def test_a_lost_pass_leaves_the_completion(tess: User, taught: Course, quiz: Quiz, ines: User, ada: User) -> None:
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt)
    turn(at(attempt, 1).question)
    regrade = ask_for(at(attempt, 1), ines, Policy.NEW_KEY)
    assert regrade.changes.get().loses

    carry_out(regrade, ada)

    assert not latest(attempt).passed
    assert Completion.objects.count() == 1


def test_dropping_an_item_never_takes_a_pass(tess: User, taught: Course, ines: User, ada: User) -> None:
    quiz = make_quiz(taught, pass_percent=7500)
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[4])
    regrade = ask_for(at(attempt, 1), ines, Policy.DROP_ITEM)
    assert regrade.changes.get().kept

    carry_out(regrade, ada)

    assert Result.objects.count() == 1
    assert latest(attempt).passed


def test_open_papers_are_left_alone(tess: User, quiz: Quiz, taught: Course, ines: User, ada: User) -> None:
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    turn(at(attempt, 1).question)

    regrade = carry_out(ask_for(at(attempt, 1), ines), ada)

    assert not regrade.changes.exists()
    assert Attempt.objects.get().state == State.OPEN


# Two people


def test_who_asked_does_not_approve(failed: Attempt, ines: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)

    with pytest.raises(Refused, match="somebody else has to approve"):
        regrade.approve(ines)


def test_the_database_refuses_one_person_in_both_places(failed: Attempt, ines: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)

    with pytest.raises(IntegrityError, match="a_second_person_approves_a_regrade"), transaction.atomic():
        Regrade.objects.filter(pk=regrade.pk).update(approved_by=ines)


def test_where_the_course_has_another_instructor_staff_stay_out(
    failed: Attempt, taught: Course, ines: User, ada: User, oskar: User
) -> None:
    Teaching.objects.create(course=taught, user=oskar)
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)

    with pytest.raises(Refused, match="another instructor"):
        regrade.approve(ada)
    regrade.approve(oskar)

    assert regrade.approved_by == oskar


def test_what_staff_asked_for_an_instructor_approves(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ada)

    with pytest.raises(Refused):
        regrade.approve(ada)
    regrade.approve(ines)

    assert regrade.state == RegradeState.APPROVED


def test_one_human_alone_is_told_plainly(tess: User, quiz: Quiz, course: Course, ada: User) -> None:
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1])
    regrade = ask_for(at(attempt, 1), ada, Policy.FULL_CREDIT)

    with pytest.raises(Refused, match="needs a second person, and there is none"):
        regrade.approve(ada)


def test_a_stranger_approves_nothing(failed: Attempt, ines: User, oskar: User) -> None:
    turn(at(failed, 1).question)

    with pytest.raises(Refused, match="Only instructors"):
        ask_for(at(failed, 1), ines).approve(oskar)


# One at a time


def test_a_question_has_one_regrade_at_a_time(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    first = ask_for(at(failed, 1), ines)

    with pytest.raises(Refused, match="under way already"):
        ask_for(at(failed, 1), ada)
    first.cancel(ines)
    second = ask_for(at(failed, 1), ada)

    assert (first.state, second.state) == (RegradeState.CANCELLED, RegradeState.DRY)
    assert Result.objects.count() == 1


def test_what_was_begun_is_not_cancelled(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)
    regrade.approve(ada)
    regrade.apply(ada)

    with pytest.raises(Refused, match="cannot be cancelled"):
        regrade.cancel(ines)


def test_only_what_is_approved_is_applied(failed: Attempt, ines: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)

    with pytest.raises(Refused, match="not approved"):
        regrade.apply(ines)
    applying.apply_now(regrade)

    assert Result.objects.count() == 1


@pytest.mark.parametrize(
    ("policy", "words"),
    [(Policy.BEST_OF, "only one version"), (Policy.NEW_KEY, "only one version"), ("worst_of", "Choose what becomes")],
)
def test_what_cannot_be_done_is_refused_in_words(failed: Attempt, ines: User, policy: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        ask_for(at(failed, 1), ines, policy)


def test_a_version_of_another_question_is_refused(failed: Attempt, ines: User) -> None:
    turn(at(failed, 1).question)

    with pytest.raises(Refused, match="another question"):
        ask_for(at(failed, 1), ines, from_version=at(failed, 2).question_version)


def test_only_answers_to_the_chosen_version_are_marked_again(failed: Attempt, ines: User) -> None:
    item = at(failed, 1)
    turn(item.question)
    third = turn(Question.objects.get(pk=item.question_id))

    regrade = ask_for(item, ines, from_version=third.versions.get(number=2))

    assert not regrade.changes.exists()


# Safe to repeat


def test_applying_twice_is_applying_once(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    regrade = carry_out(ask_for(at(failed, 1), ines), ada)
    regrade.state = RegradeState.APPROVED  # a worker that read it before the other finished

    applying.apply_now(regrade)

    assert Marking.objects.filter(item=at(failed, 1)).count() == 2
    assert Result.objects.count() == 2
    assert Mail.objects.filter(kind="result-corrected").count() == 1


def test_it_goes_on_after_a_crash(
    failed: Attempt, oskar: User, quiz: Quiz, taught: Course, ines: User, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = at(failed, 1)
    second = sit_the_same(oskar, quiz, taught, item)
    turn(item.question)
    regrade = ask_for(item, ines)
    regrade.approve(ada)
    regrade.apply(ada)
    with monkeypatch.context() as patch:
        patch.setattr(applying, "point", crash)
        with pytest.raises(RuntimeError):
            applying.apply_now(regrade)
    assert Result.objects.filter(cause="regrade").count() == 1

    applying.apply_now(Regrade.objects.get(pk=regrade.pk))

    assert [latest(one).rev for one in (failed, second)] == [2, 2]
    assert Regrade.objects.get().state == RegradeState.APPLIED


def crash(_name: str) -> None:
    raise RuntimeError("the worker died")


def sit_the_same(trainee: User, quiz: Quiz, course: Course, item: Item) -> Attempt:
    """Somebody else's paper that asks this question too, answered wrong."""
    study_all(trainee, course)
    trainee.name_confirmed_at = trainee.date_joined
    attempt = quiz.begin(trainee, declared=True)
    for _try in range(30):
        same = next((one for one in items_of(attempt) if one.question_id == item.question_id), None)
        if same:
            hand_in(attempt, wrong=[same.position])
            return attempt
        hand_in(attempt, wrong=[1, 2, 3])
        Attempt.objects.filter(pk=attempt.pk).update(state=State.VOID)
        attempt = quiz.begin(trainee, declared=True)
    raise AssertionError("never drawn")


def test_a_paper_marked_anew_since_the_dry_run_is_worked_out_again(
    tess: User, quiz: Quiz, taught: Course, ines: User, ada: User
) -> None:
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2, 3])
    item, other = at(attempt, 1), at(attempt, 2)
    turn(item.question)
    regrade = ask_for(item, ines)
    turn(other.question)
    carry_out(ask_for(other, ines), ada)

    carry_out(regrade, ada)

    assert [result.percent for result in attempt.results.order_by("rev")] == [2500, 5000, 7500]
    change = regrade.changes.get()
    assert change.moved
    assert (change.before_percent, change.after_percent) == (5000, 7500)


def test_what_would_become_news_goes_back_to_the_second_person(
    tess: User, taught: Course, ines: User, ada: User
) -> None:
    quiz = make_quiz(taught, pass_percent=10_000)
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2])
    first, second = at(attempt, 1), at(attempt, 2)
    turn(first.question)
    regrade = ask_for(first, ines)
    regrade.approve(ada)
    turn(second.question)
    carry_out(ask_for(second, ines), ada)

    regrade.apply(ada)
    applying.apply_now(regrade)

    regrade.refresh_from_db()
    assert (regrade.state, regrade.approved_by, regrade.begun_at) == (RegradeState.DRY, None, None)
    assert regrade.changes.get().gains  # which nobody had approved
    assert [step.move for step in regrade.steps.all()][-1] == "back"
    assert not latest(attempt).passed
    carry_out(regrade, ada)
    assert latest(attempt).passed


def test_full_credit_and_dropping_need_no_other_version(failed: Attempt, ines: User) -> None:
    assert ask_for(at(failed, 1), ines, Policy.DROP_ITEM).changes.get().changes


def test_an_answer_to_something_else_stays_as_it_was(failed: Attempt, ines: User) -> None:
    item = at(failed, 1)
    add_question(
        item.question.course, item.question.ref, item.question_version.objective, kind="single_choice", source={}
    )

    change = ask_for(item, ines, Policy.NEW_KEY).changes.get()

    assert change.unreadable
    assert not change.changes


def test_the_dry_run_asks_the_same_number_of_queries_for_any_number_of_papers(
    failed: Attempt, oskar: User, cleo: User, quiz: Quiz, taught: Course, ines: User
) -> None:
    item = at(failed, 1)
    turn(item.question)
    regrade = ask_for(item, ines)
    with CaptureQueriesContext(connection) as one:
        applying.look_now(regrade)
    for other in (oskar, cleo):
        add_question(taught, item.question.ref, item.question_version.objective)
        sit_the_same(other, quiz, taught, item)
    Regrade.objects.filter(pk=regrade.pk).update(looked_at=None)
    third = item.question.versions.latest("number")
    regrade = Regrade.objects.get(pk=regrade.pk)
    assert third.number > regrade.to_version.number

    with CaptureQueriesContext(connection) as many:
        applying.look_now(regrade)

    assert abs(len(many) - len(one)) <= 2  # the step is written in both


def test_what_was_applied_is_final(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    regrade = carry_out(ask_for(at(failed, 1), ines), ada)

    for rows, change in (
        (Regrade.objects, {"state": "cancelled", "applied_at": None}),
        (Regrade.objects, {"reason": "Other words."}),
        (regrade.changes, {"after_percent": 1}),
        (regrade.steps, {"by": ada}),
    ):
        with pytest.raises(IntegrityError, match="this row is final"), transaction.atomic():
            rows.update(**change)


# What is held


@pytest.fixture
def safety(db: None, ines: User, ada: User) -> Quiz:
    course = make_course("safety")
    Teaching.objects.create(course=course, user=ines)
    add_pool(course, each=9, critical=["M1.1a"])
    return make_quiz(course, {"M1.1a": 5}, pass_percent=5000, critical_min_percent=4000)


def sit(quiz: Quiz, trainee: User, *wrong: int) -> Attempt:
    assert quiz.course
    study_all(trainee, quiz.course)
    attempt = quiz.begin(trainee, declared=True)
    hand_in(attempt, wrong=wrong)
    attempt.open_feedback()
    return attempt


def test_an_open_follow_up_that_is_not_needed_any_more_is_closed(
    tess: User, safety: Quiz, ines: User, ada: User
) -> None:
    held = sit(safety, tess, 1)
    follow_up = safety.begin_follow_up(tess)
    turn(at(held, 1).question)

    carry_out(ask_for(at(held, 1), ines), ada)

    follow_up = Attempt.objects.get(pk=follow_up.pk)
    assert (follow_up.state, follow_up.closed_by) == (State.VOID, "staff")
    assert "no longer counted as missed" in follow_up.voiding.reason
    assert look(safety, tess).is_clear
    assert Completion.objects.exists()


def test_a_follow_up_that_is_still_needed_stays_open(tess: User, safety: Quiz, ines: User, ada: User) -> None:
    held = sit(safety, tess, 1, 2)
    follow_up = safety.begin_follow_up(tess)
    turn(at(held, 1).question)

    carry_out(ask_for(at(held, 1), ines), ada)

    assert Attempt.objects.get(pk=follow_up.pk).is_open
    assert not Completion.objects.exists()
    hand_in(follow_up)
    assert Completion.objects.exists()


def test_a_new_key_holds_again_what_was_passed(tess: User, safety: Quiz, ines: User, ada: User) -> None:
    passed = sit(safety, tess)
    assert look(safety, tess).is_clear
    turn(at(passed, 1).question)
    regrade = ask_for(at(passed, 1), ines, Policy.NEW_KEY)
    assert regrade.changes.get().becomes_held

    carry_out(regrade, ada)

    assert look(safety, tess).follow_up_after == passed
    follow_up = safety.begin_follow_up(tess)
    assert len(items_of(follow_up)) == 1
    hand_in(follow_up)
    assert look(safety, tess).is_clear


def test_what_is_newly_missed_is_put_again_even_after_a_round_that_went_right(
    tess: User, safety: Quiz, ines: User, ada: User
) -> None:
    held = sit(safety, tess, 1)
    hand_in(safety.begin_follow_up(tess))
    assert look(safety, tess).is_clear
    turn(at(held, 2).question)

    carry_out(ask_for(at(held, 2), ines, Policy.NEW_KEY), ada)

    assert look(safety, tess).follow_up_after
    (again,) = items_of(safety.begin_follow_up(tess))
    assert again.question_version.is_critical


def test_taking_a_question_off_the_papers_frees_who_missed_it(tess: User, safety: Quiz, ines: User, ada: User) -> None:
    held = sit(safety, tess, 1)

    carry_out(ask_for(at(held, 1), ines, Policy.DROP_ITEM), ada)

    assert look(safety, tess).is_clear
    assert Completion.objects.exists()


def test_a_follow_up_with_nothing_left_on_it_is_all_right(tess: User, safety: Quiz, ines: User, ada: User) -> None:
    sit(safety, tess, 1)
    follow_up = safety.begin_follow_up(tess)
    hand_in(follow_up, wrong=[1])

    carry_out(ask_for(at(follow_up, 1), ines, Policy.DROP_ITEM), ada)

    result = latest(follow_up)
    assert (result.max_mark, result.critical_missed, result.passed) == (0, 0, True)
    assert look(safety, tess).follow_up_after  # what was missed on the paper itself is still to be put right
    assert follow_up.mode == Mode.FOLLOW_UP


# What the trainee reads


def test_the_result_page_tells_the_correction_and_keeps_the_old_result(
    failed: Attempt, tess: User, ines: User, ada: User, client_of: ClientOf
) -> None:
    turn(at(failed, 1).question)
    carry_out(ask_for(at(failed, 1), ines), ada)

    page = client_of(tess).get(failed.get_result_url())

    assert "question 1 was marked again" in page.text
    assert "50%&nbsp;→&nbsp;75%" in page.text
    assert "The key was wrong." in page.text


def test_the_result_page_says_what_is_held_and_why(tess: User, safety: Quiz, client_of: ClientOf) -> None:
    held = sit(safety, tess, 2)

    page = client_of(tess).get(held.get_result_url())

    assert "What is held, and why" in page.text
    assert "Question 2: Explain M1.1a" in page.text
    hand_in(safety.begin_follow_up(tess))
    assert "What is held" not in client_of(tess).get(held.get_result_url()).text


def test_feedback_explains_by_the_version_that_marked_last(failed: Attempt, ines: User, ada: User) -> None:
    before = failed.review()[0]
    turn(at(failed, 1).question)
    carry_out(ask_for(at(failed, 1), ines), ada)

    after = Attempt.objects.get(pk=failed.pk).review()[0]

    assert (before.verdict, after.verdict) == ("wrong", "right")
    assert before.key_words != after.key_words
    assert after.corrected


def test_a_dropped_question_is_shown_as_not_counted(
    failed: Attempt, tess: User, ines: User, ada: User, client_of: ClientOf
) -> None:
    carry_out(ask_for(at(failed, 1), ines, Policy.DROP_ITEM), ada)
    failed.open_feedback()

    page = client_of(tess).get(f"/quizzes/attempts/{failed.pk}/feedback/")

    assert "Not counted" in page.text
    assert "taken off the paper" in page.text


def test_nobody_approves_what_changes_their_own_paper(
    failed: Attempt, quiz: Quiz, taught: Course, ines: User, ada: User
) -> None:
    ada.name_confirmed_at = failed.started_at
    ada.save()
    study_all(ada, taught)
    own = quiz.begin(ada, declared=True)
    hand_in(own, wrong=[1, 2])
    shared = at(own, 1)
    turn(shared.question)
    regrade = ask_for(shared, ines)

    with pytest.raises(Refused, match="Your own paper"):
        regrade.approve(ada)

    assert "there is none" in applying.words_for(applying.who_may(regrade, ines))
    other = person("bea@example.com", "Bea Administrator", second_factor=True, is_staff=True)
    regrade.approve(other)
    assert regrade.state == RegradeState.APPROVED


def test_somebody_with_an_open_paper_of_it_does_not_approve_either(
    failed: Attempt, quiz: Quiz, taught: Course, ines: User, ada: User
) -> None:
    ada.name_confirmed_at = failed.started_at
    ada.save()
    study_all(ada, taught)
    question = at(quiz.begin(ada, declared=True), 1)
    turn(question.question)
    regrade = ask_for(question, ines)

    with pytest.raises(Refused, match="Your own paper"):
        regrade.approve(ada)
