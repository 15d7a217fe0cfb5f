"""An instructor is someone among a course's instructors; an invitation makes one."""

import pytest

from accounts import inviting, roles
from accounts.models import Invitation, User
from accounts.signals import invitation_accepted
from courses.models import Course, Teaching
from tests.courses.making import make_course

pytestmark = pytest.mark.django_db


def invitation(role: str, about: str, by: User) -> Invitation:
    return Invitation.make(role=role, about=about, email="new@example.com", by=by)[0]


def test_courses_can_be_invited_to(course: Course) -> None:
    retired = make_course("old", code="M9")
    Course.objects.filter(pk=retired.pk).update(retired=True)

    assert inviting.label("instructor") == "Instructor"
    assert inviting.about_label("instructor", f"course:{course.pk}") == "M1 Hygiene"
    assert inviting.about_label("instructor", f"course:{retired.pk}") == ""


def test_accepting_makes_an_instructor_once(course: Course, oskar: User, ada: User) -> None:
    accepted = invitation("instructor", f"course:{course.pk}", ada)

    for _ in range(2):
        invitation_accepted.send(sender=Invitation, invitation=accepted, user=oskar)

    assert Teaching.objects.get().user == oskar
    assert list(Course.objects.taught_by(oskar)) == [course]


@pytest.mark.parametrize("about", ["course:999999", "course:" + "9" * 50, "course:x", "clinic:1", ""])
def test_an_invitation_about_something_else_makes_nobody_one(
    course: Course, oskar: User, ada: User, about: str
) -> None:
    invitation_accepted.send(sender=Invitation, invitation=invitation("instructor", about, ada), user=oskar)
    invitation_accepted.send(
        sender=Invitation, invitation=invitation("clinic_member", f"course:{course.pk}", ada), user=oskar
    )

    assert not Teaching.objects.exists()


def test_instructors_need_a_second_factor(course: Course, tess: User, ines: User) -> None:
    course.teachings.create(user=ines)

    assert roles.needs_second_factor(ines)
    assert not roles.needs_second_factor(tess)
