"""Continue leads to the exact place, on any device."""

from collections.abc import Callable

import pytest
from django.dispatch import Signal
from django.urls import reverse

from accounts.models import User
from courses import panels, progress
from courses.models import Course, Enrolment, Lesson, Place
from courses.signals import lesson_studied
from tests.conftest import ClientOf
from tests.courses.conftest import Heard
from tests.courses.making import make_course

pytestmark = pytest.mark.django_db


def place_of(slug: str) -> str:
    return reverse("courses:place_create", args=["hygiene", slug])


def ahead(enrolment: Enrolment) -> str:
    found = progress.next_for(enrolment.trainee, [enrolment])
    assert found is not None
    return found.href


def test_the_block_last_in_view_is_where_continue_leads(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    client = client_of(tess)

    assert client.post(place_of("lesson-2"), {"block": "note-1"}).status_code == 204

    address = reverse("courses:lesson", args=["hygiene", "lesson-2"]) + "#note-1"
    page = client.get(reverse("today")).text
    assert f'href="{address}"' in page
    assert "You left off in this lesson" in page


def test_there_is_one_place_for_each_trainee(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    client = client_of(tess)

    client.post(place_of("lesson-2"), {"block": "note-1"})
    client.post(place_of("lesson-3"), {"block": "text-1"})

    place = Place.objects.get()
    assert (place.lesson.slug, place.block) == ("lesson-3", "text-1")


def test_without_a_place_it_is_the_first_lesson_not_studied(enrolment: Enrolment) -> None:
    enrolment.study(Lesson.objects.get(slug="lesson-1"))

    assert ahead(enrolment) == reverse("courses:lesson", args=["hygiene", "lesson-2"])


def test_a_place_in_a_studied_lesson_leads_on_and_round_to_what_was_left_out(
    enrolment: Enrolment, tess: User, hear: Callable[[Signal], Heard]
) -> None:
    hear(lesson_studied)  # and nobody completes the course for it
    Place.objects.create(trainee=tess, lesson=Lesson.objects.get(slug="lesson-2"), block="text-1")
    enrolment.study(Lesson.objects.get(slug="lesson-2"))
    assert ahead(enrolment).endswith("/lesson-3/")

    enrolment.study(Lesson.objects.get(slug="lesson-3"))
    assert ahead(enrolment).endswith("/lesson-1/")

    enrolment.study(Lesson.objects.get(slug="lesson-1"))
    assert ahead(enrolment) == enrolment.course.get_absolute_url()


def test_a_completed_course_is_left_behind(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    depth = make_course("depth", code="M2")
    Place.objects.create(trainee=tess, lesson=Lesson.objects.filter(course=enrolment.course)[0])
    enrolment.complete()

    page = client_of(tess).get(reverse("today")).text

    assert f'href="{depth.get_absolute_url()}"' in page
    assert "Not enrolled yet" in page


def test_a_block_that_does_not_exist_is_the_top_of_the_lesson(
    client_of: ClientOf, enrolment: Enrolment, tess: User
) -> None:
    client_of(tess).post(place_of("lesson-1"), {"block": "no-such-block"})

    assert Place.objects.get().block == ""


@pytest.mark.parametrize("block", ["x" * 61, "a\x00b"])
def test_a_hostile_block_is_refused(client_of: ClientOf, enrolment: Enrolment, tess: User, block: str) -> None:
    assert client_of(tess).post(place_of("lesson-1"), {"block": block}).status_code == 422
    assert not Place.objects.exists()


def test_only_those_enrolled_keep_a_place(client_of: ClientOf, course: Course, oskar: User) -> None:
    assert client_of(oskar).post(place_of("lesson-1"), {"block": "text-1"}).status_code == 404
    assert not Place.objects.exists()


def test_progress_is_told_at_three_levels(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    make_course("depth", code="M2", lessons=1)
    enrolment.study(Lesson.objects.get(course=enrolment.course, slug="lesson-1"))
    (row,) = progress.of_programmes(tess)
    assert (row.studied, row.lessons, row.courses_completed, row.steps_done, row.steps) == (1, 4, 0, 0, 3)
    assert row.percent == 25

    enrolment.complete()
    page = client_of(tess).get(reverse("today")).text

    assert "Your whorl is 25% grown" in page
    for words in ("Lessons studied", "Courses completed", "Steps to the certificate of competence"):
        assert words in page
    (row,) = progress.of_programmes(tess)
    assert (row.courses_completed, row.steps_done) == (1, 1)


def test_a_newcomer_is_shown_the_first_course(client_of: ClientOf, course: Course, tess: User) -> None:
    page = client_of(tess).get(reverse("today")).text

    assert "Look at the course" in page
    assert f'href="{course.get_absolute_url()}"' in page


def test_with_every_course_completed_it_is_the_examination(
    client_of: ClientOf, enrolment: Enrolment, tess: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = enrolment.course.programme
    examination = panels.Panel("components/tag.html", step=panels.Step("Final examination", "/quizzes/9/"))
    monkeypatch.setattr(panels, "_programme", {"quizzes": lambda *_: {programme.pk: [examination]}})
    enrolment.complete()

    page = client_of(tess).get(reverse("today")).text

    assert "Final examination" in page
    assert 'href="/quizzes/9/"' in page


def test_with_all_lessons_studied_it_is_the_quiz(
    client_of: ClientOf,
    enrolment: Enrolment,
    tess: User,
    hear: Callable[[Signal], Heard],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hear(lesson_studied)  # and nobody completes the course for it
    quiz = panels.Panel("components/tag.html", step=panels.Step("Hygiene: quiz", "/quizzes/7/"))
    monkeypatch.setattr("quizzes.panels.of_courses", lambda *_: {enrolment.course_id: [quiz]})  # Today asks it alone
    monkeypatch.setattr(panels, "_course", {"quizzes": lambda *_: {enrolment.course_id: [quiz]}})
    for lesson in Lesson.objects.current():
        enrolment.study(lesson)

    page = client_of(tess).get(reverse("today")).text

    assert "All lessons studied" in page
    assert 'href="/quizzes/7/"' in page
    assert "Hygiene: quiz" in client_of(tess).get(reverse("courses:lesson", args=["hygiene", "lesson-1"])).text
