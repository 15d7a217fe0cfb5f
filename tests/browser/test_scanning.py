"""Checking paper with a page that asks nobody: a picture of the QR code, without a connection, and what is refused."""

import base64
import shutil
import subprocess
import sys
import unicodedata
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import User
from certificates import issuing, keys, tokens
from certificates.models import AchievementTitle, Certificate, Purpose
from tests import school
from tests.browser.conftest import Windows
from tests.browser.test_every_page import AXE, PICTURES, RUN_AXE, THEMES, WIDTHS, frame, sideways
from tests.certificates.test_tokens import ALIKE, APART

pytestmark = pytest.mark.browser


@pytest.fixture
def certificate(tess: User) -> Certificate:
    school.pass_course(tess)
    return Certificate.objects.get(holder=tess)


@pytest.fixture
def page(windows: Windows, certificate: Certificate) -> Page:
    keys.ensure()
    page = windows.open(reduced_motion="reduce", viewport={"width": 390, "height": 844})
    page.goto("/scan/")
    return page


def link_of(certificate: Certificate, site: str, token: str = "") -> str:
    return f"{site}/v/{certificate.code}/{token or tokens.issue(certificate)}".upper()


def picture_of(text: str) -> FilePayload:
    """A photo of sorts: the code drawn as it is printed, on grey, not in the middle."""
    out = BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(out, kind="png", scale=7, border=9, light="#ddd")
    return {"name": "paper.png", "mimeType": "image/png", "buffer": out.getvalue()}


def paste(page: Page, text: str) -> None:
    page.get_by_label("From a link").fill(text)
    page.get_by_role("button", name="Read").click()


def heading(page: Page) -> Any:
    return page.locator("[data-part=answer] h2:visible")


def resigned(certificate: Certificate, **changes: Any) -> str:
    """A token of ours about a certificate that never was."""
    for name, value in changes.items():
        setattr(certificate, name, value)
    return tokens.issue(certificate)


def test_a_picture_of_the_code_is_read_and_verified_by_the_page(
    page: Page, certificate: Certificate, site: str
) -> None:
    page.get_by_label("From a picture").set_input_files(picture_of(link_of(certificate, site)))

    expect(heading(page)).to_have_text("Genuine as issued")
    expect(heading(page)).to_be_focused()
    answer = page.locator("[data-part=answer]")
    expect(answer).to_contain_text(f"Valid until {certificate.expires_on:%-d %B %Y}")
    expect(answer).to_contain_text("Whether it was revoked since cannot be known offline.")
    expect(answer).to_contain_text(certificate.grouped_code)
    expect(answer).to_contain_text(certificate.achievement.title)
    # Never the plain green word: that is the register's to say.
    expect(answer.locator(".state--pass")).to_have_count(0)
    assert not answer.get_by_text("Valid certificate").is_visible()


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm is not installed (Debian package poppler-utils)")
def test_the_code_on_the_very_paper_is_read(page: Page, certificate: Certificate, tmp_path: Path) -> None:
    """From the PDF itself, as a flat scan of it would look: whatever else is drawn on the page."""
    if not certificate.is_drawn:
        issuing.draw(certificate)
        certificate.refresh_from_db()
    pdf = issuing.stored(certificate)
    assert pdf is not None
    (tmp_path / "paper.pdf").write_bytes(pdf)
    for dots in ("110", "300"):
        subprocess.run(
            ["pdftoppm", "-r", dots, "-png", "-singlefile", tmp_path / "paper.pdf", tmp_path / dots], check=True
        )
        page.get_by_label("From a picture").set_input_files(tmp_path / f"{dots}.png")
        expect(heading(page)).to_have_text("Genuine as issued")
        expect(page.locator("[data-part=answer]")).to_contain_text(certificate.grouped_code)
        page.get_by_role("button", name="Check another").click()


