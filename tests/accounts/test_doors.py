"""The top bar shows a way to those who may go it."""

import pytest

from accounts.models import User
from courses.models import Course, Teaching
from tests import school
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
WAY = 'href="/studio/"'


def test_an_instructor_finds_the_studio(client_of: ClientOf, ines: User, tess: User, ada: User) -> None:
    school.open_small()
    Teaching.objects.create(course=Course.objects.get(slug="needles"), user=ines)

    assert WAY in client_of(ines).get("/today/").text
    assert WAY in client_of(ada).get("/today/").text
    assert WAY not in client_of(tess).get("/today/").text
    assert WAY not in client_of(tess).get("/courses/nothing/").text
