"""Anyone drops a file, and sees what is true of it beside what it says."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

import pytest
from asn1crypto import cms
from cryptography import x509
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image, PngImagePlugin
from pytest_django import Settings

from accounts.models import User
from certificates import issuing, keys
from certificates.codes import grouped, new_code
from certificates.credentials import badge, issue
from certificates.examining import Document, Finding, differing, examine, sandbox, seals
from certificates.models import Achievement, Certificate, IssuerKey, Purpose
from certificates.sealing.signing import chain_of
from courses.models import Course
from tests.certificates import tampering
from tests.certificates.conftest import Earn

ADDRESS = "/check/file/"


@pytest.fixture(scope="module", autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    yield
    sandbox.keeper.stop()


@pytest.fixture
def sealed(certificate: Certificate) -> bytes:
    """Tess's file, byte for byte as it was issued."""
    return file_of(certificate)


def file_of(certificate: Certificate) -> bytes:
    issuing.draw(certificate)
    certificate.refresh_from_db()
    content = issuing.stored(certificate)
    assert content is not None
    return content


def drop(client: Client, content: bytes, name: str = "certificate.pdf") -> str:
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, content)}).text


def said(finding: Finding) -> dict[str, tuple[str, str]]:
    return {one.label: (one.shown, one.true) for one in finding.differences}


def told(finding: Finding) -> str:
    return " ".join(finding.problems)


# --- Our own file --------------------------------------------------------------------------------
def test_the_file_we_issued_is_known_byte_for_byte(client: Client, sealed: bytes) -> None:
    answer = client.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", sealed)})

    assert answer.status_code == 200
    for words in (
        "byte for byte the file we issued",
        "Valid certificate",
        "Tess Trainee",
        "Hygiene and infection control",
        "Checked against the live register on",
        "The file was not kept.",
    ):
        assert words in answer.text


def test_it_is_known_by_its_hash_alone_and_never_opened(sealed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "opened", lambda *_: pytest.fail("It was opened."))

    assert examine(sealed).document is Document.EXACT


def test_what_it_is_called_does_not_matter(sealed: bytes) -> None:
    assert examine(sealed, name="holiday.jpg").document is Document.EXACT


def test_a_revoked_one_says_so_above_all(client: Client, certificate: Certificate, sealed: bytes, ada: User) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="Issued to the wrong person.")

    page = drop(client, sealed)

    assert page.index("Revoked certificate") < page.index("byte for byte")
    assert "Issued to the wrong person." in page


@pytest.mark.parametrize("state", ["as it is", "lapsed hygiene", "expired"])
def test_a_look_costs_at_most_three_queries(
    tess: User, hygiene: Course, competence: Achievement, earn: Earn, state: str
) -> None:
    ago = {"as it is": 0, "lapsed hygiene": 390, "expired": 800}[state]
    earn(tess, hygiene.achievement, days_ago=400 if ago else 0)
    certificate = earn(tess, competence, days_ago=ago)
    content = file_of(certificate)
    altered = tampering.rewritten(content, ("Tess Trainee", "Mallory Nobody"))

    for dropped in (content, altered, tampering.painted_over(content, "Mallory"), certificate.credential_text.encode()):
        with CaptureQueriesContext(connection) as queries:
            finding = examine(dropped)
        assert finding.code == certificate.code
        assert len(queries) <= 3


# --- Changed files of ours -----------------------------------------------------------------------
def test_a_change_outside_what_the_seal_covers_is_said(client: Client, sealed: bytes) -> None:
    dropped = tampering.padded_otherwise(sealed)

    assert examine(dropped).document is Document.SEAL_ONLY
    assert "Our file, altered outside the sealed part." in drop(client, dropped)


def test_another_name_shows_the_true_one_beside_it(client: Client, sealed: bytes) -> None:
    dropped = tampering.rewritten(sealed, ("Tess Trainee", "Mallory Nobody"))

    finding, page = examine(dropped), drop(client, dropped)

    assert finding.document is Document.ALTERED
    assert said(finding) == {"Name": ("Mallory Nobody", "Tess Trainee")}
    assert "This file was altered." in page
    assert re.search(r"<s>Mallory Nobody</s>.*<b>Tess Trainee</b>", page, re.DOTALL)
    assert "Valid certificate" in page  # of Tess, whose it is
    assert page.index("This file was altered.") < page.index("Not this file") < page.index("Valid certificate")
    assert page.count("This file was altered.") == 1