def test_the_name_on_the_paper_is_confirmed_or_not(page: Page, certificate: Certificate, site: str) -> None:
    paste(page, link_of(certificate, site))
    name = page.get_by_label("Name, as it is printed")

    name.fill("  tess   TRAINEE ")
    name.press("Enter")
    expect(page.get_by_text("Issued to that name.", exact=True)).to_be_visible()

    name.fill("Cleo Checker")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Not issued to that name.")).to_be_visible()
    expect(page.get_by_text("Issued to that name.", exact=True)).to_be_hidden()


def test_the_title_is_the_one_of_the_day_of_issue_and_doubted_only_where_it_may_be_another(
    page: Page, certificate: Certificate
) -> None:
    today, achievement = certificate.issued_on, certificate.achievement
    for title, days_ago in (("Clean work", 90), ("Hygiene", 50), (achievement.title, 20)):
        AchievementTitle.objects.create(achievement=achievement, title=title, since=today - timedelta(days=days_ago))
    page.reload()
    doubt = page.get_by_text("the paper may word it otherwise")
    told = [
        (200, achievement.title, True),  # older than anything this site wrote down
        (90, "Clean work", False),
        (70, "Clean work", False),
        (50, "Hygiene", True),  # on this day, both were about
        (49, "Hygiene", True),
        (48, "Hygiene", False),
        (21, "Hygiene", False),
        (20, achievement.title, True),
        (10, achievement.title, False),
        (0, achievement.title, True),  # it may have changed since this copy was made
    ]
    for days_ago, title, is_doubted in told:
        paste(page, resigned(certificate, issued_on=today - timedelta(days=days_ago)))

        expect(heading(page)).to_have_text("Genuine as issued")
        expect(page.locator("[data-slot=title]")).to_have_text(title)
        expect(doubt).to_be_visible(visible=is_doubted)
        page.get_by_role("button", name="Check another").click()


def test_a_copy_from_before_titles_were_told_goes_on_working(page: Page, certificate: Certificate) -> None:
    """A page that was kept may be newer than the keys that were kept beside it."""
    told = page.evaluate(
        """async (token) => {
          const { read } = await import("/static/js/scan/tokens.js");
          const { titles, ...known } = await (await fetch("/scan/keys.json")).json();
          return [Boolean(titles), await read(token, known)];
        }""",
        tokens.issue(certificate),
    )

    assert told[0]
    assert (told[1]["title"], told[1]["isSure"]) == (certificate.achievement.title, False)


def test_the_live_answer_is_one_step_away(page: Page, certificate: Certificate, site: str) -> None:
    paste(page, link_of(certificate, site))
    page.get_by_role("link", name="See the live answer").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Tess Trainee")


def test_it_opens_and_verifies_without_a_connection(
    windows: Windows, page: Page, certificate: Certificate, site: str
) -> None:
    expect(page.get_by_text("opens without a connection")).to_be_visible()
    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_text("No connection. The live answer has to wait.")).to_be_visible()
    page.get_by_label("From a picture").set_input_files(picture_of(link_of(certificate, site)))
    expect(heading(page)).to_have_text("Genuine as issued")
    # With its styles, letters and pictures, not as bare words.
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith('"Bricolage')
    assert page.evaluate("document.querySelector('.verdict').getBoundingClientRect().width") > 300

    page.context.set_offline(False)
    expect(page.get_by_text("No connection. The live answer has to wait.")).to_be_hidden()


def test_what_is_kept_is_what_a_stranger_sees(windows: Windows, certificate: Certificate, tess: User) -> None:
    keys.ensure()
    page = windows.open(tess)
    page.goto("/scan/")
    expect(page.get_by_text("opens without a connection")).to_be_visible()
    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_role("heading", name="Check paper offline")).to_be_visible()
    assert tess.email not in page.content()


def test_the_worker_keeps_no_other_page(page: Page) -> None:
    expect(page.get_by_text("opens without a connection")).to_be_visible()
    kept = page.evaluate(
        "async () => (await (await caches.open('scan-1')).keys()).map((one) => new URL(one.url).pathname)"
    )

    assert {path for path in kept if not path.startswith("/static/")} == {"/scan/", "/scan/keys.json"}


