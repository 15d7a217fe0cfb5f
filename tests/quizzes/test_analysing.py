"""Answers are gathered and worked out in a job: who counts, what counts, and when it is done again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from jobs import running
from jobs.models import Job
from quizzes.analysis import work
from quizzes.assembly import Blueprint, Section
from quizzes.models import Attempt, Item, ItemAnalysis, Marking, Question, QuestionVersion, Quiz, Response, Result
from tests.quizzes import making
from tests.quizzes.answering import Answering, by_ability, class_of, mark, sit
from tests.quizzes.making import MARK, add_question, make_course, make_quiz

Figures = dict[str, Any]
RIGHT, WRONG = {"choice": "b"}, {"choice": "a"}


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def quiz(course: Course) -> Quiz:
    for number in range(4):
        add_question(course, f"Q-{number}", kind="single_choice")
    return make_quiz(course)


@pytest.fixture
def questions(quiz: Quiz) -> list[Question]:
    return list(Question.objects.order_by("ref").select_related("current"))


def always(body: Any) -> Answering:
    return lambda _who, _version: body


def worked_out(quiz: Quiz) -> Figures:
    work.compute(quiz)
    found: Figures = ItemAnalysis.objects.get(quiz=quiz).figures
    return found


def of(figures: Figures, question: Question) -> Figures:
    return next(one for one in figures["questions"] if one["question"] == question.pk)


# Who counts


def test_only_the_first_attempt_of_each_trainee_counts(quiz: Quiz, questions: list[Question]) -> None:
    people = class_of(10)
    sit(quiz, questions, always(WRONG), people=people)
    sit(quiz, questions, always(RIGHT), people=people, number=2)

    found = worked_out(quiz)

    assert (found["people"], found["papers"]) == (10, 20)
    assert of(found, questions[0])["facility"] == 0
    assert of(found, questions[0])["answers"] == 10
    assert of(found, questions[0])["drawn"] == 20


@pytest.mark.parametrize("mode", ["practice", "preview", "follow_up"])
def test_what_does_not_count_for_the_trainee_does_not_count_here(
    quiz: Quiz, questions: list[Question], mode: str
) -> None:
    [passed] = sit(quiz, questions, always(RIGHT), people=1)
    sit(quiz, questions, always(WRONG), people=5, mode=mode, follows=passed if mode == "follow_up" else None)

    found = worked_out(quiz)

    assert found["people"] == 1
    assert of(found, questions[0])["facility"] == 1


@pytest.mark.parametrize("state", ["submitted", "void"])
def test_a_paper_that_is_not_marked_or_was_declared_void_does_not_count(
    quiz: Quiz, questions: list[Question], state: str
) -> None:
    sit(quiz, questions, always(RIGHT), people=3)
    sit(quiz, questions, always(WRONG), people=2, state=state)

    assert worked_out(quiz)["people"] == 3


def test_an_attempt_that_began_and_ended_in_the_portal_is_counted(tess: User, quiz: Quiz, course: Course) -> None:
    making.study_all(tess, course)
    Question.objects.filter(ref__in=("Q-2", "Q-3")).update(retired=True)
    making.set_rules(quiz, Blueprint((Section(course.title, draw={"M1.1a": 2}),), default_max=9))
    making.begin_and_hand_in(quiz, tess, wrong=[1])

    found = worked_out(quiz)

    assert found["people"] == 1
    assert sorted(one["right"] for one in found["questions"]) == [0, 1]


# What counts


def test_the_latest_marking_counts(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, always(WRONG), people=4)
    again(Item.objects.filter(question=questions[0]), mark=MARK)

    found = worked_out(quiz)

    assert of(found, questions[0])["facility"] == 1
    assert of(found, questions[1])["facility"] == 0


def test_a_question_taken_off_the_papers_is_left_out(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, always(RIGHT), people=4)
    again(Item.objects.filter(question=questions[0]), counted=False)

    found = worked_out(quiz)

    assert questions[0].pk not in {one["question"] for one in found["questions"]}
    assert len(found["questions"]) == 3


def again(items: Any, **changes: Any) -> None:
    for item in items:
        row: Model = mark(item, item.question_version, item.response.body, timezone.now(), rev=2)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()


def revised(question: Question, change_kind: str, **source: Any) -> Question:
    add_question(question.course, question.ref, kind="single_choice", change_kind=change_kind, source=source)
    question.refresh_from_db()
    return question


def test_versions_that_differ_by_a_typo_are_one_question(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, always(RIGHT), people=3)
    revised(questions[0], "typo")
    sit(quiz, questions, always(RIGHT), people=2)

    one = of(worked_out(quiz), questions[0])

    assert (one["answers"], one["number"], one["earlier_answers"]) == (5, 2, 0)
    assert one["lines"]["b"] == [0, 5, 0]  # all alike: nobody is weak or strong


def test_a_new_key_begins_anew_and_takes_along_what_was_marked_again(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, always(RIGHT), people=5)
    version = revised(questions[0], "key", answer="a").current
    sit(quiz, questions, always(WRONG), people=2)
    assert (one := of(worked_out(quiz), questions[0]))["answers"] == 2
    assert one["earlier_answers"] == 5

    moved = Item.objects.filter(question=questions[0], question_version__number=1)[:3]
    again(moved, question_version=version, mark=0)
    a_correction(moved[0].attempt)

    one = of(worked_out(quiz), questions[0])
    assert (one["answers"], one["earlier_answers"], one["right"]) == (5, 2, 2)


def a_correction(attempt: Attempt) -> None:
    """A correction always leaves a result."""
    last = Result.objects.filter(attempt=attempt).latest("rev")
    last.pk, last.rev = None, last.rev + 1
    last.save()


def test_thirds_go_by_the_whole_paper(quiz: Quiz, questions: list[Question]) -> None:
    def answer(who: int, version: QuestionVersion) -> Any:
        if version.question_id == questions[0].pk:
            return None if who == 0 else {"choice": "acb"[who // 3]}
        return RIGHT if int(version.question.ref[-1]) <= who // 3 + 1 else WRONG

    sit(quiz, questions, answer, people=9)

    one = of(worked_out(quiz), questions[0])

    assert one["groups"] == [3, 3, 3]
    assert one["lines"] == {"a": [2, 0, 0], "b": [0, 0, 3], "c": [0, 3, 0]}
    assert one["blank"] == [1, 0, 0]
    assert one["right_groups"] == [0, 0, 3]


def test_an_answer_nobody_can_read_is_something_else(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, always({"nonsense": 1}), people=3)

    assert sum(of(worked_out(quiz), questions[0])["other"]) == 3


def test_a_fixed_paper_has_a_reliability_and_a_drawn_one_has_none(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, by_ability(30), people=30)
    fixed = worked_out(quiz)
    sit(quiz, questions[:2], by_ability(5), people=5)
    drawn = worked_out(quiz)

    assert fixed["fixed"]
    assert fixed["paper"]["cic"] is not None
    assert fixed["questions"][0]["paper"]["discrimination_index"] is not None
    assert not drawn["fixed"]
    assert drawn["paper"] is None
    assert drawn["questions"][0]["paper"] is None


def test_a_drawn_question_is_compared_with_the_rest_of_each_paper(quiz: Quiz, questions: list[Question]) -> None:
    """Two papers share a question: who has it right also won more of the rest, whichever paper it was."""
    shared, *others = questions

    def paper(who: int) -> list[Question]:
        return [shared, others[who % 2], others[2]]

    def answer(who: int, version: QuestionVersion) -> Any:
        if version.question_id == others[2].pk:
            return RIGHT
        return RIGHT if who >= 20 else WRONG

    sit(quiz, paper, answer, people=40)

    found = worked_out(quiz)

    assert not found["fixed"]
    assert of(found, shared)["item_rest"] == pytest.approx(1)
    assert of(found, others[2])["item_rest"] is None  # everybody had it right


def test_time_is_told_by_quartiles_of_those_who_were_timed(quiz: Quiz, questions: list[Question]) -> None:
    times = [0, 10, 20, 30, 40, 50]
    sit(quiz, questions, always(RIGHT), people=6, seconds=lambda who, _version: times[who])

    one = of(worked_out(quiz), questions[0])

    assert one["seconds"] == [20, 30, 40]
    assert one["timed"] == 5


def test_changed_answers_are_told_by_what_became_of_them(quiz: Quiz, questions: list[Question]) -> None:
    firsts = [RIGHT, WRONG, {"choice": "c"}, RIGHT, None, None]
    lasts = [WRONG, RIGHT, WRONG, RIGHT, RIGHT, WRONG]
    sit(
        quiz,
        questions[:1],
        lambda who, _version: lasts[who],
        people=6,
        first=lambda who, _version: firsts[who],
    )

    changes = of(worked_out(quiz), questions[0])["changes"]

    assert changes == {"right_wrong": 1, "wrong_right": 1, "wrong_wrong": 1, "right_right": 0}


def test_exposure_counts_the_papers_since_the_question_was_there(quiz: Quiz, questions: list[Question]) -> None:
    now = timezone.now()
    sit(quiz, questions[:2], always(RIGHT), people=3, at=now)
    late = add_question(questions[0].course, "Q-late", kind="single_choice", published_at=now + timedelta(hours=1))
    sit(quiz, [questions[0], late], always(RIGHT), people=2, at=now + timedelta(hours=2))

    found = worked_out(quiz)

    assert (of(found, questions[0])["drawn"], of(found, questions[0])["drawn_of"]) == (5, 5)
    assert (of(found, late)["drawn"], of(found, late)["drawn_of"]) == (2, 2)
    assert found["unanswered"] == [questions[2].pk, questions[3].pk]


# When it is done


def test_it_is_kept_until_a_new_result_arrives(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, always(RIGHT), people=2)
    work.compute(quiz)
    kept = ItemAnalysis.objects.get()

    work.compute(quiz)
    assert ItemAnalysis.objects.get().computed_at == kept.computed_at

    sit(quiz, questions, always(WRONG), people=1)
    work.compute(quiz)
    assert ItemAnalysis.objects.get().figures["people"] == 3


def test_nothing_is_kept_of_a_quiz_nobody_took(quiz: Quiz) -> None:
    work.compute(quiz)

    assert not ItemAnalysis.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_has_it_worked_out_and_does_not_do_so_after_every_paper(clock: making.Clock) -> None:
    course = make_course()
    question = add_question(course, "Q-0", kind="single_choice")
    quiz = make_quiz(course)
    sit(quiz, [question], always(RIGHT), people=2)

    running.sweep()
    assert ItemAnalysis.objects.get().figures["people"] == 2

    sit(quiz, [question], always(RIGHT), people=1)
    running.sweep()
    assert ItemAnalysis.objects.get().figures["people"] == 2

    clock.forward(minutes=6)
    running.sweep()
    assert ItemAnalysis.objects.get().figures["people"] == 3
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_job_for_a_quiz_that_is_gone_is_done(db: None) -> None:
    work.analyse({"quiz": 0})


def test_a_table_that_cannot_be_made_does_not_stop_the_rest(
    quiz: Quiz, questions: list[Question], caplog: pytest.LogCaptureFixture
) -> None:
    """A version its kind stumbles over: its answers are counted, its table is empty, the others are whole."""
    broken = QuestionVersion.objects.create(
        question=questions[0], number=2, kind="single_choice", stem="?", body={"odd": 1}, key={}, mark=MARK,
        objective="M1.1a", content_hash="2",
    )  # fmt: skip
    sit(quiz, questions, always(RIGHT), people=2)
    again(Item.objects.filter(question=questions[0]), question_version=broken)

    found = worked_out(quiz)

    assert of(found, questions[0])["lines"] == {}
    assert of(found, questions[0])["other"] == [0, 2, 0]
    assert of(found, questions[1])["lines"] == {"b": [0, 2, 0]}
    assert "could not be counted" in caplog.text


def test_marks_are_never_touched(quiz: Quiz, questions: list[Question]) -> None:
    sit(quiz, questions, by_ability(5), people=5)
    before = [list(model._default_manager.order_by("pk").values()) for model in (Marking, Result, Response)]

    work.compute(quiz)

    assert [list(model._default_manager.order_by("pk").values()) for model in (Marking, Result, Response)] == before
