"""Checks in lessons are answered on the spot, by those who may read the lesson."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses import blocks
from courses.blocks import BlockError
from courses.models import Course, Lesson, LessonVersion
from quizzes import kinds
from quizzes.models import CheckAnswer
from tests.conftest import ClientOf
from tests.quizzes.making import make_course

HERE = "/courses/hygiene/lessons/lesson-1/checks/{}/"


def block(kind: str, name: str) -> dict[str, Any]:
    return {**blocks.parse("check", dict(kinds.get(kind).examples[0].source)), "id": name}


def publish(lesson: Lesson, number: int, *checks: dict[str, Any]) -> LessonVersion:
    lesson.current = LessonVersion.objects.create(
        lesson=lesson, number=number, title="Hands", minutes=5, content_hash=str(number), blocks=list(checks)
    )
    lesson.save(update_fields=["current"])
    return lesson.current


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def lesson(course: Course) -> Lesson:
    lesson = course.lessons.get(slug="lesson-1")
    publish(lesson, 2, block("true_false", "gloves"), block("ordering", "wash"), block("numeric", "weeks"))
    return lesson


@pytest.fixture
def reader(client_of: ClientOf, tess: User, course: Course, lesson: Lesson) -> Client:
    course.enrol(tess)
    return client_of(tess)


def kept() -> list[tuple[str, bool]]:
    return list(CheckAnswer.objects.values_list("block", "right"))


def test_a_right_answer_is_told_at_once(reader: Client) -> None:
    answer = reader.post(HERE.format("gloves"), {"version": "2", "gloves-choice": "1"}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "They never do." in answer.text
    assert "<html" not in answer.text
    assert kept() == [("gloves", True)]


def test_a_wrong_one_says_why_and_may_be_tried_again(reader: Client) -> None:
    reader.post(HERE.format("gloves"), {"version": "2", "gloves-choice": "1"})
    answer = reader.post(HERE.format("gloves"), {"version": "2", "gloves-choice": "0"}, headers={"HX-Request": "true"})

    assert "Not right yet" in answer.text
    assert "Gloves never replace it." in answer.text
    assert "You may change your answer" in answer.text
    assert kept() == [("gloves", False)]


def test_without_javascript_the_lesson_itself_tells(reader: Client) -> None:
    answer = reader.post(HERE.format("gloves"), {"version": "2", "gloves-choice": "0"}, follow=True)

    assert answer.redirect_chain == [("/courses/hygiene/lessons/lesson-1/#gloves", 302)]
    assert "Gloves never replace it." in answer.text


def test_the_latest_answer_is_there_at_the_next_visit(reader: Client) -> None:
    reader.post(HERE.format("weeks"), {"version": "2", "weeks-number": "4", "weeks-unit": "1"})

    shown = reader.get("/courses/hygiene/lessons/lesson-1/").text

    assert "Knowledge check 3 of 3" in shown
    assert 'value="4"' in shown
    assert "28 days." in shown


def test_before_an_answer_the_page_does_not_hold_the_key(reader: Client) -> None:
    shown = reader.get("/courses/hygiene/lessons/lesson-1/").text

    assert "Gloves replace hand hygiene." in shown
    assert "They never do." not in shown
    assert "Gloves never replace it." not in shown


def test_nothing_answered_is_nothing_kept(reader: Client) -> None:
    part = reader.post(HERE.format("gloves"), {"version": "2"}, headers={"HX-Request": "true"})
    whole = reader.post(HERE.format("weeks"), {"version": "2", "weeks-number": "about five"})

    assert (part.status_code, whole.status_code) == (422, 422)
    assert "Give an answer first" in part.text
    assert "about five" in whole.text
    assert "Write a number in digits" in whole.text
    assert kept() == []


def test_a_row_moves_without_javascript_and_nothing_is_marked(reader: Client) -> None:
    answer = reader.post(HERE.format("wash"), {"version": "2", "wash-move": "up:2"})

    assert answer.status_code == 200
    assert answer.text.index("Soap") < answer.text.index(">Wet<")
    assert kept() == []


def test_a_check_of_an_older_edition_is_answered_by_that_edition(reader: Client, lesson: Lesson) -> None:
    publish(lesson, 3, block("numeric", "weeks"))

    old = reader.post(HERE.format("gloves"), {"version": "2", "gloves-choice": "1"})
    gone = reader.post(HERE.format("gloves"), {"gloves-choice": "1"})

    assert old.status_code == 200
    assert "They never do." in old.text
    assert "newer edition" in old.text
    assert gone.status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"gloves-choice": "9"},
        {"gloves-choice": ["0", "1"]},
        {"gloves-choice": "x" * 5000},
        {"gloves-choice": "a\x00b"},
        {"gloves-move": "sideways"},
    ],
)
def test_nonsense_is_answered_plainly(reader: Client, sent: dict[str, Any]) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = reader.post(HERE.format("gloves"), {"version": "2", **sent}, headers=headers)

        assert answer.status_code in {200, 422}
    assert kept() == []


@pytest.mark.parametrize("sent", ["٣", "9" * 40, "0", "-1", "77"])
def test_an_edition_that_never_was_is_not_found(reader: Client, sent: str) -> None:
    answer = reader.post(HERE.format("gloves"), {"version": sent, "gloves-choice": "1"})

    assert answer.status_code == (302 if sent in {"٣", "9" * 40, "-1"} else 404)


def test_refused_positions_can_be_shown_again(reader: Client) -> None:
    answer = reader.post(HERE.format("wash"), {"version": "2", "wash-position-0": "9", "wash-position-1": "one"})

    assert answer.status_code == 422
    assert "Give each row a number from 1 to 3." in answer.text


def test_only_those_who_may_read_the_lesson_may_answer(
    client: Client, client_of: ClientOf, oskar: User, ines: User, course: Course, lesson: Lesson
) -> None:
    where, sent = HERE.format("gloves"), {"version": "2", "gloves-choice": "1"}
    course.teachings.create(user=ines)

    assert client_of(oskar).post(where, sent).status_code == 404
    assert client_of(ines).post(where, sent).status_code == 302
    assert client.post(where, sent).headers["Location"].startswith("/accounts/login/")


def test_who_had_to_sign_in_first_comes_back_to_the_lesson(reader: Client) -> None:
    assert reader.get(HERE.format("gloves")).headers["Location"] == "/courses/hygiene/lessons/lesson-1/#gloves"


def test_checks_cost_one_query_however_many_there_are(
    reader: Client, lesson: Lesson, django_assert_num_queries: Any
) -> None:
    version = lesson.current
    assert version is not None
    shown = blocks.Page(trainee=course_reader(lesson), lesson=lesson, version=version)

    with django_assert_num_queries(1):
        told = blocks.show(shown, version.blocks)
    assert len(told) == 3


def course_reader(lesson: Lesson) -> User:
    return lesson.course.enrolments.get().trainee


def test_a_check_that_cannot_be_asked_is_refused_with_its_place() -> None:
    source = {**kinds.get("single_choice").examples[0].source, "answer": "z"}

    for wrong, path in (
        (source, "answer"),
        ({"kind": "essay"}, "kind"),
        ({**source, "answer": "a", "colour": "red"}, "colour"),
        ("text", ""),
    ):
        with pytest.raises(BlockError) as refused:
            blocks.parse("check", wrong)
        assert refused.value.path == path
