"""A sealed file is ours and whole, or our rule says what is wrong with it."""

import hashlib
import io
import random
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pikepdf
import pytest
import time_machine
from asn1crypto import x509
from cryptography import x509 as made
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import connection
from django.utils import timezone
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import timestamps
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pytest_django import Settings

from certificates import drawing, keys, sealing
from certificates.drawing import Column, SummaryWords
from certificates.examining.seals import seals_of
from certificates.models import Certificate, IssuerKey, Purpose
from certificates.sealing import Sealed, signing
from jobs import running
from jobs.models import Job
from tests.certificates.living import at_once, faults
from tests.certificates.sealed import chains, issued, said_by
from tests.certificates.test_drawing import WHORL, statement

TOKEN = "A" * 144


@pytest.fixture
def sealed(certificate: Certificate, files: Path) -> bytes:
    return issued(certificate, files)


def ours(pem: Iterable[str] | None = None) -> dict[str, list[x509.Certificate]]:
    """Our chains, by the fingerprint of the certificate that seals, as the examining of files is told them."""
    found = [signing.chain_of(chain) for chain in (chains() if pem is None else pem)]
    return {hashlib.sha256(chain[0].dump()).hexdigest(): chain for chain in found}


def seal_of(pdf: bytes, pem: Iterable[str] | None = None) -> dict[str, Any]:
    """What our rule finds in the one seal of a file."""
    [found] = seals_of(pdf, ours(pem))
    return found


def refused(pdf: bytes) -> bool:
    """By our rule, and by pyHanko's bottom line over an entire file."""
    try:
        by_us = not seal_of(pdf)["holds"]
    except Exception:  # it could not even be read
        by_us = True
    try:
        [signature] = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
        roots = [signing.chain_of(chain)[-1] for chain in chains()]
        told = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))
        by_pyhanko = not (told.bottom_line and told.coverage == SignatureCoverageLevel.ENTIRE_FILE)
    except Exception:  # it could not even be read
        by_pyhanko = True
    assert by_us == by_pyhanko
    return by_us


def test_what_we_sealed_is_sound(sealed: bytes) -> None:
    told = seal_of(sealed)

    assert told["holds"]
    assert told["fingerprint"] == Certificate.objects.get().seal_fingerprint
    assert told["signer"].startswith("Stipple Academy Seal")
    assert told["to"] == len(sealed)
    assert not refused(sealed)


