"""The portal in one read: enrol, begin, hand in, pass, finish, check, withdraw."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from certificates.models import Certificate
from courses.models import Completion, Course, Enrolment
from jobs.models import Mail
from jobs.running import run_due
from quizzes.models import Attempt, Item, Marking, Quiz, Result
from tests import school

ClientOf = Callable[[User], Client]


@pytest.mark.django_db
def test_the_journey(tess: User, ada: User, client: Client, client_of: ClientOf) -> None:
    school.open_small()
    course, browser = Course.objects.get(slug="needles"), client_of(tess)

    # enrol
    browser.post(f"/courses/{course.slug}/enrolment/")
    enrolment = Enrolment.objects.get(trainee=tess, course=course)
    for lesson in course.lessons.all():
        browser.post(f"/courses/{course.slug}/lessons/{lesson.slug}/studied/")
    assert not enrolment.lessons_left()

    # begin
    quiz = Quiz.objects.get(course=course)
    browser.post(f"/quizzes/{quiz.pk}/attempts/", {"declared": "yes"})
    attempt = Attempt.objects.get(trainee=tess)
    paper = school.items_of(attempt)
    assert len(paper) == 4

    # hand in
    answers = {f"i{item.pk}-{name}": values for item in paper for name, values in school.right_answer(item).items()} | {
        f"i{item.pk}-seq": "0" for item in paper
    }
    browser.post(f"/quizzes/attempts/{attempt.pk}/responses/", {**answers, "epoch": "0", "go": "hand-in"})
    browser.post(f"/quizzes/attempts/{attempt.pk}/submission/")
    assert Marking.objects.filter(item__in=Item.objects.filter(attempt=attempt)).count() == 4
    assert Result.objects.get(attempt=attempt).percent == 10_000

    # pass
    assert Completion.objects.filter(enrolment=enrolment).exists()

    # finish
    run_due()
    certificate = Certificate.objects.get(holder=tess)
    assert certificate.pdf_sha256
    assert Mail.objects.filter(user=tess, key=f"certificate-issued:{certificate.code}").count() == 1

    # check
    page = client.get(f"/v/{certificate.code}")
    assert "Valid" in page.text
    assert "Tess Trainee" in page.text

    # withdraw
    client_of(ada).post(
        f"/certificates/{certificate.code}/revocation/",
        {"reason_code": "issued_by_mistake", "public_reason": "Issued by mistake.", "private_note": ""},
    )
    page = client.get(f"/v/{certificate.code}")
    assert "Revoked" in page.text
    assert "Issued by mistake." in page.text
