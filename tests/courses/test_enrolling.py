"""A trainee takes a place on a course, once."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from certificates.models import Achievement
from courses.models import Course, Enrolment
from tests.conftest import ClientOf
from tests.courses.making import make_course

pytestmark = pytest.mark.django_db


def test_anyone_may_look_at_the_courses(client: Client, course: Course) -> None:
    catalogue = client.get(reverse("courses:catalogue"))
    page = client.get(course.get_absolute_url())

    assert course.title in catalogue.text
    assert "Lesson 1" in page.text
    assert "Create account" in page.text
    assert reverse("courses:enrolment_create", args=[course.slug]) not in page.text


def test_enrolling_opens_the_lessons(client_of: ClientOf, course: Course, tess: User) -> None:
    page = client_of(tess).post(reverse("courses:enrolment_create", args=[course.slug]), follow=True)

    assert "You are enrolled in Hygiene." in page.text
    assert Enrolment.objects.of(tess).get().course == course
    assert reverse("courses:lesson", args=[course.slug, "lesson-1"]) in page.text


def test_enrolling_twice_is_enrolling_once(course: Course, tess: User) -> None:
    assert course.enrol(tess) == course.enrol(tess)
    assert Enrolment.objects.count() == 1


def test_who_is_not_enrolled_is_led_to_the_course_page(client_of: ClientOf, course: Course, oskar: User) -> None:
    page = client_of(oskar).get(reverse("courses:lesson", args=[course.slug, "lesson-1"]), follow=True)

    assert page.redirect_chain == [(course.get_absolute_url(), 302)]
    assert "Enrol in this course to read its lessons." in page.text
    assert "Clean hands." not in page.text


def test_instructors_of_the_course_and_staff_read_without_enrolling(
    client_of: ClientOf, course: Course, ines: User, ada: User
) -> None:
    course.teachings.create(user=ines)
    address = reverse("courses:lesson", args=[course.slug, "lesson-1"])

    assert "Clean hands." in client_of(ines).get(address).text
    assert "Clean hands." in client_of(ada).get(address).text
    assert "Mark as studied" not in client_of(ines).get(address).text


def test_an_instructor_of_another_course_does_not(client_of: ClientOf, course: Course, ines: User) -> None:
    make_course("depth", code="M2").teachings.create(user=ines)

    assert client_of(ines).get(reverse("courses:lesson", args=[course.slug, "lesson-1"])).status_code == 302


def test_a_retired_course_takes_nobody_new_and_stays_with_those_who_have_it(
    client_of: ClientOf, course: Course, tess: User, oskar: User
) -> None:
    course.enrol(tess)
    Course.objects.update(retired=True)

    assert client_of(oskar).get(course.get_absolute_url()).status_code == 404
    assert client_of(oskar).post(reverse("courses:enrolment_create", args=[course.slug])).status_code == 404
    assert client_of(tess).get(reverse("courses:lesson", args=[course.slug, "lesson-1"])).status_code == 200


@pytest.mark.parametrize("slug", ["no-such-course", "x" * 3000])
def test_what_does_not_exist_is_not_found(client_of: ClientOf, tess: User, slug: str) -> None:
    client = client_of(tess)

    assert client.get(reverse("courses:course", args=[slug])).status_code == 404
    assert client.post(reverse("courses:enrolment_create", args=[slug])).status_code == 404
    assert client.get(reverse("courses:lesson", args=[slug, "lesson-1"])).status_code == 404
    assert client.post(reverse("courses:studied_create", args=[slug, "lesson-1"])).status_code == 404
    assert client.post(reverse("courses:review_create", args=[slug, "lesson-1"])).status_code == 404
    assert client.post(reverse("courses:place_create", args=[slug, "lesson-1"])).status_code == 404


def test_enrolling_needs_a_post(client_of: ClientOf, course: Course, tess: User) -> None:
    assert client_of(tess).get(reverse("courses:enrolment_create", args=[course.slug])).status_code == 405
    assert not Enrolment.objects.exists()


def test_prerequisites_are_named_with_their_state(client_of: ClientOf, course: Course, tess: User) -> None:
    depth = make_course("depth", code="M2")
    depth.prerequisites.add(course)
    depth.enrol(tess)

    assert "Not completed" in client_of(tess).get(depth.get_absolute_url()).text
    assert list(depth.prerequisites_left(tess)) == [course]

    course.enrol(tess).complete()

    assert "Not completed" not in client_of(tess).get(depth.get_absolute_url()).text
    assert not depth.prerequisites_left(tess)


def test_a_visitor_sees_what_the_certificate_does_not_prove(client: Client, course: Course) -> None:
    Achievement.objects.create(
        course=course, slug="hygiene", title="Hygiene", validity_months=12, sentences=["It is not a licence."]
    )

    assert "It is not a licence." in client.get(course.get_absolute_url()).text
