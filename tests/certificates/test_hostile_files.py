"""A file made to hurt is refused in words within seconds, and the portal goes on as if nothing had been."""

import http.client
import json
import logging
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from pytest_django.live_server_helper import LiveServer

from certificates import issuing
from certificates.examining import REFUSED, Document, Finding, examine, sandbox
from certificates.models import Certificate
from tests.certificates import tampering

ADDRESS = "/check/file/"
SECONDS = 15.0  # a hang, not a speed: the keeper ends a child long before

CATALOGUE = "<< /Type /Catalog /Pages 2 0 R >>"
PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] /Contents 4 0 R /Resources << >> >>"


@pytest.fixture(scope="module", autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    yield
    pid = sandbox.keeper.pid
    sandbox.keeper.stop()
    assert pid is None or not Path(f"/proc/{pid}").exists()


@pytest.fixture
def sealed(certificate: Certificate) -> bytes:
    issuing.draw(certificate)
    certificate.refresh_from_db()
    content = issuing.stored(certificate)
    assert content is not None
    return content


def content_of(stream: bytes, filters: str = "") -> bytes:
    return tampering.by_hand(CATALOGUE, PAGES, PAGE, (f"<< /Length {len(stream)} {filters} >>", stream))


def deep_pages() -> bytes:
    """A tree of pages that counts a thousand million: each branch is the same branch again."""
    kids = " ".join(["4 0 R"] * 1000)
    return tampering.by_hand(
        CATALOGUE,
        "<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>",
        f"<< /Type /Pages /Parent 2 0 R /Kids [{kids}] /Count 1000000 >>",
        f"<< /Type /Pages /Parent 3 0 R /Kids [{' '.join(['5 0 R'] * 1000)}] /Count 1000 >>",
        "<< /Type /Page /Parent 4 0 R /MediaBox [0 0 10 10] >>",
    )


def many_pages() -> bytes:
    sheet = pikepdf.new()
    for _page in range(200):
        sheet.add_blank_page(page_size=(10, 10))
    out = BytesIO()
    sheet.save(out)
    return out.getvalue()


def encrypted(user: str) -> bytes:
    with pikepdf.open(BytesIO(tampering.page_with("Certificate"))) as opened:
        out = BytesIO()
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=user, R=6))
        return out.getvalue()


def circles() -> bytes:
    """Whatever refers to something refers to itself."""
    return tampering.by_hand(
        "<< /Type /Catalog /Pages 2 0 R /AcroForm 1 0 R /Fields [1 0 R] /Kids [1 0 R] /V 1 0 R /FT /Sig >>",
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 /Parent 2 0 R >>",
        "<< /Type /Page /Parent 3 0 R /Contents [3 0 R 4 0 R] /Resources 4 0 R /Annots [3 0 R] >>",
        ("<< /Length 5 /Subtype /Form /Type /XObject /Resources << /XObject << /A 4 0 R >> >> >>", b"/A Do"),
    )


def table_in_circles() -> bytes:
    content = tampering.page_with("Certificate")
    place = content.rindex(b"startxref")
    start = int(content[place + 9 :].split()[0])
    return content[:place].replace(b"trailer\n<<", f"trailer\n<< /Prev {start} ".encode()) + content[place:]


def nested(count: int, opening: bytes, closing: bytes) -> bytes:
    return tampering.by_hand(
        f"<< /Type /Catalog /Pages 2 0 R /A {(opening * count + closing * count).decode()} >>", PAGES, PAGE
    )


def zip_bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("certificate.pdf", b"\0" * 50_000_000)
    return out.getvalue()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    whole = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in whole
    )


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY l0 "ha">{entities}]>'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
        "<openbadges:credential>&l9;</openbadges:credential></svg>"
    ).encode()


def reading_a_file() -> bytes:
    return (
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" '
        b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential>&x;</openbadges:credential></svg>'
    )


def font_without_end() -> bytes:
    ranges = b"".join(b"<%04X> <FFFF> <0041>\n" % n for n in range(5000))
    table = b"5000 beginbfrange\n" + ranges + b"endbfrange"
    page = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    return tampering.by_hand(
        CATALOGUE,
        PAGES,
        page,
        ("<< /Length 23 >>", b"BT /F 12 Tf (abc) Tj ET"),
        "<< /Type /Font /Subtype /Type0 /ToUnicode 6 0 R >>",
        (f"<< /Length {len(table)} >>", table),
    )


