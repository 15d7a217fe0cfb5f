"""A proof of a check, and a holder's certificate, print on one sheet: A4 or US Letter, with nothing cut."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from certificates import issuing, keys
from certificates.issuing import words
from certificates.models import Achievement, Certificate
from courses.models import Programme
from tests.browser.conftest import Windows
from tests.browser.test_every_page import PICTURES
from tests.cast import person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("pdfinfo"), reason="poppler-utils is not installed"),
]

SHEETS = ("A4", "Letter")
LONGEST = {
    "title": "Certificate of competence in scalp micropigmentation theory",
    "areas": [
        *("Skin and hair science", "Consultation, consent and contraindications", "Hygiene and infection control"),
        *("Pigment and colour theory", "Needles and devices", "Depth control and technique", "Hairline design"),
        *("Density and blending", "Scars, alopecia and special cases", "Aftercare and healing"),
        *("Law, records and business practice", "Correction and removal"),
    ],
    "sentences": [
        "It shows tested knowledge on the day of issue. It is neither a licence nor proof of practical skill.",
        "The holder must keep a current hygiene certificate for it to be relied on, renewed each year.",
    ],
}
REASON = "The details on it were found to be wrong when the records of the examination were compared. " * 2


@pytest.fixture
def holder(database: None) -> User:
    return person(f"{uuid4()}@example.com", "Wilhelmina Alexandrovna van der Bergen-Castellanos")


@pytest.fixture
def certificate(holder: User) -> Certificate:
    """As long as they come."""
    slug = f"long-{uuid4().hex[:8]}"
    programme = Programme.objects.create(slug=slug, title="Long")
    achievement = Achievement.objects.create(programme=programme, slug=slug, validity_months=24, **LONGEST)
    now = timezone.now() - timedelta(days=690)
    return Certificate.objects.create(
        holder=holder, achievement=achievement, **words(achievement, holder.name, now=now)
    )


def printed(page: Page, sheet: str, folder: Path) -> tuple[int, str]:
    """How many sheets, and every word on them, in one line. Grounds are not printed, as printers have it."""
    file = folder / f"{sheet}.pdf"
    page.pdf(path=file, format=sheet, print_background=False)
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    said = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    return int(told.partition("Pages:")[2].split()[0]), " ".join(said.split())


@pytest.mark.parametrize("state", ["expires_soon", "suspended", "revoked"])
def test_a_proof_of_a_check_is_one_sheet(
    windows: Windows, certificate: Certificate, tmp_path: Path, state: str
) -> None:
    staff = person(f"{uuid4()}@example.com", "Staff Person", is_staff=True)
    if state == "suspended":
        certificate.suspend(by=staff, why="A question.")
    elif state == "revoked":
        certificate.revoke(by=staff, reason_code="other", public_reason=REASON)
    page = windows.open()
    page.goto(certificate.get_check_url(), wait_until="networkidle")

    for sheet in SHEETS:
        sheets, said = printed(page, sheet, tmp_path)
        assert sheets == 1, sheet
        for each in (
            *certificate.holder.name.split(),
            f"{certificate.issued_on:%-d %B %Y}",
            f"{certificate.expires_on:%-d %B %Y}",
            certificate.grouped_code,
            "Checked against the live register on",
            f"/v/{certificate.code}",
            "Correction and removal",
            "renewed each year.",
            {"expires_soon": "Valid, expires soon", "suspended": "Under review", "revoked": "Revoked"}[state],
        ):
            assert each in said, (sheet, each)


def test_a_certificate_is_one_sheet(windows: Windows, certificate: Certificate, holder: User, tmp_path: Path) -> None:
    page = windows.open(holder)
    page.goto(certificate.get_absolute_url(), wait_until="networkidle")

    for sheet in SHEETS:
        sheets, said = printed(page, sheet, tmp_path)
        assert sheets == 1, sheet
        for each in (certificate.grouped_code, "What it says", "Correction and removal", "renewed each year."):
            assert each in said, (sheet, each)
        assert "LinkedIn" not in said


def test_both_codes_stand_beside_each_other_on_the_sheet(
    windows: Windows, certificate: Certificate, holder: User, tmp_path: Path
) -> None:
    keys.ensure()
    issuing.draw(certificate)
    page = windows.open(holder)
    page.goto(certificate.get_absolute_url(), wait_until="networkidle")

    for width, media in ((390, "screen"), (1440, "screen"), (800, "print")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=media)  # type: ignore[arg-type]
        panel, *codes, last = page.locator(
            ".sheet__seal, .sheet__codes > div, .sheet__seal > p:last-child"
        ).evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
        online, offline = codes
        assert panel["left"] < online["left"] < online["right"] < offline["left"] < offline["right"] < panel["right"]
        assert max(code["bottom"] for code in codes) < last["top"] < last["bottom"] < panel["bottom"], (width, media)
        wide = page.locator(".sheet__codes .square").evaluate_all("all => all.map((one) => one.clientWidth)")
        assert len(set(wide)) == 1, wide
        if PICTURES:
            page.locator(".sheet").screenshot(path=Path(PICTURES, f"sheet-{media}-{width}.png"))

    assert printed(page, "A4", tmp_path)[0] == 1


def test_the_seal_is_there_on_paper(windows: Windows, certificate: Certificate) -> None:
    page = windows.open()
    page.goto(certificate.get_check_url(), wait_until="networkidle")
    page.emulate_media(media="print")

    drawn = page.locator(".seal .whorl").evaluate("svg => svg.querySelector('use').getBBox().width")

    assert drawn > 150