def test_what_cannot_be_read_was_not_asked_of_the_register(client: Client) -> None:
    page = drop(client, b"\xff\xd8\xff a photograph", name="certificate.png")

    assert "Cannot be checked" in page
    assert "Checked against the live register" not in page
    assert reverse("certificates:scan") in page  # a photograph of the paper is read there


def test_other_dates_and_another_title_are_each_named(sealed: bytes, certificate: Certificate) -> None:
    issued, expires = (f"{day:%-d %B %Y}" for day in (certificate.issued_on, certificate.expires_on))

    finding = examine(
        tampering.rewritten(
            sealed,
            (expires, "1 January 2099"),
            ("Hygiene and infection control", "Master of all scalps"),
        )
    )

    assert said(finding) == {
        "Title": ("Master of all scalps", "Hygiene and infection control"),
        "Valid through the end of": ("1 January 2099", expires),
    }
    earlier = examine(tampering.rewritten(sealed, (issued, "2 March 2020")))
    assert said(earlier) == {"Issued": ("2 March 2020", issued)}


def test_the_same_letters_and_digits_in_another_order_are_other_words(sealed: bytes, certificate: Certificate) -> None:
    expires = f"{certificate.expires_on:%-d %B %Y}"
    day, _space, year = expires.rpartition(" ")
    later = f"{day} {year[0]}{year[2]}{year[1]}{year[3]}"  # 2027, 2207

    dropped = tampering.rewritten(sealed, (expires, later), ("Tess Trainee", "Tess Trianee"))

    for each in (dropped, tampering.unsealed(dropped)):
        assert said(examine(each)) == {
            "Name": ("Tess Trianee", "Tess Trainee"),
            "Valid through the end of": (later, expires),
        }


def test_a_name_painted_over_ours_is_caught_with_what_was_added(sealed: bytes) -> None:
    finding = examine(tampering.painted_over(sealed, "Mallory Nobody"))

    assert finding.document is Document.ALTERED
    assert "Mallory Nobody" in said(finding)["Name"][0]
    assert said(finding)["Name"][1] == "Tess Trainee"
    assert "Something was added to the file after we sealed it." in told(finding)
    assert "Written on it after it was sealed: Mallory Nobody" in told(finding)


@pytest.mark.parametrize(
    ("shown", "is_same"),
    [("zoë  NGUYỄN", True), ("Zoe Nguye\u0308\u0302\u0303n", True), ("Zoe Nguyễn", False), ("Zoë Nguyen", False)],
)
def test_marks_count_though_their_places_may_differ(shown: str, is_same: bool) -> None:
    """A page may set the marks of a word behind its letters."""
    assert differing._same(shown, "Zoë Nguyễn") is is_same


@pytest.mark.parametrize("how", ["note", "form"])
def test_a_name_in_a_drawing_of_its_own_is_read_as_well(sealed: bytes, how: str) -> None:
    finding = examine(tampering.laid_over(tampering.unsealed(sealed), "Mallory Nobody", how))

    assert said(finding)["Name"] == ("Tess Trainee Mallory Nobody", "Tess Trainee")


@pytest.mark.parametrize("is_under", [False, True])
def test_a_second_date_is_shown_beside_the_true_one(sealed: bytes, certificate: Certificate, is_under: bool) -> None:
    words = "Valid through the end of 1 January 2099"

    finding = examine(tampering.painted_over(tampering.unsealed(sealed), words, size=9, is_under=is_under))

    shown, true = said(finding)["Valid through the end of"]
    assert finding.document is Document.UNSIGNED
    assert true == f"{certificate.expires_on:%-d %B %Y}"
    assert shown in {f"1 January 2099 {true}", f"{true} 1 January 2099"}


def test_small_words_painted_on_it_are_caught_too(sealed: bytes) -> None:
    finding = examine(tampering.painted_over(sealed, "also Advanced Depth", size=9))

    assert finding.document is Document.ALTERED
    assert "also Advanced Depth" in told(finding)


