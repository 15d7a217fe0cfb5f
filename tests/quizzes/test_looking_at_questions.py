"""An instructor opens the page of a quiz and sees which of its questions need a look."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses.models import Course, Teaching
from jobs.models import Job
from quizzes.analysis import work
from quizzes.models import ItemAnalysis, Question, QuestionVersion, Quiz
from tests.conftest import ClientOf
from tests.quizzes.answering import by_ability, sit
from tests.quizzes.making import add_question, make_course, make_examination, make_quiz

OPTIONS = [{"id": "a", "text": "Soot black"}, {"id": "b", "text": "Ash umber"}, {"id": "c", "text": "Warm walnut"}]


def address(quiz: Quiz, name: str = "analysis", query: str = "") -> str:
    return reverse(f"quizzes:{name}", args=[quiz.pk]) + query


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def quiz(course: Course, ines: User) -> Quiz:
    Teaching.objects.create(course=course, user=ines)
    for number in range(5):
        add_question(course, f"Q-{number}", kind="single_choice", source={"stem": f"Question {number}?"})
    add_question(
        course, "Q-odd", kind="single_choice", source={"stem": "Which pigment?", "options": OPTIONS, "answer": "b"}
    )
    return make_quiz(course)


@pytest.fixture
def page(ines: User, client_of: ClientOf) -> Client:
    return client_of(ines)


def everybody_sits(quiz: Quiz) -> None:
    """The key of one question is wrong: of sixty people those who know the rest answer C."""
    able = by_ability(60, seed=3)

    def answer(who: int, version: QuestionVersion) -> Any:
        if version.question.ref == "Q-odd":
            return {"choice": "c" if who >= 20 else "b"}
        return able(who, version)

    sit(quiz, list(Question.objects.order_by("ref")), answer, people=60)


def test_before_anybody_has_handed_in_it_says_so(page: Client, quiz: Quiz) -> None:
    shown = page.get(address(quiz))

    assert "Nobody has handed in yet" in shown.text


def test_looking_works_nothing_out_and_asks_for_nothing(page: Client, quiz: Quiz) -> None:
    everybody_sits(quiz)

    shown = page.get(address(quiz))

    assert "Being worked out" in shown.text
    assert not ItemAnalysis.objects.exists()
    assert not Job.objects.exists()


def test_asking_has_it_worked_out(page: Client, quiz: Quiz, django_capture_on_commit_callbacks: object) -> None:
    everybody_sits(quiz)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        page.post(address(quiz, "analysis_create"))

    assert "60" in page.get(address(quiz)).text
    assert ItemAnalysis.objects.get().figures["people"] == 60


def test_the_question_with_a_wrong_key_stands_first_and_is_explained(page: Client, quiz: Quiz) -> None:
    everybody_sits(quiz)
    work.compute(quiz)

    shown = page.get(address(quiz)).text

    assert shown.index("Which pigment?") < shown.index("Question 0?")
    assert "Strong trainees miss it: check the key" in shown
    assert "Strong trainees chose “Warm walnut”" in shown
    assert reverse("quizzes:draft_create", args=[Question.objects.get(ref="Q-odd").pk]) in shown


def test_any_question_can_be_looked_at(page: Client, quiz: Quiz) -> None:
    everybody_sits(quiz)
    work.compute(quiz)
    other = Question.objects.get(ref="Q-3")

    shown = page.get(address(quiz, query=f"?question={other.pk}")).text

    assert f'action="{reverse("quizzes:draft_create", args=[other.pk])}"' in shown
    assert "Option c" in shown


@pytest.mark.parametrize("wanted", ["0", "-1", "x", "9" * 30, "None"])
def test_a_question_that_is_not_there_is_not_found(page: Client, quiz: Quiz, wanted: str) -> None:
    everybody_sits(quiz)
    work.compute(quiz)

    assert page.get(address(quiz, query=f"?question={wanted}")).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, ""])
def test_a_page_that_is_not_there_is_the_nearest_one(page: Client, quiz: Quiz, number: str) -> None:
    everybody_sits(quiz)
    work.compute(quiz)

    assert page.get(address(quiz, query=f"?page={number}")).status_code == 200


def test_when_new_results_have_come_in_the_page_says_how_old_it_is(page: Client, quiz: Quiz) -> None:
    everybody_sits(quiz)
    work.compute(quiz)
    sit(quiz, list(Question.objects.all()), by_ability(1), people=1)

    shown = page.get(address(quiz)).text

    assert "Results have come in since" in shown
    assert "Work it out now" in shown


def test_it_takes_as_many_queries_for_one_question_as_for_fifty(
    page: Client, course: Course, ines: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Teaching.objects.create(course=course, user=ines)
    other = make_course("depth", code="M2")
    Teaching.objects.create(course=other, user=ines)
    small, large = make_quiz(course), make_quiz(other)
    add_question(course, "Q-one", kind="single_choice")
    for number in range(50):
        add_question(other, f"Q-{number}", "M2.1a", kind="single_choice")
    for one in (small, large):
        sit(one, list(Question.objects.of_quiz(one)), by_ability(30), people=30)
        work.compute(one)
    page.get(address(small))  # what is looked up once a process

    for one in (small, large):
        with django_assert_num_queries(QUERIES):
            assert page.get(address(one)).status_code == 200


QUERIES = 8


def test_keys_of_another_course_stay_hidden_from_who_does_not_teach_it(
    client_of: ClientOf, ines: User, ada: User, course: Course
) -> None:
    """The examination asks the questions of every course of the programme."""
    foreign = make_course("depth", code="M2")
    Teaching.objects.create(course=course, user=ines)
    own, other = add_question(course, "Q-own"), add_question(foreign, "Q-foreign", "M2.1a")
    examination = make_examination(course.programme, {"hygiene": 1, "depth": 1})
    sit(examination, [own, other], by_ability(40), people=40)
    work.compute(examination)

    hers, theirs = client_of(ines), client_of(ada)

    for name in ("analysis", "analysis_csv"):
        assert "Q-own" in hers.get(address(examination, name)).text
        assert "Q-foreign" not in hers.get(address(examination, name)).text
        assert "Q-foreign" in theirs.get(address(examination, name)).text
    assert hers.get(address(examination, query=f"?question={other.pk}")).status_code == 404


def test_the_download_has_a_line_for_each_question(page: Client, quiz: Quiz) -> None:
    everybody_sits(quiz)
    work.compute(quiz)

    answer = page.get(address(quiz, "analysis_csv"))

    lines = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer["Content-Disposition"] == 'attachment; filename="hygiene-quiz-questions.csv"'
    assert lines[0]["ref"] == "Q-odd"
    assert len(lines) == 6
    assert float(lines[0]["item_rest"]) < 0
    assert float(lines[0]["facility"]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("stem", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_spreadsheet_takes_a_question_for_a_formula(page: Client, course: Course, ines: User, stem: str) -> None:
    Teaching.objects.create(course=course, user=ines)
    question = add_question(course, "Q-1", source={"stem": stem})
    quiz = make_quiz(course)
    sit(quiz, [question], by_ability(2), people=2)
    work.compute(quiz)

    lines = list(csv.DictReader(StringIO(page.get(address(quiz, "analysis_csv")).text.removeprefix("\ufeff"))))

    assert lines[0]["question"] == f"'{stem}"
