"""Lessons are read, marked as studied, read again; a course is completed once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.dispatch import Signal
from django.urls import reverse

from accounts.models import User
from courses.models import (
    Completion,
    Course,
    Enrolment,
    Lesson,
    LessonVersion,
    NotTaught,
    Place,
    ProgrammeCompletion,
    Studied,
)
from courses.signals import course_completed, lesson_studied, programme_completed
from tests.conftest import ClientOf
from tests.courses.conftest import Heard
from tests.courses.making import content, make_course


def first(enrolment: Enrolment) -> Lesson:
    lesson = Lesson.objects.current().filter(course=enrolment.course).first()
    assert lesson is not None
    return lesson


@pytest.mark.django_db
def test_marking_a_lesson_leads_to_the_next_and_from_the_last_to_the_course(
    client_of: ClientOf, enrolment: Enrolment, tess: User
) -> None:
    client = client_of(tess)
    course = enrolment.course

    page = client.post(reverse("courses:studied_create", args=[course.slug, "lesson-1"]), follow=True)

    assert page.redirect_chain == [(reverse("courses:lesson", args=[course.slug, "lesson-2"]), 302)]
    assert "Marked as studied: Lesson 1." in page.text
    assert enrolment.lessons_left() == 2
    last = client.post(reverse("courses:studied_create", args=[course.slug, "lesson-3"]))
    assert last.headers["Location"] == course.get_absolute_url()


@pytest.mark.django_db
def test_marking_twice_is_marking_once(enrolment: Enrolment, hear: Callable[[Signal], Heard]) -> None:
    heard = hear(lesson_studied)
    lesson = first(enrolment)

    assert enrolment.study(lesson) == enrolment.study(lesson)
    assert [(news["enrolment"], news["lesson"]) for news in heard] == [(enrolment, lesson)]


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["studied_create", "review_create", "place_create"])
def test_nobody_studies_in_anothers_name(enrolment: Enrolment, client_of: ClientOf, oskar: User, door: str) -> None:
    page = client_of(oskar).post(reverse(f"courses:{door}", args=["hygiene", "lesson-1"]), {"block": ""})

    assert page.status_code == 404
    assert not Studied.objects.exists()
    assert not enrolment.reviews.exists()
    assert not Place.objects.exists()


@pytest.mark.django_db
def test_a_lesson_of_another_course_cannot_be_studied(enrolment: Enrolment, client_of: ClientOf, tess: User) -> None:
    other = make_course("depth", code="M2")

    with pytest.raises(NotTaught):
        enrolment.study(other.lessons.all()[0])
    assert client_of(tess).post(reverse("courses:studied_create", args=["depth", "lesson-1"])).status_code == 404
    assert not Studied.objects.exists()


@pytest.mark.django_db
def test_a_retired_lesson_cannot_be_studied(enrolment: Enrolment, client_of: ClientOf, tess: User) -> None:
    Lesson.objects.filter(slug="lesson-1").update(retired=True)

    assert client_of(tess).post(reverse("courses:studied_create", args=["hygiene", "lesson-1"])).status_code == 404
    assert client_of(tess).get(reverse("courses:lesson", args=["hygiene", "lesson-1"])).status_code == 404
    assert enrolment.lessons_left() == 2


@pytest.mark.django_db
def test_the_lesson_page_shows_its_blocks_and_the_way_on(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    page = client_of(tess).get(reverse("courses:lesson", args=["hygiene", "lesson-1"])).text

    assert "<h2>Why</h2>" in page
    assert "Gloves are not hands." in page
    assert "Lesson 1 of 3" in page
    assert "Next: Lesson 2" in page
    assert "0 of 3 lessons studied." in page
    assert 'id="note-1"' in page


@pytest.mark.django_db
def test_reading_changes_nothing(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    client = client_of(tess)

    for address in ("courses:catalogue", "courses:search", "today"):
        client.get(reverse(address))
    client.get(reverse("courses:lesson", args=["hygiene", "lesson-1"]))

    assert not Studied.objects.exists()
    assert not hasattr(User.objects.get(pk=tess.pk), "place")


@pytest.mark.django_db
def test_a_studied_lesson_can_be_noted_as_read_again(client_of: ClientOf, enrolment: Enrolment, tess: User) -> None:
    client = client_of(tess)
    again = reverse("courses:review_create", args=["hygiene", "lesson-1"])

    assert "Mark the lesson as studied first." in client.post(again, follow=True).text
    enrolment.study(first(enrolment))
    assert "I have read this again" in client.get(reverse("courses:lesson", args=["hygiene", "lesson-1"])).text
    client.post(again)
    client.post(again)

    assert enrolment.reviews.count() == 2


@pytest.mark.django_db
def test_a_newer_edition_is_pointed_out_and_takes_nothing_away(
    client_of: ClientOf, enrolment: Enrolment, tess: User
) -> None:
    lesson = first(enrolment)
    enrolment.study(lesson)
    lesson.publish(content("Lesson 1", "Newer words."))

    page = client_of(tess).get(reverse("courses:lesson", args=["hygiene", "lesson-1"])).text

    assert "newer edition than the one you studied" in page
    assert enrolment.lessons_left() == 2


@pytest.mark.django_db
def test_a_published_version_can_neither_be_changed_nor_deleted(course: Course) -> None:
    Lesson.objects.update(current=None)
    version = LessonVersion.objects.filter(lesson__course=course)

    with pytest.raises(IntegrityError), transaction.atomic():
        version.update(title="Other words")
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()


@pytest.mark.django_db
def test_completing_is_remembered_and_announced_once(enrolment: Enrolment, hear: Callable[[Signal], Heard]) -> None:
    heard = hear(course_completed)

    assert enrolment.complete() == enrolment.complete()
    assert [news["enrolment"] for news in heard] == [enrolment]
    assert Enrolment.objects.get().is_completed


@pytest.mark.django_db
def test_what_a_listener_cannot_do_undoes_the_completion(enrolment: Enrolment, hear: Callable[[Signal], Heard]) -> None:
    hear(course_completed)

    def fail(**_: Any) -> None:
        raise RuntimeError("no room")

    course_completed.connect(fail, weak=False)

    with pytest.raises(RuntimeError):
        enrolment.complete()
    assert not Completion.objects.exists()


@pytest.mark.django_db
def test_a_programme_is_completed_once(course: Course, tess: User, hear: Callable[[Signal], Heard]) -> None:
    heard = hear(programme_completed)

    course.programme.complete(tess)
    course.programme.complete(tess)

    assert ProgrammeCompletion.objects.count() == 1
    assert [(news["trainee"], news["programme"]) for news in heard] == [(tess, course.programme)]


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_complete_a_course_once(enrolment: Enrolment, hear: Callable[[Signal], Heard]) -> None:
    heard = hear(course_completed)

    def complete(_: int) -> int:
        try:
            return Enrolment.objects.get(pk=enrolment.pk).complete().pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        completions = set(pool.map(complete, range(8)))

    assert len(completions) == 1
    assert Completion.objects.count() == 1
    assert len(heard) == 1
