"""The demo people are made once, can sign in, and are left alone after that."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from clinics.models import Membership
from courses.models import Course, Programme, Teaching
from portal.demo import PASSWORD, PEOPLE, make_demo_people
from tests.accounts.test_signing_in import signing_in


@pytest.fixture
def course(db: None) -> Course:
    programme = Programme.objects.create(slug="p", title="P", summary="", position=1)
    return Course.objects.create(
        programme=programme, code="M1", slug="m1", title="M1", summary="", position=1, validity_months=24
    )


def test_making_them_twice_changes_nothing(course: Course) -> None:
    make_demo_people()
    User.objects.filter(email="tess@stipple.example").update(name="Somebody Else")
    before = sorted(User.objects.values_list("pk", "name", "password")), Teaching.objects.count()

    make_demo_people()

    assert (sorted(User.objects.values_list("pk", "name", "password")), Teaching.objects.count()) == before


def test_each_has_a_role_of_their_own(course: Course) -> None:
    make_demo_people()
    tess, ines, cleo, ada = (User.objects.get(email=someone.email) for someone in PEOPLE)

    assert tess.name
    assert not tess.name_is_confirmed
    assert list(Course.objects.taught_by(ines)) == [course]
    assert cleo.clinics.count() == 1
    assert Membership.owns_a_clinic(cleo)  # so that the demo shows every page of a clinic
    assert ada.is_staff


@pytest.mark.django_db
def test_they_sign_in_with_the_one_password(client: Client) -> None:
    make_demo_people()

    for someone in PEOPLE:
        client = Client()
        signing_in(client, someone.email, PASSWORD)
        assert client.get(reverse("name_confirm")).status_code in {200, 302}
        assert "_auth_user_id" in client.session
