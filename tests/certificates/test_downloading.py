"""A holder reads and downloads what they earned; to others it is not there."""

import hashlib
import re
from pathlib import Path

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from certificates import issuing, panels, showing
from certificates.models import Achievement, Certificate
from courses.models import Course, Enrolment
from jobs import running
from tests.certificates.conftest import Earn
from tests.conftest import ClientOf


def pdf_of(certificate: Certificate) -> str:
    return reverse("certificates:download", args=[certificate.code])


def test_the_holder_gets_the_exact_bytes(certificate: Certificate, tess: User, client_of: ClientOf) -> None:
    issuing.draw(certificate)

    answer = client_of(tess).get(pdf_of(certificate))

    sha256 = Certificate.objects.get().pdf_sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{certificate.grouped_code}.pdf"'
    assert answer["ETag"] == f'"{sha256}"'
    assert hashlib.sha256(answer.content).hexdigest() == sha256
    assert answer["Cache-Control"] == "private, no-cache"


def test_the_same_bytes_are_not_sent_twice(certificate: Certificate, tess: User, client_of: ClientOf) -> None:
    issuing.draw(certificate)
    client = client_of(tess)
    etag = client.get(pdf_of(certificate))["ETag"]

    assert client.get(pdf_of(certificate), headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("who", ["ines", "cleo", "oskar"])
@pytest.mark.parametrize("view", ["certificate", "download"])
def test_to_others_it_is_not_there(
    who: str, view: str, certificate: Certificate, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    issuing.draw(certificate)
    client = client_of(request.getfixturevalue(who))

    assert client.get(reverse(f"certificates:{view}", args=[certificate.code])).status_code == 404
    assert client.get(reverse(f"certificates:{view}", args=["nothing"])).status_code == 404


def test_the_sheet_shows_both_codes_of_the_paper_once_it_is_drawn(
    certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    client = client_of(tess)
    assert client.get(certificate.get_absolute_url()).text.count('class="square"') == 2

    issuing.draw(certificate)

    certificate.refresh_from_db()
    signed = showing.signed_square(certificate)
    page = client.get(certificate.get_absolute_url()).text
    assert signed
    assert page.count(signed.path) == 1
    assert page.count(showing.code_square(certificate.statement["check_at"]).path) == 2  # and where it is shown large
    assert "Checks without a connection" in page


@pytest.mark.parametrize("error", ["q", "m"])
def test_a_code_on_a_page_is_the_code_on_the_paper(error: str) -> None:
    words = f"HTTPS://ACADEMY.EXAMPLE/V/{'0' * 16}/{'A' * 144}"
    matrix = segno.make(words, error=error, micro=False, boost_error=False, mask=2).matrix
    square = showing._square(words, error=error)

    assert square.side == len(matrix) + 8
    painted = {
        (int(row) - 4, int(column) - 4 + step)
        for column, row, long in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", square.path)
        for step in range(int(long))
    }
    assert painted == {(y, x) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def test_the_check_page_does_not_give_the_signed_words_away(certificate: Certificate, client: Client) -> None:
    issuing.draw(certificate)

    certificate.refresh_from_db()
    signed = showing.signed_square(certificate)
    page = client.get(certificate.get_check_url()).text
    assert signed
    assert signed.path not in page
    assert certificate.token not in page


def test_a_stranger_is_asked_to_sign_in(certificate: Certificate, client: Client) -> None:
    for address in (pdf_of(certificate), certificate.get_absolute_url(), reverse("certificates:mine")):
        assert client.get(address).status_code == 302


def test_staff_may_see_it(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    issuing.draw(certificate)

    assert client_of(ada).get(pdf_of(certificate)).status_code == 200
    assert "Revoke" in client_of(ada).get(certificate.get_absolute_url()).text


def test_while_the_file_is_being_made_the_page_says_so(
    certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    client = client_of(tess)

    answer = client.get(pdf_of(certificate))

    assert answer.status_code == 202
    assert "being prepared" in answer.text
    assert "being prepared" in client.get(certificate.get_absolute_url()).text


def test_when_it_could_not_be_made_the_page_says_so(certificate: Certificate, tess: User, client_of: ClientOf) -> None:
    job = running.enqueue("draw_certificate", certificate.code, {"certificate_id": 0})
    for _ in range(running.MOST_TRIES):
        type(job).objects.update(state="queued", due_at=job.due_at)
        running.run(job.pk)

    assert "could not be made" in client_of(tess).get(certificate.get_absolute_url()).text


@pytest.mark.parametrize("fault", ["changed", "gone"])
def test_bytes_that_are_not_the_issued_ones_are_never_given_out(
    fault: str, certificate: Certificate, tess: User, client_of: ClientOf, files: Path
) -> None:
    issuing.draw(certificate)
    [path] = [path for path in files.rglob("*") if path.is_file()]
    if fault == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    else:
        path.unlink()

    answer = client_of(tess).get(pdf_of(certificate))

    assert answer.status_code == 503
    assert "not the file we issued" in answer.text


def test_the_list_shows_what_one_holds_and_no_more(
    tess: User, oskar: User, hygiene: Course, depth: Course, earn: Earn, client_of: ClientOf
) -> None:
    mine, other = earn(tess, hygiene.achievement), earn(oskar, depth.achievement)

    page = client_of(tess).get(reverse("certificates:mine")).text

    assert mine.grouped_code in page
    assert other.grouped_code not in page
    assert "No certificate yet" in client_of(User.objects.create_user("new@example.com")).get("/certificates/").text


def test_the_list_costs_the_same_however_much_one_holds(
    tess: User, hygiene: Course, competence: Achievement, earn: Earn, client_of: ClientOf
) -> None:
    client = client_of(tess)
    earn(tess, competence)
    client.get("/certificates/")
    with CaptureQueriesContext(connection) as few:
        client.get("/certificates/")
    for cycle in range(2, 12):
        earn(tess, competence, cycle=cycle, days_ago=cycle * 100)
        earn(tess, hygiene.achievement, cycle=cycle, days_ago=cycle * 100)

    with CaptureQueriesContext(connection) as many:
        client.get("/certificates/")

    assert len(many) == len(few)


def test_the_course_page_and_today_are_told_in_a_constant_number_of_queries(
    tess: User, hygiene: Course, depth: Course, competence: Achievement, earn: Earn
) -> None:
    enrolments = [hygiene.enrol(tess), depth.enrol(tess)]
    held = earn(tess, hygiene.achievement)

    with CaptureQueriesContext(connection) as queries:
        courses = panels.of_courses(tess, enrolments)
        programmes = panels.of_programmes(tess, [hygiene.programme])
        today = panels.of_today(tess, enrolments)

    assert len(queries) <= 5
    assert courses[hygiene.pk][0].context["certificate"] == held
    assert courses[depth.pk][0].context["certificate"] is None
    assert programmes[hygiene.programme_id][0].context["certificate"] is None
    assert today[0].context["certificates"] == [held]
    assert panels.of_courses(tess, list(Enrolment.objects.none())) == {}
