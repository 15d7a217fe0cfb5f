"""Staff look things up in the admin; what is history they can only read."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from courses.models import (
    Completion,
    Course,
    Enrolment,
    Lesson,
    LessonVersion,
    Module,
    Objective,
    Programme,
    ProgrammeCompletion,
    Review,
    Studied,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

LISTED = [
    Programme,
    Course,
    Module,
    Lesson,
    LessonVersion,
    Objective,
    Enrolment,
    Studied,
    Review,
    Completion,
    ProgrammeCompletion,
]
HISTORY = [LessonVersion, Studied, Review, Completion, ProgrammeCompletion]


@pytest.fixture
def history(enrolment: Enrolment, tess: User) -> Enrolment:
    lesson = Lesson.objects.current()[0]
    enrolment.study(lesson)
    enrolment.review(lesson)
    enrolment.complete()
    enrolment.course.programme.complete(tess)
    Objective.objects.create(programme=enrolment.course.programme, course=enrolment.course, code="M1.1a", text="See")
    return enrolment


@pytest.mark.parametrize("model", LISTED)
def test_every_list_and_record_opens(model: type, history: Enrolment, client_of: ClientOf, ada: User) -> None:
    client = client_of(ada)
    name = f"admin:courses_{model.__name__.lower()}"
    record = model.objects.first()  # type: ignore[attr-defined]

    assert client.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
    assert client.get(reverse(f"{name}_change", args=[record.pk])).status_code == 200


@pytest.mark.parametrize("model", HISTORY)
def test_history_cannot_be_added_changed_or_deleted(
    model: type, history: Enrolment, client_of: ClientOf, ada: User
) -> None:
    client = client_of(ada)
    name = f"admin:courses_{model.__name__.lower()}"
    record = model.objects.first()  # type: ignore[attr-defined]

    assert client.get(reverse(f"{name}_add")).status_code == 403
    assert client.post(reverse(f"{name}_change", args=[record.pk]), {}).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[record.pk]), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=record.pk).exists()  # type: ignore[attr-defined]


def test_nothing_that_others_point_at_can_be_deleted_by_hand() -> None:
    assert not any(
        admin.site._registry[model].has_delete_permission(None)  # type: ignore[arg-type]
        for model in LISTED
    )


def test_staff_enrol_a_trainee_and_name_an_instructor(
    course: Course, tess: User, ines: User, ada: User, client_of: ClientOf
) -> None:
    client = client_of(ada)

    client.post(reverse("admin:courses_enrolment_add"), {"trainee": tess.pk, "course": course.pk})
    client.post(
        reverse("admin:courses_course_change", args=[course.pk]),
        {
            "title": course.title,
            "summary": course.summary,
            "position": course.position,
            "validity_months": 12,
            "teachings-TOTAL_FORMS": 1,
            "teachings-INITIAL_FORMS": 0,
            "teachings-0-user": ines.pk,
            "teachings-0-course": course.pk,
            "teachings-0-since_0": "2026-11-23",
            "teachings-0-since_1": "10:00",
        },
    )

    assert Enrolment.objects.of(tess).get().course == course
    assert list(course.instructors.all()) == [ines]