def test_a_token_that_was_changed_is_refused(page: Page, certificate: Certificate, site: str) -> None:
    token = tokens.issue(certificate)
    for place in (0, 1, 5, 13, 15, 17, 20, 30, 89):
        content = bytearray(base64.b32decode(token))
        content[place] ^= 1
        paste(page, link_of(certificate, site, base64.b32encode(content).decode()))

        said = {0: "The signed part cannot be read", 1: "Cannot be confirmed"}.get(place, "Not as we issued it")
        expect(heading(page)).to_have_text(said)
        expect(page.get_by_label("Name, as it is printed")).to_be_hidden()
        expect(page.get_by_text("Genuine as issued", exact=True)).to_be_hidden()
        page.get_by_role("button", name="Check another").click()


def test_signed_words_behind_another_number_are_refused(page: Page, certificate: Certificate, site: str) -> None:
    other = f"{site}/v/{'0' * 16}/{tokens.issue(certificate)}".upper()
    paste(page, other)

    expect(heading(page)).to_have_text("Not as we issued it")


def test_an_expired_one_says_since_when(page: Page, certificate: Certificate, site: str) -> None:
    day = certificate.issued_on
    token = resigned(certificate, issued_on=day - timedelta(days=800), expires_on=day - timedelta(days=70))
    paste(page, token)

    expect(heading(page)).to_have_text("Genuine as issued, but expired")
    expect(page.locator("[data-part=answer]")).to_contain_text(f"{day - timedelta(days=70):%-d %B %Y}")


def test_one_from_the_future_asks_for_the_clock(page: Page, certificate: Certificate) -> None:
    paste(page, resigned(certificate, issued_on=certificate.issued_on + timedelta(days=30)))

    expect(heading(page)).to_have_text("Genuine, but dated in the future")


def test_a_compromised_keys_signature_is_not_confirmed_once_that_is_known(
    page: Page, certificate: Certificate, site: str
) -> None:
    token = tokens.issue(certificate)
    keys.compromise(keys.active(Purpose.TOKEN).kid, why="A laptop was lost")
    keys.ensure()
    page.reload()
    paste(page, token)

    expect(heading(page)).to_have_text("Cannot be confirmed")


