"""Corrections at the same moment as anything else: real threads, separate connections, on either database."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from certificates import deciding
from certificates.models import Achievement, Certificate, CertificateDecision, Revocation
from courses.models import Completion, Course, Teaching
from jobs.models import Mail
from quizzes.correcting import Refused, applying, late, revising
from quizzes.models import (
    Attempt,
    CountedAnswer,
    Marking,
    Policy,
    Question,
    QuestionDraft,
    Quiz,
    Regrade,
    RegradeState,
    ResponseEvent,
    Result,
    State,
)
from quizzes.writing import drafts
from tests.quizzes.making import add_pool, answers_for, fields_for, hand_in, make_course, make_quiz, study_all
from tests.quizzes.test_correcting import content_of
from tests.quizzes.test_races import together, unexpected
from tests.quizzes.test_regrading import ask_for, at, turn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _every_judgement_has_its_turn() -> Iterator[None]:
    """Revisions count up without a gap, and the last result is what the last markings come to."""
    yield
    for attempt in Attempt.objects.filter(state=State.GRADED):
        revs = list(attempt.results.order_by("rev").values_list("rev", flat=True))
        assert revs == list(range(1, len(revs) + 1))
        latest: dict[int, Marking] = {}
        for marking in Marking.objects.filter(item__attempt=attempt).order_by("rev"):
            assert marking.rev == (latest[marking.item_id].rev + 1 if marking.item_id in latest else 1)
            latest[marking.item_id] = marking
        result = attempt.results.latest("rev")
        assert result.raw == sum(marking.mark for marking in latest.values() if marking.counted)
        rejudged = Marking.objects.filter(item__attempt=attempt, rev__gt=1).count()
        assert len(revs) == 1 + rejudged


@pytest.fixture
def taught(course: Course, ines: User, ada: User) -> Course:
    Teaching.objects.create(course=course, user=ines)
    return course


@pytest.fixture
def failed(tess: User, quiz: Quiz, taught: Course) -> Attempt:
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt, wrong=[1, 2])
    return attempt


def begun(attempt: Attempt, position: int, ines: User, ada: User, policy: str = Policy.BEST_OF) -> Regrade:
    """Approved and handed to the worker, which has not come yet."""
    turn(at(attempt, position).question)
    regrade = ask_for(at(attempt, position), ines, policy)
    regrade.approve(ada)
    Regrade.objects.filter(pk=regrade.pk).update(begun_at=regrade.approved_at)
    return regrade


def apply(regrade: Regrade) -> Any:
    return lambda: applying.apply_now(Regrade.objects.select_related("question", "to_version").get(pk=regrade.pk))


def test_two_workers_apply_a_regrade_once(failed: Attempt, ines: User, ada: User) -> None:
    regrade = begun(failed, 1, ines, ada)

    outcomes = together(*[apply(regrade)] * 4)

    assert not unexpected(outcomes)
    assert Marking.objects.filter(regrade=regrade).count() == 1
    assert Mail.objects.filter(kind="result-corrected").count() == 1
    assert Regrade.objects.get().state == RegradeState.APPLIED


def test_regrades_of_two_questions_of_one_paper_take_turns(failed: Attempt, ines: User, ada: User) -> None:
    first, second = begun(failed, 1, ines, ada), begun(failed, 2, ines, ada)

    outcomes = together(apply(first), apply(second))
    for regrade in Regrade.objects.filter(state=RegradeState.DRY):  # the second saw a pass nobody had approved
        regrade.approve(ada)
        apply(regrade)()

    assert not unexpected(outcomes)
    assert failed.results.latest("rev").percent == 10_000
    assert Completion.objects.count() == 1


def test_one_of_many_asks_for_the_regrade_of_a_question(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    item = at(failed, 1)

    outcomes = together(*[lambda: ask_for(item, ines).pk, lambda: ask_for(item, ada).pk] * 2)

    assert not unexpected(outcomes, Refused)
    assert Regrade.objects.running().count() == 1


def test_approving_against_cancelling_ends_in_one_of_them(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    pk = ask_for(at(failed, 1), ines).pk

    outcomes = together(
        lambda: Regrade.objects.select_related("question__course").get(pk=pk).approve(ada),
        lambda: Regrade.objects.get(pk=pk).cancel(ines),
        lambda: Regrade.objects.get(pk=pk).look(),
    )

    assert not unexpected(outcomes, Refused)
    regrade = Regrade.objects.get()
    moves = [step.move for step in regrade.steps.all()]
    assert moves.count("approved") <= 1
    assert moves.count("cancelled") <= 1
    assert (regrade.state == RegradeState.CANCELLED) == ("cancelled" in moves)


def test_cancelling_against_applying_is_one_or_the_other(failed: Attempt, ines: User, ada: User) -> None:
    turn(at(failed, 1).question)
    regrade = ask_for(at(failed, 1), ines)
    regrade.approve(ada)

    outcomes = together(
        lambda: Regrade.objects.get(pk=regrade.pk).apply(ada), lambda: Regrade.objects.get(pk=regrade.pk).cancel(ines)
    )

    assert not unexpected(outcomes, Refused)
    regrade.refresh_from_db()
    marked = Marking.objects.filter(regrade=regrade).count()
    assert (regrade.state, marked) in {(RegradeState.CANCELLED, 0), (RegradeState.APPLIED, 1)}


def test_a_hand_in_at_that_moment_is_regraded_or_left_whole(tess: User, oskar: User, ines: User, ada: User) -> None:
    """An open paper is not touched; one that closes meanwhile is marked again with the others, or not at all."""
    course = make_course("shared")
    Teaching.objects.create(course=course, user=ines)
    add_pool(course, each=2)  # everybody is asked the same four
    quiz = make_quiz(course)
    study_all(tess, course)
    study_all(oskar, course)
    failed = quiz.begin(tess, declared=True)
    hand_in(failed, wrong=[1, 2])
    running = quiz.begin(oskar, declared=True)
    regrade = begun(failed, 1, ines, ada)

    outcomes = together(apply(regrade), lambda: hand_in(Attempt.objects.get(pk=running.pk)).rev)

    assert not unexpected(outcomes)
    assert Attempt.objects.get(pk=running.pk).state == State.GRADED
    assert failed.results.latest("rev").percent == 7500
    marked = Marking.objects.filter(item__attempt=running, regrade__isnull=False).count()
    assert marked == running.results.filter(cause="regrade").count()


def test_a_late_answer_is_counted_once_by_many(failed: Attempt, ines: User, ada: User) -> None:
    item = at(failed, 1)
    failed.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=9, client="late")
    pk = ResponseEvent.objects.get(outcome="closed").pk

    def count(by: User) -> Any:
        return lambda: late.count(ResponseEvent.objects.select_related("item").get(pk=pk), by=by, reason="Down.").pk

    outcomes = together(count(ines), count(ada), count(ines))

    assert not unexpected(outcomes)
    assert len(set(outcomes)) == 1
    assert CountedAnswer.objects.count() == 1
    assert Result.objects.count() == 2


def test_counting_a_late_answer_against_a_regrade_of_the_same_question(failed: Attempt, ines: User, ada: User) -> None:
    item = at(failed, 1)
    failed.save_answer(item.pk, fields_for(item, right=True), epoch=0, seq=9, client="late")
    event = ResponseEvent.objects.select_related("item").get(outcome="closed")
    regrade = begun(failed, 1, ines, ada, Policy.FULL_CREDIT)

    outcomes = together(apply(regrade), lambda: late.count(event, by=ines, reason="Down.").pk)

    assert not unexpected(outcomes, Refused)
    assert failed.results.latest("rev").percent == 7500


def test_two_authors_publish_one_after_the_other_or_one_is_told(course: Course, ines: User, ada: User) -> None:
    question = Question.objects.select_related("current").get(pk=course.questions.all()[0].pk)
    words = {by: content_of(question, stem=f"Written by {by}.") for by in ("ines", "ada")}

    def publish(by: User, name: str) -> Any:
        mine = Question.objects.select_related("current").get(pk=question.pk)
        return lambda: revising.revise(mine, words[name], by=by).number

    outcomes = together(publish(ines, "ines"), publish(ada, "ada"))

    assert not unexpected(outcomes, revising.Overtaken)
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [2]
    assert question.versions.count() == 2


def test_a_new_question_is_published_once_however_often_it_is_asked_for(course: Course, ines: User) -> None:
    posted = {"id": ["Q-NEW"], "stem": ["Gloves replace washing."], "objective": ["M1.1a"], "points": ["1"]}
    posted |= {"feedback-right": ["Right."], "feedback-wrong": ["They do not."]}
    pk = QuestionDraft.objects.create(course=course, kind="true_false", fields=posted, author=ines).pk
    drafts_ = [QuestionDraft.objects.select_related("course", "question").get(pk=pk) for _time in range(3)]

    outcomes = together(*[lambda one=one: drafts.publish(one, change=None, by=ines).number for one in drafts_])

    assert not unexpected(outcomes, Refused)
    assert Question.objects.get(ref="Q-NEW").versions.count() == 1


def test_voiding_a_follow_up_against_handing_it_in(tess: User, ines: User, ada: User) -> None:
    course = make_course("safety")
    Teaching.objects.create(course=course, user=ines)
    add_pool(course, each=9, critical=["M1.1a"])
    quiz = make_quiz(course, {"M1.1a": 5}, pass_percent=5000)
    study_all(tess, course)
    held = quiz.begin(tess, declared=True)
    hand_in(held, wrong=[1])
    held.open_feedback()
    follow_up = quiz.begin_follow_up(tess)
    regrade = begun(held, 1, ines, ada)

    def finish() -> str:
        from tests.quizzes.making import answers_for

        mine = Attempt.objects.select_related("quiz_version", "quiz").get(pk=follow_up.pk)
        mine.submit(answers_for(mine), client="race")
        return str(mine.state)

    outcomes = together(apply(regrade), finish)

    assert not unexpected(outcomes)
    assert Attempt.objects.get(pk=follow_up.pk).state in {State.VOID, State.GRADED}
    assert Completion.objects.count() == 1


def test_a_correction_of_a_paper_against_handing_in_its_follow_up(tess: User, ines: User, ada: User) -> None:
    """Whoever is second sees the other: no certificate stands on a result that nobody is asked about."""
    course = make_course("safety")
    Teaching.objects.create(course=course, user=ines)
    Achievement.objects.create(course=course, slug="safe", title="Safe work", validity_months=12)
    add_pool(course, each=9, critical=["M1.1a"])
    quiz = make_quiz(course, {"M1.1a": 5}, pass_percent=5000, critical_min_percent=5000)
    study_all(tess, course)
    held = quiz.begin(tess, declared=True)
    hand_in(held, wrong=[1])
    held.open_feedback()
    follow_up = quiz.begin_follow_up(tess)
    regrade = begun(held, 2, ines, ada, Policy.NEW_KEY)

    def finish() -> None:
        mine = Attempt.objects.select_related("quiz_version", "quiz").get(pk=follow_up.pk)
        mine.submit(answers_for(mine), client="race")

    outcomes = together(apply(regrade), finish)
    apply(regrade)()

    assert not unexpected(outcomes)
    assert held.results.latest("rev").critical_missed == 2
    assert Certificate.objects.exists() == CertificateDecision.objects.exists()


def test_a_certificate_is_decided_once_by_many(tess: User, taught: Course, ines: User, ada: User) -> None:
    Achievement.objects.create(course=taught, slug="clean", title="Clean work", validity_months=12)
    quiz = make_quiz(taught)
    study_all(tess, taught)
    attempt = quiz.begin(tess, declared=True)
    hand_in(attempt)
    result = attempt.results.get()
    pk = CertificateDecision.objects.create(certificate=Certificate.objects.get(), before=result, after=result).pk

    def decide(decision: str) -> Any:
        row = CertificateDecision.objects.select_related("certificate__holder").get(pk=pk)
        return lambda: deciding.decide(row, decision, by=ada, why="Because.", public_reason="It was corrected.")

    outcomes = together(decide("keep"), decide("revoke"), decide("revoke"))

    assert not unexpected(outcomes, deciding.DecidedAlready)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert Revocation.objects.exists() == (CertificateDecision.objects.get().decision == "revoke")
    assert Mail.objects.filter(kind="certificate-decided").count() == 1