def test_junk_behind_the_end_breaks_the_whole(sealed: bytes) -> None:
    finding = examine(sealed + b"\n% junk behind the end\n")

    assert finding.document in {Document.ALTERED, Document.UNREADABLE}
    assert finding.code


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_flipped_bit_in_what_is_sealed_is_never_ours_unaltered(sealed: bytes, share: float) -> None:
    start, _end = tampering.gap(sealed)

    finding = examine(tampering.bit_flipped(sealed, int(start * share)))

    assert finding.document in {Document.ALTERED, Document.UNREADABLE, Document.UNSIGNED}


def test_a_change_that_nobody_sees_breaks_our_seal(sealed: bytes) -> None:
    comment = sealed.index(b"%", 1)

    finding = examine(tampering.bit_flipped(sealed, comment + 2))

    assert finding.document is Document.ALTERED
    assert not finding.differences
    assert "Our seal is broken" in told(finding)


def test_a_signature_that_was_not_made_with_our_key_is_no_seal_of_ours_whatever_it_says(sealed: bytes) -> None:
    start, end = tampering.gap(sealed)
    content = bytes.fromhex(sealed[start + 1 : end - 1].decode())
    signature = cms.ContentInfo.load(content)["content"]["signer_infos"][0]["signature"].native
    forged = tampering.bit_flipped(content, content.index(signature) + len(signature) - 1)

    finding = examine(sealed[: start + 1] + forged.hex().encode() + sealed[end - 1 :])

    assert finding.document is Document.ALTERED
    assert "Our seal is broken" in told(finding)


def test_another_persons_number_on_it_is_looked_up_and_named(
    sealed: bytes, certificate: Certificate, ines: User, depth: Course, earn: Earn
) -> None:
    other = earn(ines, depth.achievement)
    file_of(other)
    dropped = tampering.rewritten(sealed, (certificate.grouped_code, other.grouped_code))

    finding = examine(dropped)

    assert finding.document is Document.ALTERED
    assert finding.code == other.code
    assert said(finding)["Name"] == ("Tess Trainee", "Ines Instructor")
    assert "The credential inside the file is not the one we issued with this certificate." in told(finding)


def test_a_number_painted_under_ours_leads_to_the_certificate_that_was_sealed(
    sealed: bytes, certificate: Certificate, ines: User, depth: Course, earn: Earn
) -> None:
    other = earn(ines, depth.achievement)

    finding = examine(tampering.painted_over(sealed, other.grouped_code, size=9, is_under=True))

    assert finding.document is Document.ALTERED
    assert finding.code == certificate.code
    assert f"The number {other.grouped_code} is printed on it as well." in told(finding)


def test_our_seal_on_another_file_is_broken(sealed: bytes, ines: User, depth: Course, earn: Earn) -> None:
    other = file_of(earn(ines, depth.achievement))
    start, end = tampering.gap(sealed)
    other_start, other_end = tampering.gap(other)
    assert end - start == other_end - other_start

    finding = examine(other[:other_start] + sealed[start:end] + other[other_end:])

    assert finding.document is Document.ALTERED
    assert "Our seal is broken" in told(finding)


def test_a_swapped_credential_inside_is_named(sealed: bytes, certificate: Certificate) -> None:
    swapped = json.loads(certificate.credential_text)
    swapped["credentialSubject"]["identifier"][0]["identityHash"] = "Mallory Nobody"

    finding = examine(tampering.without_attachments(sealed, json.dumps(swapped)))

    assert finding.document is Document.ALTERED
    assert "The credential inside the file is not the one we issued with this certificate." in told(finding)


def test_without_any_number_the_credential_inside_names_the_certificate(
    sealed: bytes, certificate: Certificate
) -> None:
    page = tampering.page_with("To whom it may concern")

    finding = examine(tampering.without_attachments(page, certificate.credential_text))

    assert finding.document is Document.UNSIGNED
    assert finding.code == certificate.code
    assert said(finding)["Certificate number"] == ("", certificate.grouped_code)


# --- Files of somebody else ----------------------------------------------------------------------
def test_the_same_page_under_a_root_that_only_bears_our_names_is_somebody_elses(
    sealed: bytes, certificate: Certificate
) -> None:
    chain = x509.load_pem_x509_certificates(keys.active(Purpose.SEAL).row.certificates.encode())
    forged = tampering.sealed_by_namesake(tampering.unsealed(sealed), [each.subject for each in chain])

    finding = examine(forged)

    assert finding.document is Document.FOREIGN
    assert finding.code == certificate.code
    assert "which is not a key of ours" in told(finding)


