"""Lessons are found by their words, in other forms and unfinished too."""

import pytest
from django.urls import reverse

from accounts.models import User
from courses import searching
from courses.models import Course, Enrolment, Lesson, Term
from tests.conftest import ClientOf
from tests.courses.making import add_lesson, content, make_course

pytestmark = pytest.mark.django_db


def found(query: str, user: User) -> list[str]:
    return [str(hit.lesson) for hit in searching.find(query, user)]


@pytest.fixture
def lessons(enrolment: Enrolment) -> Course:
    """Three lessons with words of their own."""
    course = enrolment.course
    for number, (title, words) in enumerate(
        [
            ("Sterilising steel", "Steam at pressure."),
            ("Washing hands", "Soap and steel sinks."),
            ("Café", "Über alles."),
        ],
        start=1,
    ):
        course.lessons.get(slug=f"lesson-{number}").publish(content(title, words))
    return course


def test_other_forms_of_a_word_are_found(lessons: Course, tess: User) -> None:
    assert found("sterilised ", tess) == ["Sterilising steel"]
    assert found("hand washed ", tess) == ["Washing hands"]


def test_the_last_word_may_be_unfinished(lessons: Course, tess: User) -> None:
    assert found("wash", tess) == ["Washing hands"]
    assert found("ste", tess) == ["Sterilising steel", "Washing hands"]
    assert found("ste ", tess) == []


def test_a_title_weighs_more_than_the_text(lessons: Course, tess: User) -> None:
    assert found("steel", tess) == ["Sterilising steel", "Washing hands"]


def test_every_word_must_be_there(lessons: Course, tess: User) -> None:
    assert found("steel soap ", tess) == ["Washing hands"]
    assert found("steel unicorn ", tess) == []


def test_accents_and_case_do_not_matter(lessons: Course, tess: User) -> None:
    assert found("CAFE uber ", tess) == ["Café"]


def test_only_the_current_version_is_found(lessons: Course, tess: User) -> None:
    lessons.lessons.get(slug="lesson-1").publish(content("Steam", "Pressure."))

    assert found("sterilising ", tess) == []
    Lesson.objects.filter(slug="lesson-2").update(retired=True)
    assert found("soap ", tess) == []
    Course.objects.update(retired=True)
    assert found("pressure ", tess) == []


def test_the_words_are_marked_where_they_stand(lessons: Course, client_of: ClientOf, tess: User) -> None:
    page = client_of(tess).get(reverse("courses:search"), {"q": "soap"}).text

    assert "<mark>Soap</mark> and steel sinks." in page
    assert reverse("courses:lesson", args=["hygiene", "lesson-2"]) + "#text-1" in page
    assert "1 lesson found." in page


def test_who_is_not_enrolled_sees_that_it_exists_and_not_what_it_says(
    lessons: Course, client_of: ClientOf, oskar: User
) -> None:
    page = client_of(oskar).get(reverse("courses:search"), {"q": "soap"}).text

    assert "Washing hands" in page
    assert "steel sinks" not in page
    assert "Enrol in the course to read this lesson." in page


def test_an_authors_markup_stays_text_in_a_snippet(enrolment: Enrolment, tess: User) -> None:
    add_lesson(enrolment.course.modules.get(), 9, "Write &lt;script&gt;alert(1)&lt;/script&gt; never.")

    (hit,) = searching.find("alert", tess)

    assert "&lt;script&gt;<mark>alert</mark>(1)" in hit.snippet


@pytest.mark.parametrize(
    "query",
    ["", "   ", "%", "_", "'; DROP TABLE x; --", "\\", '"', "the of and", "a" * 200, "ü" * 200, "1 " * 90, "’’’"],
)
def test_hostile_queries_are_harmless(lessons: Course, client_of: ClientOf, tess: User, query: str) -> None:
    assert client_of(tess).get(reverse("courses:search"), {"q": query}).status_code == 200
    assert Term.objects.exists()


@pytest.mark.parametrize("query", ["x" * 5000, "a\x00b"])
def test_what_cannot_be_a_query_is_refused_plainly(client_of: ClientOf, tess: User, query: str) -> None:
    page = client_of(tess).get(reverse("courses:search"), {"q": query})

    assert page.status_code == 422
    assert 'id="q-error"' in page.text


def test_a_percent_sign_is_not_a_wildcard(lessons: Course, tess: User) -> None:
    assert found("%", tess) == []
    assert found("s%l", tess) == []


def test_no_word_finds_another_course_by_accident(lessons: Course, tess: User) -> None:
    make_course("depth", code="M2", lessons=1)

    assert found("lesson", tess) == ["Lesson 1"]
