"""veraPDF, the validator of the standards' own association, finds that our files keep to PDF/A-3 and PDF/UA-1."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings

from accounts.models import User
from certificates import drawing, sealing
from courses.models import Course
from tests.certificates.conforming import lacks
from tests.certificates.conftest import Earn
from tests.certificates.sealed import issued, tool
from tests.certificates.test_drawing import WHORL, statement
from tests.certificates.test_outside_checkers_of_pdf import NAMES
from tests.certificates.test_sealing import TOKEN, summary_words

KEPT: dict[str, list[str]] = {"PDF/A-3a": [], "PDF/UA-1": []}


def judged(*paths: Path) -> list[dict[str, list[str]]]:
    tool("java")
    if lacks():
        pytest.skip(lacks())
    asked = [sys.executable, "-m", "tests.certificates.conforming", *map(str, paths)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=settings.BASE_DIR)
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return [told[str(path)] for path in paths]


def test_sealed_certificates_keep_to_both_standards_whatever_the_name(
    hygiene: Course, earn: Earn, files: Path, tmp_path: Path
) -> None:
    paths = []
    for place, name in enumerate(NAMES.values()):
        holder = User.objects.create(email=f"holder{place}@example.com", name=name)
        paths.append(tmp_path / f"{place}.pdf")
        paths[-1].write_bytes(issued(earn(holder, hygiene.achievement), files))

    assert judged(*paths) == [KEPT] * len(NAMES)


def test_sealed_reports_do_so_too(db: None, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(sealing.seal(drawing.summary(summary_words()), reason="Check", name="Stipple Academy").pdf)

    assert judged(path) == [KEPT]


def test_a_page_that_lacks_something_does_not(db: None, tmp_path: Path) -> None:
    bare, mute = tmp_path / "bare.pdf", tmp_path / "mute.pdf"
    page = drawing.draw(statement(), WHORL, TOKEN)
    bare.write_bytes(page.pdf)
    whole = sealing.completed(page.pdf, page.tags, statement=statement(), credential=None)
    with pikepdf.open(BytesIO(whole)) as pdf:
        del pdf.Root.StructTreeRoot
        pdf.save(mute)

    of_bare, of_mute = judged(bare, mute)

    assert of_bare["PDF/A-3a"]
    assert of_bare["PDF/UA-1"]
    assert of_mute["PDF/UA-1"]
