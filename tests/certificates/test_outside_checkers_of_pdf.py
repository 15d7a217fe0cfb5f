"""What software we did not write says of a file we issued."""

import hashlib
import io
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import pem, x509
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from accounts.models import User
from certificates.models import Certificate
from courses.models import Course
from tests.certificates.conftest import Earn
from tests.certificates.sealed import issued, root_pem, said_by, tool

NAMES = {
    "diacritics": "Łukasz Đặng-Şahin",
    "Yoruba": "Adébáyọ̀ Ẹ̀kọ́",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Анна Ковальчук",
    "Armenian": "Անի Հակոբյան",
    "Georgian": "ნინო ბერიძე",
    "markup": 'A & B <b> "(x)" \\n',
}


@pytest.fixture
def trusting(tmp_path: Path, db: None) -> str:
    """The directory of a browser that trusts our root, as pdfsig reads it."""
    folder = tmp_path / "nss"
    folder.mkdir()
    root = tmp_path / "root.pem"
    root.write_text(root_pem())
    said_by("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")
    said_by("certutil", "-A", "-d", f"sql:{folder}", "-n", "root", "-t", "CT,CT,CT", "-i", root)
    return f"sql:{folder}"


@pytest.fixture
def path(certificate: Certificate, files: Path, tmp_path: Path) -> Path:
    found = tmp_path / "certificate.pdf"
    found.write_bytes(issued(certificate, files))
    return found


def test_pdfsig_says_valid_trusted_and_the_total_document(path: Path, trusting: str) -> None:
    told = said_by("pdfsig", "-nssdir", trusting, path)

    assert "Signature is Valid." in told
    assert "Certificate is Trusted." in told
    assert "Total document signed" in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert told.count("Signature #") == 1


def test_pdfsig_trusts_nobody_else(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    said_by("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")

    told = said_by("pdfsig", "-nssdir", f"sql:{folder}", path)

    assert "Certificate is Trusted." not in told


def test_pyhanko_trusts_it_and_says_the_entire_file_is_covered(path: Path) -> None:
    reader = PdfFileReader(io.BytesIO(path.read_bytes()))  # strict: it forgives nothing
    [signature] = reader.embedded_signatures
    root = x509.Certificate.load(pem.unarmor(root_pem().encode())[2])

    told = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))

    assert told.bottom_line, told.summary()
    assert told.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert told.docmdp_ok
    assert signature.docmdp_level is not None
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert reader.xrefs.total_revisions == 2  # the file, and its seal


def test_qpdf_finds_no_fault(path: Path) -> None:
    assert "No syntax or stream encoding errors found" in said_by("qpdf", "--check", path)


def test_every_font_is_embedded(path: Path) -> None:
    rows = [line.split() for line in said_by("pdffonts", path).splitlines()[2:]]

    assert len(rows) >= 4
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)  # embedded, a subset, with its letters


def test_it_is_read_aloud_in_the_right_order(path: Path, certificate: Certificate) -> None:
    assert "Tagged:          yes" in said_by("pdfinfo", path)
    told = said_by("pdfinfo", "-struct-text", path)
    read = re.findall(r'^\s*"(.+)"$', told, re.MULTILINE)
    words = certificate.statement

    assert read[:5] == ["Stipple Academy", "Certificate", "Tess Trainee", "has passed", words["achievement"]["title"]]
    assert [read[place] for place in (5, 7, 9, 11)] == [
        "Issued",
        "Valid through the end of",
        "Issued by",
        "Certificate number",
    ]
    assert read[12] == certificate.grouped_code
    assert read[13:16] == ["Areas passed", "Hand hygiene", "Sharps"]
    assert read[-2] == "Check it at academy.example/v"
    for kind in ("H1 (block)", "H2 (block)", "Table (block)", "TH:", "TD", "LI (block)", "Figure:"):
        assert kind in told


def test_what_is_copied_comes_in_the_right_order(path: Path) -> None:
    text = " ".join(said_by("pdftotext", "-raw", path, "-").split())
    wanted = ["Tess Trainee", "has passed", "Hygiene and infection control", "Valid through the end of",
              "Certificate number", "Areas passed", "Compare the seal", "Check it online", "Valid only if"]  # fmt: skip

    places = [text.index(words) for words in wanted]

    assert places == sorted(places)
    assert "must match this one dot for dot." in text  # a line's end is not the end of a word


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_in_any_script_is_sealed_and_read_back(
    kind: str, tess: User, hygiene: Course, earn: Earn, files: Path, tmp_path: Path, trusting: str
) -> None:
    tess.name = NAMES[kind]
    path = tmp_path / "a.pdf"
    path.write_bytes(issued(earn(tess, hygiene.achievement), files))

    assert NAMES[kind] in said_by("pdftotext", path, "-")
    assert "Signature is Valid." in said_by("pdfsig", "-nssdir", trusting, path)
    assert NAMES[kind] in str(pikepdf.open(path).docinfo.Title)