def test_threads_may_seal_at_the_same_moment(
    certificate: Certificate, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = drawing.draw(statement(), WHORL, TOKEN).pdf
    held = keys.active(Purpose.SEAL)
    monkeypatch.setattr(keys, "active", lambda _purpose: held)
    monkeypatch.setattr(signing, "_made_signer", lru_cache(signing._made_signer.__wrapped__))  # nothing is warm yet
    pace = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        got = at_once(8, lambda _: [sealing.seal(pdf, reason="Issued", name="Academy") for _turn in range(5)])
    finally:
        sys.setswitchinterval(pace)

    assert not faults(got)
    assert all(seal_of(sealed.pdf)["holds"] for each in got for sealed in cast(list[Sealed], each))


def test_flipping_any_signed_bit_is_seen(sealed: bytes) -> None:
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    _zero, start, end, _rest = (int(number) for number in signature.byte_range)
    dice = random.Random(4)
    places = [place for place in dice.sample(range(len(sealed)), 70) if not start <= place < end]
    assert len(places) > 50

    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << dice.randrange(8)
        assert refused(bytes(changed)), place


def painted_over(pdf: bytes) -> bytes:
    """A later revision with another page content, as an editor would append it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"1 0 0 rg 0 0 400 400 re f"))
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


@pytest.mark.parametrize(
    "harm",
    [
        painted_over,
        lambda pdf: pdf + b"\n% a comment\n",
        lambda pdf: pdf.replace(b"/Rect [ 0 0 0 0 ]", b"/Rect [ 0 0 9 9 ]"),
    ],
    ids=["painted over", "junk behind", "an object changed"],
)
def test_a_change_is_refused(harm: Callable[[bytes], bytes], sealed: bytes) -> None:
    changed = harm(sealed)
    assert changed != sealed

    assert refused(changed)


def test_a_painted_over_file_still_carries_our_intact_signature(sealed: bytes) -> None:
    """Which is why the coverage counts: intact, valid and ours is not enough."""
    changed = painted_over(sealed)
    told = seal_of(changed)

    assert (told["ours"], told["intact"], told["holds"]) == (True, True, False)
    assert told["to"] < len(changed)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_unreadable_or_refused(part: float, sealed: bytes) -> None:
    assert refused(sealed[: int(len(sealed) * part)])


def test_another_root_with_our_names_is_not_trusted(
    sealed: bytes, certificate: Certificate, settings: Settings, tmp_path: Path
) -> None:
    """Intact and valid, and signed by somebody else."""
    IssuerKey.objects.update(active_from=timezone.now(), retired_at=timezone.now())
    settings.KEYS_DIR = tmp_path / "other"
    keys.forget()
    page = drawing.draw(certificate.statement, certificate.seal)
    forged = sealing.finished(
        page.pdf, page.tags, statement=certificate.statement, credential=None, reason="x", name="y"
    )
    theirs = IssuerKey.objects.for_(Purpose.SEAL).get(retired_at=None).certificates
    genuine = [chain for chain in chains() if chain != theirs]
    names = [signing.chain_of(chain)[-1].subject.native for chain in (theirs, genuine[0])]
    assert names[0] == names[1]

    assert seal_of(forged.pdf)["holds"]  # among their own
    told = seal_of(forged.pdf, genuine)

    assert not told["ours"]
    assert not told["holds"]


def test_a_key_that_is_not_in_the_list_of_ours_does_not_count(sealed: bytes) -> None:
    """A compromised key is taken from the list; its chain still leads to our root."""
    assert not seal_of(sealed, [])["holds"]


def test_a_seal_outlives_its_certificate(sealed: bytes) -> None:
    """The chain is judged as of the sealing, so a file does not turn false when the certificate of the key lapses."""
    with time_machine.travel(timezone.now().replace(year=timezone.now().year + 30)):
        assert seal_of(sealed)["holds"]


def test_the_same_words_make_the_same_bytes_up_to_the_seal() -> None:
    pages = [drawing.draw(statement(), WHORL, TOKEN) for _ in range(2)]
    whole = [
        sealing.completed(page.pdf, page.tags, statement=statement(), credential='{"name": "Zoë"}') for page in pages
    ]

    assert pages[0] == pages[1]
    assert whole[0] == whole[1]


@pytest.mark.django_db(transaction=True)
def test_threads_seal_at_once_and_each_gets_its_own(files: Path) -> None:
    keys.active(Purpose.SEAL)
    names = [f"Person Number {number}" for number in range(8)]

    def one(name: str) -> bytes:
        try:
            page = drawing.draw(statement(name), WHORL, TOKEN)
            return sealing.finished(
                page.pdf, page.tags, statement=statement(name), credential=f'"{name}"', reason=name, name="y"
            ).pdf
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(one, names))

    assert len(chains()) == 1
    for name, pdf in zip(names, drawn, strict=True):
        assert seal_of(pdf)["holds"]
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert name in str(opened.docinfo.Title)
            assert opened.attachments["credential.json"].get_file().read_bytes() == f'"{name}"'.encode()


@pytest.fixture
def with_rsa(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.SEAL_KEY_TYPE = "RSA-3072"
    settings.KEYS_DIR = tmp_path / "keys"
    keys.forget()


def test_an_rsa_key_seals_as_well(with_rsa: None, certificate: Certificate, files: Path, tmp_path: Path) -> None:
    pdf = issued(certificate, files)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf)

    assert seal_of(pdf)["holds"]
    assert not refused(pdf)
    assert "Signature is Valid." in said_by("pdfsig", path)
    assert isinstance(keys.active(Purpose.SEAL).private, rsa.RSAPrivateKey)


@pytest.fixture
def stamper(db: None, tmp_path: Path) -> timestamps.DummyTimeStamper:
    """A time stamp service of our own: pyHanko's, with a key and a certificate made for it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = made.Name([made.NameAttribute(made.NameOID.COMMON_NAME, "Clock")])
    certificate = (
        made.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(timezone.now() - timedelta(days=1))
        .not_valid_after(timezone.now() + timedelta(days=9))
        .add_extension(made.KeyUsage(True, True, *[False] * 7), critical=True)
        .add_extension(made.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, SHA256())
    )
    private = load_private_key_from_pemder_data(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase=None
    )
    leaf = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return timestamps.DummyTimeStamper(leaf, private, certs_to_embed=SimpleCertificateStore())  # type: ignore[no-untyped-call]


def test_with_a_time_stamp_service_the_seal_carries_its_token(
    stamper: timestamps.DummyTimeStamper,
    certificate: Certificate,
    files: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.TIME_STAMP_URL = "https://clock.example/"
    monkeypatch.setattr(signing, "_stamper", lambda _url: stamper)

    pdf = issued(certificate, files)

    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [signing.chain_of(chain)[-1] for chain in chains()]
    told = validate_pdf_signature(
        signature,
        ValidationContext(trust_roots=roots, allow_fetching=False),
        ValidationContext(trust_roots=[stamper.tsa_cert], allow_fetching=False),
    )
    assert told.bottom_line
    assert told.timestamp_validity is not None
    assert told.timestamp_validity.valid
    assert told.timestamp_validity.trusted
    assert seal_of(pdf)["holds"]


def test_while_the_time_stamp_service_fails_the_job_tries_again(certificate: Certificate, settings: Settings) -> None:
    settings.TIME_STAMP_URL = "http://127.0.0.1:9/"  # nobody listens there
    job = running.enqueue("draw_certificate", certificate.code, {"certificate_id": certificate.pk})

    running.run(job.pk)

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert not Certificate.objects.get().is_drawn
    settings.TIME_STAMP_URL = ""
    Job.objects.update(due_at=timezone.now())
    running.run(job.pk)
    assert Certificate.objects.get().is_drawn


def summary_words(**changes: Any) -> SummaryWords:
    return SummaryWords(**{
        "title": "Check of 60 certificates",
        "asked_by": "Harbour Clinic, Whitby",
        "moment": "23 November 2026, 20:30 UTC",
        "columns": [Column("Number", 2), Column("Name as typed", 2), Column("State")],
        "rows": [[f"ABCD-{place:04}", f"Person {place}", "valid"] for place in range(60)],
        "footnotes": ["Only the check page says what is true today."],
        **changes,
    })  # fmt: skip


def test_a_report_fills_sheets_with_a_table_and_is_sealed(db: None, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    sealed = sealing.seal(drawing.summary(summary_words()), reason="Check", name="Stipple Academy")
    path.write_bytes(sealed.pdf)

    text = said_by("pdftotext", "-layout", path, "-")
    struct = said_by("pdfinfo", "-struct-text", path)
    assert seal_of(sealed.pdf)["holds"]
    assert len(pikepdf.open(path).pages) == 2
    assert "No syntax" in said_by("qpdf", "--check", path)
    assert all(f"ABCD-{place:04}" in text for place in range(60))
    assert text.count("Name as typed") == 2  # on each sheet for the eye
    assert struct.count('"Name as typed"') == 1  # and once for whoever hears it
    assert struct.count("TR") == 61
    assert "Page 2" in text
    assert "Page 2" not in struct


def test_a_report_prints_whatever_was_typed(db: None, tmp_path: Path) -> None:
    typed = ["王小明 <b>&amp;</b>", "\\n (x) %s {{ y }} \u202e\u0301", "W" * 200]
    path = tmp_path / "a.pdf"
    path.write_bytes(drawing.summary(summary_words(rows=[typed, ["", "ọ̀", "\x00\t"]], title="Ελένη \U0001f642")))

    text = " ".join(said_by("pdftotext", "-layout", path, "-").split())
    assert "??? <b>&amp;</b>" in text
    assert "Ελένη ?" in text
    assert "{{ y }}" in text
    assert "A question mark stands for a letter that cannot be printed here." in text


def test_a_report_of_nothing_is_a_report() -> None:
    assert drawing.summary(summary_words(rows=[])).startswith(b"%PDF-1.7")
