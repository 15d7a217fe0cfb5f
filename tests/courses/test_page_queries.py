"""A page asks the database the same number of questions, whatever there is to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Enrolment, Place
from tests.conftest import ClientOf
from tests.courses.making import add_lesson, make_course

pytestmark = pytest.mark.django_db

PAGES = [
    "/courses/",
    "/courses/hygiene/",
    "/courses/hygiene/lessons/lesson-1/",
    "/today/",
    "/search/?q=clean+hands",
]


def queries(client: Client, address: str) -> int:
    client.get(address)  # whatever is cached once is cached now
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", PAGES)
def test_fifty_lessons_cost_as_many_queries_as_one(client_of: ClientOf, tess: User, address: str) -> None:
    course = make_course(lessons=1)
    enrolment = course.enrol(tess)
    Place.objects.create(trainee=tess, lesson=course.lessons.get())
    client = client_of(tess)
    few = queries(client, address)

    grow(enrolment)

    assert queries(client, address) == few


@pytest.mark.parametrize("address", ["/courses/", "/courses/hygiene/"])
def test_the_same_holds_for_a_visitor(client: Client, tess: User, address: str) -> None:
    enrolment = make_course(lessons=1).enrol(tess)
    few = queries(client, address)

    grow(enrolment)

    assert queries(client, address) == few


def grow(enrolment: Enrolment) -> None:
    """Many more lessons, half of them studied, and more courses."""
    module = enrolment.course.modules.get()
    for number in range(2, 51):
        lesson = add_lesson(module, number)
        if number % 2:
            enrolment.study(lesson)
    for number in range(2, 6):
        course = make_course(f"course-{number}", code=f"M{number}", lessons=2)
        course.prerequisites.add(enrolment.course)
        course.enrol(enrolment.trainee)