def test_a_second_seal_over_ours_does_not_hide_that_something_was_added(sealed: bytes) -> None:
    finding = examine(tampering.sealed_by_namesake(tampering.painted_over(sealed, "Mallory"), tampering.somebody()))

    assert finding.document is Document.ALTERED
    assert "Forgery Ltd" in told(finding)


def test_a_page_without_a_seal_proves_nothing_and_its_number_is_looked_up(
    client: Client, sealed: bytes, certificate: Certificate
) -> None:
    dropped = tampering.unsealed(sealed)

    finding, page = examine(dropped), drop(client, dropped)

    assert finding.document is Document.UNSIGNED
    assert finding.code == certificate.code
    assert not finding.differences
    assert "Not sealed by us." in page
    assert "Valid certificate" in page


def test_a_letter_that_names_a_number_shows_how_that_certificate_stands(
    client: Client, certificate: Certificate, ada: User
) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    page = drop(client, tampering.page_with("Mallory Nobody", f"Certificate {certificate.grouped_code}"))

    assert "Revoked certificate" in page
    assert "Tess Trainee" in page


def test_a_page_without_any_number_says_so(client: Client, db: None) -> None:
    page = drop(client, tampering.page_with("Certificate of excellence", "Mallory Nobody"))

    assert "Not sealed by us." in page
    assert "There is no certificate number of ours in it." in page
    assert "No certificate of ours" in page


def test_a_number_with_a_slip_in_it_is_no_number_of_ours(certificate: Certificate) -> None:
    slipped = certificate.code[:-1] + ("0" if certificate.code[-1] != "0" else "1")

    finding = examine(tampering.page_with("Mallory Nobody", f"Certificate {grouped(slipped)}"))

    assert finding.document is Document.UNSIGNED
    assert finding.code == ""
    assert "There is no certificate number of ours in it." in told(finding)


# --- Keys ----------------------------------------------------------------------------------------
def test_a_retired_key_still_proves_its_seal(sealed: bytes, certificate: Certificate) -> None:
    IssuerKey.objects.for_(Purpose.SEAL).update(retired_at=timezone.now())

    assert examine(tampering.padded_otherwise(sealed)).document is Document.SEAL_ONLY
    assert examine(certificate.credential_text.encode()).document is Document.CREDENTIAL_VALID


def test_a_seal_is_judged_by_a_day_on_which_its_whole_chain_stood(sealed: bytes) -> None:
    """A seal key may be made in the last years of the authority under which it stands."""
    row = IssuerKey.objects.for_(Purpose.SEAL).signing().get()
    leaf, authority, root = chain_of(row.certificates)
    now = datetime.now(UTC)
    ended: Any = SimpleNamespace(not_valid_before=authority.not_valid_before, not_valid_after=now - timedelta(hours=2))

    assert seals.moment_of([leaf, authority, root]) == pytest.approx(now, abs=timedelta(minutes=1))
    assert leaf.not_valid_before <= seals.moment_of([leaf, ended, root]) < ended.not_valid_after


def test_a_compromised_key_proves_nothing_but_the_register_still_knows_its_own(sealed: bytes) -> None:
    IssuerKey.objects.for_(Purpose.SEAL).update(compromised_at=timezone.now())

    finding = examine(tampering.padded_otherwise(sealed))

    assert finding.document is Document.FOREIGN
    assert "reported as stolen" in told(finding)
    assert examine(sealed).document is Document.EXACT


def test_words_that_are_not_the_registers_are_not_ours_though_our_seal_holds(sealed: bytes) -> None:
    from certificates import sealing

    page = tampering.unsealed(tampering.rewritten(sealed, ("Tess Trainee", "Mallory Nobody")))
    finding = examine(sealing.seal(page, reason="Certificate", name="Stipple Academy").pdf)

    assert finding.document is Document.ALTERED
    assert said(finding) == {"Name": ("Mallory Nobody", "Tess Trainee")}


def test_our_seal_over_a_number_that_the_register_does_not_have_makes_it_no_file_of_ours(db: None) -> None:
    from certificates import sealing

    keys.ensure()
    code = new_code()
    page = tampering.by_hand(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] /Resources << >> /Annots [4 0 R] >>",
        f"<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (https://a.example/v/{code}) >> >>",
    )
    finding = examine(sealing.seal(page, reason="Certificate", name="Stipple Academy").pdf)

    assert finding.document is Document.ALTERED
    assert finding.answer is None
    assert f"The number {grouped(code)} is not in our register." in told(finding)


