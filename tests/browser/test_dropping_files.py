"""A clinic drops a file on the page and sees at once what is true."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from certificates import issuing
from certificates.examining import sandbox
from certificates.models import Achievement, Certificate
from courses.models import Course, Programme
from tests.browser.conftest import Windows
from tests.browser.test_every_page import AXE, RUN_AXE, frame, sideways
from tests.cast import person
from tests.certificates import tampering

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES", "")
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "application/pdf" }));
  const here = document.querySelector("file-drop");
  here.dispatchEvent(new DragEvent("dragenter", { dataTransfer: data, bubbles: true, cancelable: true }));
  here.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def certificate(database: None) -> Certificate:
    programme = Programme.objects.create(slug=f"p{uuid4()}"[:20], title="Theory")
    course = Course.objects.create(
        programme=programme, code="M1", slug=f"c{uuid4()}"[:20], title="Hygiene", validity_months=12
    )
    achievement = Achievement.objects.create(
        course=course, slug=course.slug, title="Hygiene and infection control", validity_months=12, areas=["Sharps"]
    )
    holder = person(f"{uuid4()}@example.com", "Tess Trainee")
    words = issuing.words(achievement, holder.name, now=timezone.now())
    made = Certificate.objects.create(holder=holder, achievement=achievement, **words)
    issuing.draw(made)
    made.refresh_from_db()
    return made


@pytest.fixture(scope="module")
def sealed(certificate: Certificate) -> Iterator[bytes]:
    content = issuing.stored(certificate)
    assert content is not None
    yield content
    sandbox.keeper.stop()


def drop(page: Page, content: bytes, name: str = "certificate.pdf") -> None:
    page.goto("/check/file/")
    with page.expect_navigation():
        page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def looks_well(page: Page, name: str) -> None:
    """Both widths, both themes: axe finds nothing, nothing runs off the side."""
    wrongs = [*frame(page)]
    page.evaluate(AXE)
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            wrongs += [f"{theme} {width}: {finding}" for finding in page.evaluate(RUN_AXE)]
            if PICTURES:
                page.screenshot(path=Path(PICTURES, f"file-{name}-{theme}-{width}.png"), full_page=True)
        wrongs += sideways(page, width)
    assert not wrongs


def test_a_file_of_ours_is_dropped_and_known(windows: Windows, sealed: bytes) -> None:
    page = windows.open()

    drop(page, sealed)

    expect(page.get_by_text("This is byte for byte the file we issued.")).to_be_visible()
    expect(page.get_by_role("heading", name="Tess Trainee")).to_be_visible()
    looks_well(page, "exact")


def test_an_altered_one_shows_the_true_name_beside_the_false(windows: Windows, sealed: bytes) -> None:
    page = windows.open()

    drop(page, tampering.rewritten(sealed, ("Tess Trainee", "Mallory Nobody")))

    row = page.get_by_role("row", name="Name")
    expect(row).to_contain_text("Mallory Nobody")
    expect(row).to_contain_text("Tess Trainee")
    looks_well(page, "altered")


def test_a_locked_one_is_told_plainly(windows: Windows, database: None) -> None:
    page = windows.open()

    drop(page, b"%PDF-1.7\nnothing more")

    expect(page.get_by_role("heading", name="We cannot say anything about this file")).to_be_visible()
    looks_well(page, "unreadable")


def test_it_goes_by_keyboard_and_without_script(windows: Windows, sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(sealed)
    page = windows.open(java_script_enabled=False)
    page.goto("/check/file/")

    page.get_by_label("The file").set_input_files(path)
    page.get_by_role("button", name="Check this file").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("This is byte for byte the file we issued.")).to_be_visible()


def test_a_file_that_is_too_large_never_travels(windows: Windows, database: None) -> None:
    page = windows.open()
    page.goto("/check/file/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))

    page.evaluate(DROP, ["large.pdf", base64.b64encode(b"%PDF-1.7" + b"x" * 2_100_000).decode()])

    expect(page.get_by_text("This file is too large")).to_be_visible()
    assert "POST" not in sent
    looks_well(page, "form")