ITXT = b"openbadgecredential\0\1\0\0\0"
HOSTILE: dict[str, tuple[Callable[[], bytes], Document]] = {
    "a bomb of one layer": (lambda: tampering.bomb(1, 500), Document.TOO_MUCH),
    "a bomb of three layers": (lambda: tampering.bomb(3, 500), Document.TOO_MUCH),
    "a tree of a thousand million pages": (deep_pages, Document.UNREADABLE),
    "two hundred pages": (many_pages, Document.TOO_MANY_PAGES),
    "an endless run of operators": (lambda: content_of(b"q Q " * 400_000), Document.TOO_MUCH),
    "a font of millions of letters": (font_without_end, Document.TOO_MUCH),
    "locked with a password": (lambda: encrypted("secret"), Document.ENCRYPTED),
    "locked without a password": (lambda: encrypted(""), Document.ENCRYPTED),
    "a zip bomb": (zip_bomb, Document.UNREADABLE),
    "nothing": (lambda: b"", Document.UNREADABLE),
    "only a head": (lambda: b"%PDF-1.7\n", Document.UNREADABLE),
    "too many bytes": (lambda: b"%PDF-1.7\n" + b"x" * 3_000_000, Document.TOO_LARGE),
    "JSON too long": (lambda: b'{"a": "' + b"x" * 300_000 + b'"}', Document.TOO_LARGE),
    "JSON a hundred thousand deep": (lambda: b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", Document.UNREADABLE),
    "JSON a thousand deep": (lambda: b'{"a":' * 900 + b"1" + b"}" * 900, Document.UNREADABLE),
    "a word said twice": (
        lambda: b'{"@context": [], "type": "VerifiableCredential", "id": 1, "id": 2}',
        Document.UNREADABLE,
    ),
    "no number": (lambda: b'{"@context": [], "type": ["VerifiableCredential"], "a": NaN}', Document.UNREADABLE),
    "a number without end": (lambda: b'{"a": ' + b"9" * 100_000 + b"}", Document.UNREADABLE),
    "half a sign": (lambda: b'{"@context": [], "type": ["VerifiableCredential"], "a": "\\ud800"}', Document.UNREADABLE),
    "JSON that is no credential": (lambda: b'{"hello": "world"}', Document.UNREADABLE),
    "a picture without a credential": (lambda: png(), Document.UNREADABLE),
    "a picture with a huge packed chunk": (
        lambda: png((b"iTXt", ITXT + zlib.compress(b"{" * 90_000_000, 9))),
        Document.UNREADABLE,
    ),
    "a picture whose sizes lie": (lambda: png()[:40] + b"\xff\xff\xff\xff" + png()[44:], Document.UNREADABLE),
    "a picture with two credentials": (
        lambda: png(*[(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")] * 2),
        Document.UNREADABLE,
    ),
    "a thousand million laughs": (laughs, Document.UNREADABLE),
    "a picture that reads our files": (reading_a_file, Document.UNREADABLE),
    "a picture nested without end": (lambda: b"<svg>" + b"<g>" * 200_000, Document.UNREADABLE),
}
ODD: dict[str, Callable[[], bytes]] = {
    "everything in circles": circles,
    "a table in circles": table_in_circles,
    "lists in lists": lambda: nested(50_000, b"[", b"]"),
    "books in books": lambda: nested(20_000, b"<</A ", b">>"),
    "a length that lies": lambda: tampering.by_hand(CATALOGUE, PAGES, PAGE, ("<< /Length 999999999 >>", b"BT ET")),
    "a length that asks itself": lambda: tampering.by_hand(CATALOGUE, PAGES, PAGE, ("<< /Length 4 0 R >>", b"BT ET")),
    "numbers instead of things": lambda: tampering.by_hand("1", "2", "3", "4"),
    "a seal of nothing": lambda: tampering.by_hand(
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 >> >>",
        PAGES,
        PAGE,
        ("<< /Length 0 >>", b""),
        "<< /FT /Sig /T (Seal) /V << /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 99999999 9] "
        "/Contents <3003020100> >> >>",
    ),
}


def looked_at(content: bytes) -> Finding:
    began = time.monotonic()
    finding = examine(content)
    assert time.monotonic() - began < SECONDS
    return finding


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name: str, caplog: pytest.LogCaptureFixture) -> None:
    make, wanted = HOSTILE[name]

    with caplog.at_level(logging.WARNING):
        finding = looked_at(make())

    assert finding.document is wanted
    assert finding.problems
    assert not caplog.records


@pytest.mark.django_db
@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_never_ours(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        finding = looked_at(ODD[name]())

    assert finding.document in {*REFUSED, Document.UNSIGNED} - {Document.BUSY}
    assert finding.answer is None
    assert not caplog.records


def test_a_truncated_file_is_never_called_ours(sealed: bytes) -> None:
    for share in (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999):
        finding = looked_at(sealed[: int(len(sealed) * share)])
        assert not finding.is_genuine
        assert finding.document in {Document.UNREADABLE, Document.UNSIGNED, Document.ALTERED}, share


def test_a_file_flipped_at_random_is_never_called_ours(sealed: bytes) -> None:
    chance = random.Random(4)
    start, end = tampering.gap(sealed)
    for _time in range(60):
        place = chance.randrange(len(sealed))
        finding = examine(tampering.bit_flipped(sealed, place))
        assert not finding.is_genuine
        assert finding.document is not Document.SEAL_ONLY or start <= place < end


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    some.sampled_from([b"", b"%PDF-1.7\n", b"{", b"\x89PNG\r\n\x1a\n", b"<svg>", b'{"@context": [], "type": ']),
    some.binary(max_size=4000),
)
def test_any_bytes_are_a_finding(head: bytes, tail: bytes) -> None:
    finding = examine(head + tail)

    assert finding.document in Document
    assert not finding.is_genuine
    json.dumps(finding.describe())


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.django_db
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(some.dictionaries(some.sampled_from(["@context", "type", "id", "issuer", "proof", "credentialSubject"]), JSON))
def test_any_json_is_a_finding(words: dict[str, object]) -> None:
    assert not examine(json.dumps(words).encode()).is_genuine


# --- The page -------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "status"),
    [("a bomb of one layer", 422), ("locked with a password", 422), ("too many bytes", 413), ("nothing", 422)],
)
def test_the_page_says_what_it_is_with_a_status_that_machines_read(client: Client, name: str, status: int) -> None:
    answer = client.post(ADDRESS, {"file": SimpleUploadedFile("certificate.pdf", HOSTILE[name][0]())})

    assert answer.status_code == status
    assert "We cannot say anything about this file" in answer.text or status == 413


@pytest.mark.django_db
def test_what_a_file_says_of_itself_is_shown_as_text(client: Client) -> None:
    number = "<script>alert(1)</script>"
    answer = client.post(ADDRESS, {"file": SimpleUploadedFile(f"{number}.pdf", tampering.page_with(number))})

    assert "<script>alert" not in answer.text


@pytest.mark.django_db
def test_a_body_that_is_no_form_is_asked_again(client: Client) -> None:
    answers = [
        client.post(ADDRESS, b"x", content_type="multipart/form-data; boundary=x"),
        client.post(ADDRESS, b"x", content_type="multipart/form-data"),
        client.post(ADDRESS, b"{}", content_type="application/json"),
    ]

    assert {answer.status_code for answer in answers} <= {400, 422}


# --- The process that opens files ------------------------------------------------------------------
def child_says(code: str) -> str:
    """What a confined process prints after `code`; nothing it needs is loaded but what stands here."""
    program = f"""
import os, sys, socket
sys.path.insert(0, {str(Path.cwd())!r})
from certificates.examining import keeper
keeper.confine()
try:
    {code}
    said = "done"
except BaseException as error:
    said = type(error).__name__
os.write(1, said.encode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    return done.stdout or f"ended by {-done.returncode}"


@pytest.mark.parametrize(
    ("what", "code", "told"),
    [
        ("a file", "open('/etc/hostname')", {"OSError"}),
        ("a file to write", "open('/tmp/x', 'w')", {"OSError"}),
        ("a connection", "socket.socket()", {"OSError"}),
        ("memory", "bytearray(1 << 30)", {"MemoryError"}),
        ("time", "exec('while True: pass')", {"ended by 24", "ended by 9"}),
    ],
)
def test_the_one_that_opens_files_gets(what: str, code: str, told: set[str]) -> None:
    assert child_says(code) in told, what


def test_no_secret_goes_along(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not to be seen")
    sandbox.keeper.stop()
    examine(tampering.page_with("x"))

    assert sandbox.keeper.pid
    assert b"not to be seen" not in Path(f"/proc/{sandbox.keeper.pid}/environ").read_bytes()


def test_it_starts_again_after_it_was_killed(db: None) -> None:
    examine(tampering.page_with("x"))
    before = sandbox.keeper.pid
    assert before
    os.kill(before, signal.SIGKILL)

    finding = examine(tampering.page_with("x"))

    assert finding.document is Document.UNSIGNED
    assert sandbox.keeper.pid != before


def test_more_files_than_places_are_told_to_come_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "QUEUE", 0.05)
    taken = [sandbox._places.acquire(timeout=5) for _place in range(sandbox.AT_ONCE)]
    try:
        finding = examine(tampering.page_with("x"))
    finally:
        for _place in taken:
            sandbox._places.release()

    assert finding.document is Document.BUSY


def test_a_bomb_does_not_hold_up_who_comes_after(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "QUEUE", 2 * SECONDS)
    outcomes: list[str] = []
    bomb = content_of(b"q Q " * 400_000)

    def drop() -> None:
        outcomes.append(sandbox.opened("pdf", bomb, {})["outcome"])

    threads = [threading.Thread(target=drop) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * SECONDS)

    assert outcomes == ["too_much"] * 3
    assert examine(tampering.page_with("x")).document is Document.UNSIGNED


def test_it_goes_when_the_portal_goes() -> None:
    program = f"""
import os, sys
sys.path.insert(0, {str(Path.cwd())!r})
from certificates.examining import sandbox
sandbox.opened("pdf", b"%PDF-1.7", {{}})
print(sandbox.keeper.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    pid = int(done.stdout)

    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]:
        assert time.monotonic() < until
        time.sleep(0.05)


# --- Bodies that are too large ----------------------------------------------------------------------
@pytest.fixture
def server(transactional_db: None) -> Iterator[LiveServer]:
    running = LiveServer("localhost")
    yield running
    running.stop()


def test_two_hundred_megabytes_are_refused_before_they_are_read(server: LiveServer) -> None:
    connection = http.client.HTTPConnection(server.thread.host, server.thread.port, timeout=SECONDS)
    connection.putrequest("POST", ADDRESS)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", "200000000")
    connection.endheaders()
    answer = connection.getresponse()

    assert answer.status == 413
    assert b"too large" in answer.read()
    connection.close()


def test_a_body_without_a_length_is_not_read(server: LiveServer) -> None:
    with socket.create_connection((server.thread.host, server.thread.port), timeout=SECONDS) as connection:
        head = f"POST {ADDRESS} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode())
        answer = connection.recv(65536)

    assert answer.split(b" ", 2)[1] in {b"400", b"403", b"411", b"413", b"422"}


@pytest.mark.parametrize("kind", ["alone", "attached"])
def test_a_number_beyond_all_numbers_in_our_own_credential_is_refused_and_breaks_nothing(
    client: Client, certificate: Certificate, sealed: bytes, kind: str
) -> None:
    content = f'{certificate.credential_text.rstrip()[:-1]}, "score": 1e999}}'.encode()
    if kind == "attached":
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.attachments["credential.json"] = pikepdf.AttachedFileSpec(pdf, content, filename="credential.json")
            file = BytesIO()
            pdf.save(file)
            content = file.getvalue()

    answer = client.post(ADDRESS, {"file": SimpleUploadedFile("x", content)})

    assert answer.status_code in {200, 422}
    assert "credential we issued" not in answer.text