def test_a_file_that_only_a_mending_reader_can_follow_is_damaged(certificate: Certificate) -> None:
    whole = tampering.page_with("Mallory Nobody", f"Certificate {certificate.grouped_code}")
    broken = whole.replace(b"startxref\n", b"startxref\n9")

    assert examine(whole).document is Document.UNSIGNED
    finding = examine(broken)
    assert finding.document is Document.UNREADABLE
    assert finding.code == certificate.code
    assert "damaged or not complete" in told(finding)


def test_a_sealed_report_is_no_certificate(certificate: Certificate) -> None:
    from certificates import sealing

    page = tampering.page_with("Bulk check", certificate.grouped_code)
    finding = examine(sealing.seal(page, reason="Bulk check", name="Stipple Academy").pdf)

    assert finding.document is Document.REPORT
    assert finding.answer is None


# --- Credentials and badges ----------------------------------------------------------------------
def test_the_credential_we_issued_is_known_however_it_is_laid_out(
    client: Client, sealed: bytes, certificate: Certificate
) -> None:
    laid_out = json.dumps(json.loads(certificate.credential_text), indent=2)

    assert examine(certificate.credential_text.encode()).document is Document.CREDENTIAL_VALID
    assert examine(laid_out.encode()).document is Document.CREDENTIAL_VALID
    page = drop(client, certificate.credential_text.encode(), "credential.json")
    assert "This is the credential we issued." in page
    assert "Valid certificate" in page


def test_an_altered_credential_shows_the_true_value_beside_the_false(
    client: Client, sealed: bytes, certificate: Certificate
) -> None:
    words = json.loads(certificate.credential_text)
    words["credentialSubject"]["identifier"][0]["identityHash"] = "Mallory Nobody"

    finding = examine(json.dumps(words).encode())

    assert finding.document is Document.CREDENTIAL_ALTERED
    assert said(finding) == {"Name": ("Mallory Nobody", "Tess Trainee")}
    assert "Valid certificate" in drop(client, json.dumps(words).encode())


def test_unknown_words_in_a_credential_are_refused_by_name(sealed: bytes, certificate: Certificate) -> None:
    words = json.loads(certificate.credential_text)
    words["grandMaster"] = True

    finding = examine(json.dumps(words).encode())

    assert finding.document is Document.CREDENTIAL_ALTERED
    assert "grandMaster" in told(finding)


def test_another_proof_is_not_ours(sealed: bytes, certificate: Certificate) -> None:
    words = json.loads(certificate.credential_text)
    words["proof"]["proofValue"] = "z" + "1" * 80

    finding = examine(json.dumps(words).encode())

    assert finding.document is Document.CREDENTIAL_ALTERED
    assert "Its proof is not the one we gave it." in told(finding)


def test_a_credential_of_somebody_else_is_not_ours(client: Client, db: None) -> None:
    words = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": "did:web:elsewhere.example"},
        "id": "https://elsewhere.example/1",
    }

    finding = examine(json.dumps(words).encode())

    assert finding.document is Document.CREDENTIAL_FOREIGN
    assert "Somebody else issued it." in told(finding)


def test_one_that_only_claims_to_be_ours_is_told_apart(db: None, settings: Settings) -> None:
    settings.SITE_URL = "https://academy.example"
    words = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": "did:web:academy.example"},
        "id": "https://academy.example/credentials/0b5a9be7-6a0e-4f0c-9a55-0f3f3b9f0d11",
    }

    finding = examine(json.dumps(words).encode())

    assert finding.document is Document.CREDENTIAL_FOREIGN
    assert "we did not issue it" in told(finding)


@pytest.mark.parametrize("issuer", ["did:web:elsewhere.example", "did:web:academy.example.elsewhere.example", "", 5])
def test_our_credential_under_another_issuers_name_is_theirs(
    sealed: bytes, certificate: Certificate, issuer: object
) -> None:
    words = json.loads(certificate.credential_text)
    words["issuer"]["id"] = issuer

    finding = examine(json.dumps(words).encode())

    assert finding.document is Document.CREDENTIAL_FOREIGN
    assert "another issuer" in told(finding)


