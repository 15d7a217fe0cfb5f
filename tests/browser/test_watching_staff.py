"""A clinic puts somebody on its list, is told when the certificate goes, and the holder has the last word."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from accounts.models import User
from certificates.models import Certificate
from clinics.models import Clinic, Membership
from jobs.models import Mail
from jobs.running import run_due
from tests import school
from tests.browser.conftest import Windows
from tests.cast import person

pytestmark = pytest.mark.browser


@pytest.fixture
def certificate(tess: User) -> Certificate:
    school.pass_course(tess)
    return Certificate.objects.get(holder=tess)


@pytest.fixture
def cleo(small_school: None) -> User:
    member = person(f"cleo-{uuid4()}@example.com", "Cleo Checker")
    Clinic.objects.create(name="Harbour Clinic", place=str(uuid4())).join(member, role=Membership.Role.MEMBER)
    return member


def test_from_the_number_on_the_paper_to_the_refusal(
    windows: Windows, cleo: User, tess: User, certificate: Certificate
) -> None:
    clinic = windows.open(cleo)
    clinic.goto("/clinic/")
    clinic.get_by_role("link", name="Add staff").click()
    clinic.get_by_role("textbox", name="Certificate numbers").fill(certificate.grouped_code.lower())
    clinic.get_by_role("textbox", name="Job title").fill("Practitioner")
    clinic.get_by_role("button", name="Put on the list").click()
    row = clinic.get_by_role("row").filter(has_text="Tess Trainee")
    expect(row).to_contain_text("Current")
    expect(row).to_contain_text("Practitioner")

    staff = person(f"ada-{uuid4()}@example.com", "Ada", is_staff=True)
    certificate.suspend(by=staff, why="Asked about.")
    run_due()
    clinic.reload()
    expect(row).to_contain_text("Under review")
    assert Mail.objects.filter(kind="alert", to=cleo.email).count() == 1

    holder = windows.open(tess)
    holder.goto("/today/")
    holder.get_by_role("button", name="Account").click()
    holder.get_by_role("link", name="Who watches mine").click()
    expect(holder.get_by_text("Practitioner")).to_be_visible()
    holder.get_by_role("link", name="Refuse").click()
    holder.get_by_role("button", name="Refuse").click()
    expect(holder.get_by_role("heading", name="Refused by you")).to_be_visible()

    clinic.reload()
    expect(row).to_contain_text("The holder refused")
    expect(row).not_to_contain_text("Under review")

    holder.get_by_role("button", name="Allow again").click()
    clinic.reload()
    expect(row).to_contain_text("Under review")