def test_the_credential_is_attached_byte_for_byte(path: Path, certificate: Certificate, tmp_path: Path) -> None:
    assert "1: credential.json" in said_by("pdfdetach", "-list", path)
    said_by("pdfdetach", "-save", "1", "-o", tmp_path / "credential.json", path)

    content = (tmp_path / "credential.json").read_bytes()
    drawn = Certificate.objects.get()
    assert content == drawn.credential_text.encode()
    assert hashlib.sha256(content).hexdigest() == drawn.credential_sha256
    with pikepdf.open(path) as pdf:
        [file] = pdf.Root.AF
        assert file.AFRelationship == "/Source"
        assert file.EF.F.Subtype == "/application/ld+json"


@pytest.mark.parametrize("dots_per_inch", [100, 150, 300])
def test_a_phone_reads_both_codes(path: Path, tmp_path: Path, dots_per_inch: int) -> None:
    said_by("pdftoppm", "-r", str(dots_per_inch), "-png", "-singlefile", path, tmp_path / "a")

    read = subprocess.run(
        [tool("zbarimg"), "--quiet", "--raw", tmp_path / "a.png"], capture_output=True, text=True, check=False
    ).stdout.split()

    drawn = Certificate.objects.get()
    address = f"HTTPS://ACADEMY.EXAMPLE/V/{drawn.code}"
    assert sorted(read) == [address, f"{address}/{drawn.token}"]


def test_what_it_says_of_itself_is_said_twice_alike(path: Path, certificate: Certificate) -> None:
    with pikepdf.open(path) as pdf:
        xmp = ET.fromstring(pdf.Root.Metadata.read_bytes())  # noqa: S314  our own bytes
        # Sealing rewrites the simple ones as attributes, which says the same.
        said = {element.tag: element.text for element in xmp.iter()}
        said |= {name: value for element in xmp.iter() for name, value in element.attrib.items()}
        text = {name.rpartition("}")[2]: value or "" for name, value in said.items()}
        info = pdf.docinfo
        assert pdf.Root.Lang == "en-gb"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.MarkInfo.Marked
        assert "/Filter" not in pdf.Root.Metadata
        [intent] = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
        made, changed = str(info.CreationDate), str(info.ModDate)
        assert made == f"D:{certificate.issued_on:%Y%m%d}000000Z"
    assert text["CreateDate"] == f"{certificate.issued_on}T00:00:00Z"
    # Sealing changed it last: the same moment, in the spelling of each.
    assert "".join(filter(str.isdigit, text["ModifyDate"]))[:14] == changed.removeprefix("D:")[:14]
    assert said["{http://www.aiim.org/pdfa/ns/id/}part"] == "3"
    assert said["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
    assert said["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    titles = [element.text for element in xmp.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")]
    assert titles[0] == str(info.Title) == f"{certificate.statement['achievement']['title']} · Tess Trainee"


def test_it_says_when_it_was_sealed(path: Path) -> None:
    reader = PdfFileReader(io.BytesIO(path.read_bytes()))
    [signature] = reader.embedded_signatures

    assert signature.self_reported_timestamp is not None
    assert abs((timezone.now() - signature.self_reported_timestamp).total_seconds()) < 600


def test_nothing_on_the_page_stands_outside_of_its_tags(path: Path) -> None:
    """Every operator that paints is within marked content, and each piece has its element."""
    with pikepdf.open(path) as pdf:
        depth, loose, pieces = 0, [], set()
        for instruction in pikepdf.parse_content_stream(pdf.pages[0]):
            operator = str(instruction.operator)
            if operator in {"BDC", "BMC"}:
                depth += 1
                if operator == "BDC" and "/MCID" in instruction.operands[1]:
                    pieces.add(int(instruction.operands[1]["/MCID"]))
            elif operator == "EMC":
                depth -= 1
            elif not depth and operator in {"Tj", "TJ", "f", "S", "Do", "f*", "B"}:
                loose.append(operator)
        assert (depth, loose) == (0, [])
        [_number, elements] = pdf.Root.StructTreeRoot.ParentTree.Nums
        assert pieces == set(range(len(elements)))
        assert [int(element.K) for element in elements] == sorted(pieces)
        for figure in (element for element in elements if element.S == "/Figure"):
            assert str(figure.Alt)
            assert len(figure.A.BBox) == 4