def test_a_credential_that_was_never_handed_out_is_not_one_we_issued(certificate: Certificate) -> None:
    finding = examine(issue(certificate).text.encode())

    assert finding.document is Document.CREDENTIAL_FOREIGN
    assert "we did not issue it" in told(finding)
    assert finding.answer is None


def test_a_credential_deeper_than_any_of_ours_is_not_read(sealed: bytes, certificate: Certificate) -> None:
    deep = certificate.credential_text.rstrip()[:-1] + ', "a": ' + "[" * 60 + "]" * 60 + "}"

    assert examine(deep.encode()).document is Document.UNREADABLE


def test_a_credential_whose_key_was_stolen_counts_no_more(sealed: bytes, certificate: Certificate) -> None:
    IssuerKey.objects.for_(Purpose.CREDENTIAL).update(compromised_at=timezone.now())

    finding = examine(certificate.credential_text.encode())

    assert finding.document is Document.CREDENTIAL_ALTERED
    assert "stolen" in told(finding)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_badge_is_read_as_the_credential_in_it(sealed: bytes, certificate: Certificate, kind: str) -> None:
    baked = getattr(badge, kind)(certificate)
    content = baked if isinstance(baked, bytes) else baked.encode()

    finding = examine(content)

    assert finding.document is Document.CREDENTIAL_VALID
    assert finding.code == certificate.code

    IssuerKey.objects.for_(Purpose.CREDENTIAL).update(compromised_at=timezone.now())
    finding = examine(content)
    assert finding.document is Document.CREDENTIAL_ALTERED
    assert "stolen" in told(finding)


def png_of(*credentials: str, behind: bytes = b"") -> bytes:
    painted, words = BytesIO(), PngImagePlugin.PngInfo()
    for credential in credentials:
        words.add_itxt("openbadgecredential", credential)
    Image.new("RGB", (4, 4)).save(painted, "PNG", pnginfo=words)
    return painted.getvalue() + behind


def svg_of(*credentials: str, head: str = "") -> bytes:
    elements = "".join(f"<ob:credential>{escape(credential)}</ob:credential>" for credential in credentials)
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0"'
    return f"{head}<svg {space}>{elements}</svg>".encode()


def test_a_picture_that_two_readers_could_read_in_two_ways_is_refused(sealed: bytes, certificate: Certificate) -> None:
    true = certificate.credential_text
    false = true.replace("Tess Trainee", "Mallory Nobody")
    end = png_of()[-12:]
    chunk = png_of(true).removeprefix(png_of()[:33])[: len(png_of(true)) - len(png_of())]
    assert chunk[4:8] == b"iTXt"

    for content in (png_of(true), svg_of(true)):
        assert examine(content).document is Document.CREDENTIAL_VALID
    for content in (
        png_of(true, true),
        png_of(false, true),
        png_of(true, false),
        png_of(true).replace(b"Tess Trainee", b"Mess Trainee"),  # and its checksum is another's
        png_of(behind=chunk + end),
        svg_of(true, true),
        svg_of(false, true),
        svg_of(true, false),
        svg_of(true, head='<!DOCTYPE svg [<!ENTITY a "b">]>'),
        svg_of(true).replace(b"<svg", b"<html").replace(b"</svg", b"</html"),
    ):
        assert examine(content).document is Document.UNREADABLE, content


def test_a_true_credential_in_a_false_picture_does_not_vouch_for_the_picture(
    client: Client, sealed: bytes, certificate: Certificate
) -> None:
    painted, words = BytesIO(), PngImagePlugin.PngInfo()
    words.add_itxt("openbadgecredential", certificate.credential_text)
    Image.new("RGB", (40, 40), "red").save(painted, "PNG", pnginfo=words)

    page = drop(client, painted.getvalue(), name="badge.png")

    assert "This is the credential we issued." in page
    assert "The picture itself can show anything" in page
    assert "The picture itself" not in drop(client, certificate.credential_text.encode(), name="credential.json")


# --- The page ------------------------------------------------------------------------------------
def test_the_page_works_without_script_and_is_in_no_index_and_no_cache(client: Client, db: None) -> None:
    answer = client.get(ADDRESS)

    assert answer.status_code == 200
    assert reverse("certificates:document") == ADDRESS
    assert 'enctype="multipart/form-data"' in answer.text
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "same-origin"  # without any, its own form would be refused


