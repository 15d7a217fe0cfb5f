"""What a certificate says comes with the programme folder, and every mistake in it has a line."""

from typing import Any

import pytest

from accounts.models import User
from certificates.loading import CertificateSections
from certificates.models import Achievement, Certificate
from courses.loading import CourseSource, Problems, Report, Rows, Source
from courses.models import Course
from courses.yaml_marks import read_text
from tests.certificates.conftest import Earn

COURSE = """
certificate:
  title: Clean hands
  areas: [Hand hygiene, Sharps]
  sentences: ["It proves no practical skill."]
"""
PROGRAMME = """
certificate:
  title: Competence
  validity_months: 24
  current_while: clean
  sentences: ["It proves no practical skill."]
"""


def source(course: str = COURSE, programme: str = PROGRAMME) -> tuple[Source, Problems]:
    problems = Problems()
    marked = read_text(course, "clean/course.yaml")
    own = CourseSource("clean", "clean", "M1", "Hygiene", "", 0, 12, [], {}, [], [], marked)
    found = Source(None, problems, "theory", "Theory", marked=read_text(programme, "programme.yaml"), courses=[own])  # type: ignore[arg-type]
    return found, problems


def load(rows: Rows, **texts: str) -> Report:
    found, problems = source(**texts)
    part, report = CertificateSections(), Report()
    parsed = part.read(found, problems)
    assert problems == []
    part.write(parsed, rows, report)
    return report


@pytest.fixture
def rows(hygiene: Course) -> Rows:
    Achievement.objects.all().delete()
    return Rows(hygiene.programme, courses={"clean": hygiene})


def test_sections_become_achievements_once(rows: Rows) -> None:
    first, second = load(rows), load(rows)

    course, programme = Achievement.objects.order_by("pk")
    assert (course.title, course.validity_months, course.areas) == ("Clean hands", 12, ["Hand hygiene", "Sharps"])
    assert (programme.programme, programme.current_while, programme.validity_months) == (rows.programme, course, 24)
    assert first.count("made", "certificate") == 2
    assert second.is_empty


def test_an_edit_is_for_the_next_certificate(rows: Rows, tess: User, earn: Earn) -> None:
    load(rows)
    issued = earn(tess, Achievement.objects.get(slug="clean"))

    report = load(rows, course=COURSE.replace("Clean hands", "Cleaner hands"))

    assert report.count("changed", "certificate") == 1
    assert Achievement.objects.get(slug="clean").title == "Cleaner hands"
    assert Certificate.objects.get(pk=issued.pk).statement["achievement"]["title"] == "Clean hands"


@pytest.mark.parametrize(
    ("texts", "file", "line"),
    [
        ({"course": COURSE + "  colour: red\n"}, "clean/course.yaml", 6),
        ({"course": COURSE + "  current_while: clean\n"}, "clean/course.yaml", 6),
        ({"course": COURSE + "  validity_months: 0\n"}, "clean/course.yaml", 6),
        ({"course": COURSE + "  validity_months: true\n"}, "clean/course.yaml", 6),
        ({"course": COURSE.replace("Sharps", "王")}, "clean/course.yaml", 4),
        ({"course": COURSE.replace("Clean hands", "x" * 161)}, "clean/course.yaml", 3),
        ({"course": COURSE.replace('["It proves no practical skill."]', "[]")}, "clean/course.yaml", 5),
        ({"course": COURSE.replace("[Hand hygiene, Sharps]", "Hand hygiene")}, "clean/course.yaml", 4),
        ({"course": COURSE.replace("Sharps", "7")}, "clean/course.yaml", 4),
        ({"course": COURSE + "quiz:\n  behaviour: practice\n"}, "clean/course.yaml", 7),
        ({"course": "certificate: yes please\n"}, "clean/course.yaml", 1),
        ({"programme": PROGRAMME.replace("clean", "dirty")}, "programme.yaml", 5),
        ({"programme": PROGRAMME.replace("clean", "[a]")}, "programme.yaml", 5),
        ({"programme": PROGRAMME.replace("24", "lots")}, "programme.yaml", 4),
        ({"course": "title: x\n"}, "programme.yaml", 5),
    ],
)
def test_a_mistake_has_a_file_and_a_line(texts: dict[str, Any], file: str, line: int) -> None:
    found, problems = source(**texts)

    CertificateSections().read(found, problems)

    assert (file, line) in {(problem.file, problem.line) for problem in problems}
