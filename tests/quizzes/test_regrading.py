"""Answers already marked are marked again: looked at first, approved by a second person, applied, told."""

import pytest

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
from tests.quizzes.making import (
    add_pool,
    add_question,
    answers_for,
    hand_in,
    items_of,
    make_course,
    make_quiz,
    study_all,
)


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


def turn(question: Question, *, answer: bool = False, **more: object) -> Question:
    """Publish a version whose right answer is the other one."""
    version = question.current
    assert version
    return add_question(
        question.course,
        question.ref,
        version.objective,
        source={"answer": answer},
        **{"critical": version.is_critical, **more},  # type: ignore[arg-type]
    )


def at(attempt: Attempt, position: int) -> Item:
    return items_of(attempt)[position - 1]


def ask_for(item: Item, by: User, policy: str = Policy.BEST_OF, **more: object) -> Regrade:
    question = Question.objects.select_related("current", "course").get(pk=item.question_id)
    assert question.current
    return applying.ask_for(
        question, to_version=question.current, by=by, reason="The key was wrong.", policy=policy, **more  # type: ignore[arg-type]
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


def test_who_asked_does_not_approve(failed: Attempt, ines: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)

    with pytest.raises(Refused, match="somebody else has to approve"):
        regrade.approve(ines)
