"""The paper carries every letter of a name, or the name is refused."""

import hashlib
import io
import json
import shutil
import subprocess
import tomllib
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.exceptions import ValidationError

from certificates import drawing, naming
from certificates.naming import FACES, Unprintable, printable

WHORL = hashlib.sha256(b"a seal").digest()


def statement(name: str = "Maya Okafor", **changes: Any) -> dict[str, Any]:
    return {
        "locale": "en-gb",
        "code": "ZM9585DAX5VCVQ0V",
        "holder": {"name": name},
        "issuer": {"name": "Stipple Academy", "place": "Leeds"},
        "achievement": {"kind": "course", "slug": "hygiene", "title": "Hygiene and infection control"},
        "issued_on": "2026-11-23",
        "expires_on": "2027-11-23",
        "areas": ["Hand hygiene", "Sharps and exposure incidents"],
        "sentences": ["It is neither a licence nor proof of practical skill."],
        "check_at": "HTTPS://ACADEMY.EXAMPLE/V/ZM9585DAX5VCVQ0V",
        "check_in_words": "academy.example/v",
        **changes,
    }


def text_of(pdf: bytes) -> str:
    return " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize(
    "name",
    [
        "Maya Okafor",
        "A & B <b>",
        '<img src="file:///etc/passwd">',
        "%(name)s {{ name }} \\n (Jo) [x]",
        "Łukasz Şahin",
        "Đặng Thị Hương",
        "Ọlá Ṣadé",
        "Ελένη Παπαδοπούλου",
        "Анна Ковальчук",
        "Անի Հակոբյան",
        "ნინო ბერიძე",
        "Zoë O’Neill-Núñez",
    ],
)
def test_a_name_prints_letter_for_letter(name: str) -> None:
    pdf = drawing.draw(statement(name), WHORL).pdf

    assert " ".join(name.split()) in text_of(pdf)


@pytest.mark.parametrize("name", ["Adébáyọ̀ Ẹ̀kọ́", "É̩gbẹ́ Ọ̀ṣun", "Mǹtọ̀ " + "Ọ̀" * 30])
def test_a_loose_mark_stands_on_its_letter(name: str, tmp_path: Path) -> None:
    name = naming.spelt(name)
    naming.check(name)
    path = tmp_path / "a.pdf"
    path.write_bytes(drawing.draw(statement(name), WHORL).pdf)

    read = subprocess.run([tool("pdftotext"), path, "-"], capture_output=True, text=True, check=True).stdout

    assert name.replace(" ", "") in unicodedata.normalize("NFC", "".join(read.split()))


def test_all_that_a_checker_compares_is_on_the_paper() -> None:
    text = text_of(drawing.draw(statement(), WHORL).pdf)

    for words in (
        "Hygiene and infection control",
        "23 November 2026",
        "23 November 2027",
        "ZM95-85DA-X5VC-VQ0V",
        "Stipple Academy, Leeds",
        "Hand hygiene",
        "It is neither a licence nor proof of practical skill.",
        "academy.example/v",
        "Valid only if the check page says so",
    ):
        assert words in text


@pytest.mark.parametrize(
    "name",
    [
        "محمد علي",
        "दीपा",
        "王小明",
        "Jo 🙂",
        "Ade\u0301\u0329\u030d",
        "김민준",
        "דוד",
        "\u0301Ada",
        "Ada \u0301",
        "Анна\u0323",
    ],
)
def test_a_name_no_face_can_set_is_refused_by_name_and_by_drawing(name: str) -> None:
    missing = printable(name)

    assert missing
    with pytest.raises(ValidationError, match="cannot print"):
        naming.check(name)
    with pytest.raises(Unprintable):
        drawing.draw(statement(name), WHORL)


def test_a_refusal_names_the_letters() -> None:
    with pytest.raises(ValidationError) as refused:
        naming.check("Jo 🙂")

    assert "🙂" in refused.value.messages[0]


def test_the_same_words_make_the_same_bytes() -> None:
    first = drawing.draw(statement(), WHORL).pdf
    drawing.draw(statement("Somebody Else"), WHORL)

    assert drawing.draw(statement(), WHORL).pdf == first
    assert drawing.draw(statement(), hashlib.sha256(b"another").digest()).pdf != first


def test_threads_draw_one_after_the_other_and_alike() -> None:
    expected = [drawing.draw(statement(f"Person {number}"), WHORL).pdf for number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda number: drawing.draw(statement(f"Person {number % 4}"), WHORL).pdf, range(24)))

    assert all(pdf == expected[number % 4] for number, pdf in enumerate(drawn))


@pytest.mark.parametrize(
    "name", ["W" * 80, "Maximiliana Konstantinopolitanska-Featherstonehaugh von und zu Hohenlohe", "J"]
)
def test_a_long_name_is_set_whole_on_one_page(name: str) -> None:
    pdf = drawing.draw(statement(name), WHORL).pdf

    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    assert name.replace(" ", "") in text_of(pdf).replace(" ", "")


def test_many_areas_and_sentences_still_fit() -> None:
    crowded = statement(
        areas=[f"Area number {n} with a rather long title" for n in range(12)], sentences=["Long " * 60] * 3
    )

    text = text_of(drawing.draw(crowded, WHORL).pdf)

    assert "Area number 11" in text


def test_every_face_is_embedded(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(drawing.draw(statement("Анна Müller"), WHORL).pdf)

    shown = subprocess.run([tool("pdffonts"), path], capture_output=True, text=True, check=True).stdout

    rows = [line.split() for line in shown.splitlines()[2:]]
    assert len(rows) >= 5
    assert all(row[-5] == "yes" for row in rows), shown
    assert "Helvetica" not in shown


def test_the_file_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(drawing.draw(statement(), WHORL).pdf)

    assert (
        "No syntax"
        in subprocess.run([tool("qpdf"), "--check", path], capture_output=True, text=True, check=True).stdout
    )


def test_a_phone_reads_the_code(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(drawing.draw(statement(), WHORL).pdf)
    subprocess.run([tool("pdftoppm"), "-r", "120", "-png", "-singlefile", path, tmp_path / "a"], check=True)

    read = subprocess.run(
        [tool("zbarimg"), "--quiet", "--raw", tmp_path / "a.png"], capture_output=True, text=True, check=False
    )

    assert read.stdout.strip() == statement()["check_at"]


def test_the_faces_are_the_ones_that_were_built() -> None:
    recorded = tomllib.loads((FACES / "FACES.toml").read_text())
    faces = {face: values for face, values in recorded.items() if isinstance(values, dict)}

    assert (
        set(faces)
        == {path.stem for path in FACES.glob("*.ttf")}
        == set(json.loads((FACES / "letters.json").read_text()))
    )
    for face, values in faces.items():
        assert hashlib.sha256((FACES / f"{face}.ttf").read_bytes()).hexdigest() == values["sha256"]
        assert (FACES / f"LICENSE-{values['package']}.txt").exists()