def test_a_page_left_open_asks_for_the_keys_anew_before_it_answers(
    page: Page, certificate: Certificate, site: str
) -> None:
    token = tokens.issue(certificate)
    keys.compromise(keys.active(Purpose.TOKEN).kid, why="The laptop was stolen.")
    page.clock.install()
    page.clock.fast_forward(timedelta(hours=1, minutes=5) // timedelta(milliseconds=1))

    paste(page, link_of(certificate, site, token))

    expect(heading(page)).to_have_text("Cannot be confirmed")


def test_a_key_published_since_is_fetched_where_there_is_a_connection(page: Page, certificate: Certificate) -> None:
    keys.activate(keys.make(Purpose.TOKEN).kid, now=True)
    paste(page, tokens.issue(certificate))

    expect(heading(page)).to_have_text("Genuine as issued")


def test_a_number_alone_needs_the_register(page: Page, certificate: Certificate, site: str) -> None:
    paste(page, f"{site}/v/{certificate.code}")
    expect(heading(page)).to_have_text("Only a number")
    assert certificate.code in (page.get_by_role("link", name="See the live answer").get_attribute("href") or "")


def test_an_address_of_another_site_is_pointed_out(page: Page, certificate: Certificate) -> None:
    paste(page, link_of(certificate, "https://certificates.example"))

    expect(page.get_by_text("The QR code leads to another site: certificates.example.")).to_be_visible()


def test_anything_else_is_not_the_code_of_a_certificate(page: Page) -> None:
    for text in (
        "WIFI:S:home;;",
        "hello",
        "https://example.com/",
        "javascript:alert(1)",
        "/v/",
        "https://%zz/v/%E0%A4%A",
    ):
        paste(page, text)

        expect(heading(page)).to_have_text("Not the code of a certificate")
        expect(page.get_by_role("link", name="See the live answer")).to_be_hidden()
        page.get_by_role("button", name="Check another").click()


def test_a_picture_without_a_code_says_how_to_take_it(page: Page) -> None:
    chosen = page.get_by_label("From a picture")
    blank = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    for name, content in (("blank.png", base64.b64decode(blank)), ("words.txt", b"no picture")):
        chosen.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
        expect(page.get_by_text("No QR code found in this picture.")).to_be_visible()


def test_a_camera_that_is_refused_is_said(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()

    expect(page.get_by_text("The camera cannot be used.")).to_be_visible()


def test_the_camera_reads_what_is_held_before_it(page: Page, certificate: Certificate, site: str) -> None:
    """The camera's picture comes from a drawing; from there on all is as it is with a real one."""
    shown = base64.b64encode(picture_of(link_of(certificate, site))["buffer"]).decode()
    page.evaluate(
        """async (shown) => {
          const picture = new Image();
          picture.src = `data:image/png;base64,${shown}`;
          await picture.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [picture.width, picture.height];
          const draw = () => canvas.getContext("2d").drawImage(picture, 0, 0);
          setInterval(draw, 50);
          navigator.mediaDevices.getUserMedia = async () => (window.camera = canvas.captureStream(20));
        }""",
        shown,
    )
    page.get_by_role("button", name="Start the camera").click()

    expect(heading(page)).to_have_text("Genuine as issued")
    expect(page.get_by_role("button", name="Stop the camera")).to_be_hidden()
    assert page.evaluate("window.camera.getTracks().every((track) => track.readyState === 'ended')")


def test_the_keys_alone_lead_from_the_link_to_the_answer_and_back(
    page: Page, certificate: Certificate, site: str
) -> None:
    page.get_by_label("From a link").focus()
    page.keyboard.insert_text(link_of(certificate, site))
    page.keyboard.press("Enter")
    expect(heading(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name, as it is printed")).to_be_focused()
    page.get_by_role("button", name="Check another").press("Enter")
    expect(page.get_by_role("button", name="Start the camera")).to_be_focused()
    expect(page.locator("[data-part=answer]")).to_be_hidden()


def test_names_are_told_alike_in_the_browser_as_on_the_server(page: Page) -> None:
    names = [name for pair in ALIKE + APART for name in pair] + moving_letters()
    told = page.evaluate(
        """async (names) => {
          const { toldAlike } = await import("/static/js/scan/tokens.js");
          return names.map(toldAlike);
        }""",
        names,
    )

    assert len(names) > 2000
    assert told == [tokens.told_alike(name) for name in names]


def moving_letters() -> list[str]:
    """Every letter that has a capital or a small partner or is composed, alone and within words."""
    moving = [
        letter
        for letter in map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)])
        if unicodedata.category(letter) != "Cn"
        and (letter.upper() != letter or letter.lower() != letter or unicodedata.normalize("NFC", letter) != letter)
    ]
    return [*moving, *(f"a{letter}b  {letter}" for letter in moving)]


def test_the_page_is_fit_to_be_seen_before_and_after(page: Page, certificate: Certificate, site: str) -> None:
    link, day = link_of(certificate, site), certificate.issued_on
    old = resigned(certificate, issued_on=day - timedelta(days=800), expires_on=day - timedelta(days=70))
    answers = {
        "before": "",
        "genuine": link,
        "expired": old,
        "forged": f"{link[:-1]}A",
        "number": link[:-145],
        "none": "?",
    }
    page.evaluate(AXE)
    wrongs = frame(page)
    for name, text in answers.items():
        if text:
            paste(page, text)
            expect(heading(page)).to_be_visible()
        if name == "genuine":
            page.get_by_label("Name, as it is printed").fill("Tess Trainee")
            page.get_by_role("button", name="Compare").click()
        for width, height in {360: 740, **WIDTHS}.items():
            page.set_viewport_size({"width": width, "height": height})
            wrongs += sideways(page, width)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                wrongs += [f"{name} {theme} {width}: {found}" for found in page.evaluate(RUN_AXE)]
                if PICTURES:
                    page.screenshot(path=Path(PICTURES, f"scan-{name}-{theme}-{width}.png"), full_page=True)

    assert not list(dict.fromkeys(wrongs))