def test_nothing_chosen_is_asked_for_again(client: Client, db: None) -> None:
    answer = client.post(ADDRESS)

    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_it_needs_the_forms_token(db: None, sealed: bytes) -> None:
    strict = Client(enforce_csrf_checks=True)

    refused = strict.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", sealed)})
    token = strict.get(ADDRESS).context["csrf_token"]
    taken = strict.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", sealed), "csrfmiddlewaretoken": str(token)})

    assert refused.status_code == 403
    assert taken.status_code == 200


def test_the_file_is_never_written_anywhere(client: Client, sealed: bytes, tmp_path: Path, settings: Settings) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(scratch)
    written: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(arguments[2], int):
            flags = arguments[2]
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(arguments[0]) != os.devnull:
                written.append(str(arguments[0]))

    examine(tampering.page_with("The keeper is up"))
    files = {path for path in settings.DATA_DIR.rglob("*") if path.is_file()}
    sys.addaudithook(watch)
    try:
        drop(client, sealed)
        drop(client, tampering.rewritten(sealed, ("Tess Trainee", "Mallory Nobody")) + b"%" * 1_900_000)
        drop(client, b"%PDF-1.7" + b"x" * 4_000_000)
    finally:
        watching.clear()

    assert not list(scratch.iterdir())
    assert not [path for path in written if "sqlite" not in path and "/cache" not in path]
    assert {path for path in settings.DATA_DIR.rglob("*") if path.is_file()} - files == set()


def test_a_machine_that_sends_file_after_file_is_slowed_down(client: Client, sealed: bytes) -> None:
    answers = [client.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", sealed)}).status_code for _ in range(40)]

    assert answers[0] == 200
    assert answers[-1] == 429


def test_with_the_database_down_it_says_that_it_cannot_check(client: Client, sealed: bytes) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        answer = client.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", sealed)})

    assert answer.status_code == 503
    assert "it may well be valid" in answer.text


def test_a_fault_of_our_own_is_not_held_against_the_file(
    client: Client, sealed: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sandbox, "opened", lambda *_: {"outcome": "fault", "what": "No module named x"})

    answer = client.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", tampering.unsealed(sealed))})

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "No module named x" in caplog.text
    assert "No module named x" not in answer.text


def test_machines_get_plain_values(sealed: bytes, certificate: Certificate) -> None:
    described = examine(tampering.rewritten(sealed, ("Tess Trainee", "Mallory Nobody"))).describe()

    assert json.loads(json.dumps(described)) == described
    assert described["document"] == "altered"
    assert described["differences"] == [{"label": "Name", "shown": "Mallory Nobody", "true": "Tess Trainee"}]


def test_names_with_marks_and_other_alphabets_are_read_as_they_are(hygiene: Course, earn: Earn) -> None:
    from tests.cast import person

    for place, name in enumerate(
        ("Zoë Łukasiewicz-Ångström", "Nguyễn Thị Ánh", "Ελένη Παπαδοπούλου", "Юлия Щербакова")
    ):
        certificate = earn(person(f"p{place}@example.com", name), hygiene.achievement)
        dropped = tampering.unsealed(file_of(certificate))

        finding = examine(dropped)

        assert finding.document is Document.UNSIGNED
        assert not finding.differences, name


def test_what_opens_files_knows_no_framework_and_no_secret() -> None:
    code = """
import sys
import certificates.examining.keeper, certificates.examining.warming as warming
warming.load()
print([name for name in sys.modules if name.split(".")[0] in ("django", "celery", "portal")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_file_that_ends_whoever_reads_it_was_too_much(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_asked", lambda *_: None)

    assert examine(tampering.page_with("x")).document is Document.TOO_MUCH


def test_who_stays_longer_over_a_file_than_the_keeper_gives_is_ended() -> None:
    from certificates.examining.keeper import Children

    children, sleeper = Children(), subprocess.Popen(["sleep", "60"])
    children.until[sleeper.pid] = time.monotonic() + 60
    children.look_after()
    assert sleeper.poll() is None

    children.until[sleeper.pid] = time.monotonic() - 1
    until = time.monotonic() + 10
    while children.until and time.monotonic() < until:
        children.look_after()
        time.sleep(0.01)

    ended = not children.until
    sleeper.kill()
    sleeper.wait()
    assert ended
