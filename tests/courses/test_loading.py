"""A programme folder becomes rows: all of it or nothing, and the same folder twice is the same programme."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from courses import blocks, loading
from courses.loading import LoadError, Problems, Report, Rows, Source
from courses.loading import folder as folder_format
from courses.models import Course, Lesson, LessonVersion, Module, Objective, Programme, Studied
from tests.courses.making import Folder

pytestmark = pytest.mark.django_db


def problems_of(folder: Folder) -> list[str]:
    with pytest.raises(LoadError) as caught:
        loading.load(folder.path)
    assert not Programme.objects.exists()
    return [str(problem) for problem in caught.value.problems]


def only_problem(folder: Folder) -> str:
    (problem,) = problems_of(folder)
    return problem


def test_a_folder_becomes_a_programme(folder: Folder) -> None:
    report = loading.load(folder.path)

    programme = Programme.objects.get(slug="basics")
    hygiene, depth = programme.courses.all()
    assert (hygiene.code, hygiene.slug, hygiene.validity_months) == ("M1", "hygiene", 12)
    assert list(depth.prerequisites.all()) == [hygiene]
    assert [str(lesson) for lesson in Lesson.objects.current().filter(course=hygiene)] == ["Skin", "Hands"]
    assert Objective.objects.get(code="M1.1b").text == "Wash hands"
    assert report.count("made", "lesson version") == 3
    skin = Lesson.objects.get(slug="skin").current
    assert skin is not None
    assert (skin.minutes, skin.objectives, skin.facts) == (12, ["M1.1a"], ["GEN-001"])
    assert [block["id"] for block in skin.blocks] == ["text-1", "note-1"]
    assert "<h2>What the needle does</h2>" in skin.blocks[0]["html"]


def test_loading_it_again_changes_nothing(folder: Folder) -> None:
    loading.load(folder.path)
    before = list(LessonVersion.objects.values())

    report = loading.load(folder.path)

    assert report.is_empty
    assert list(LessonVersion.objects.values()) == before


def test_an_edit_makes_a_new_version_and_leaves_what_was_studied(folder: Folder, tess: User) -> None:
    loading.load(folder.path)
    enrolment = Course.objects.get(slug="hygiene").enrol(tess)
    studied = enrolment.study(Lesson.objects.get(slug="skin"))
    folder.change("hygiene/lessons/01-skin.yaml", "Every dot is a puncture.", "Every single dot is a puncture.")

    report = loading.load(folder.path)

    lesson = Lesson.objects.get(slug="skin")
    assert lesson.current is not None
    assert (lesson.current.number, report.count("made", "lesson version")) == (2, 1)
    kept = Studied.objects.get(pk=studied.pk)
    assert kept.version.number == 1
    assert "Every dot is a puncture." in kept.version.blocks[0]["html"]
    assert enrolment.lessons_left() == 1


def test_a_lesson_that_vanished_is_retired_and_can_come_back(folder: Folder, tess: User) -> None:
    loading.load(folder.path)
    enrolment = Course.objects.get(slug="hygiene").enrol(tess)
    enrolment.study(Lesson.objects.get(slug="hands"))
    file = folder.path / "hygiene/lessons/02-hands.yaml"
    text = file.read_text(encoding="utf-8")
    file.unlink()

    report = loading.load(folder.path)

    assert report.count("retired", "lesson") == 1
    assert Lesson.objects.get(slug="hands").retired
    assert enrolment.studied.count() == 1
    file.write_text(text, encoding="utf-8")
    loading.load(folder.path)
    assert not Lesson.objects.get(slug="hands").retired
    assert LessonVersion.objects.filter(lesson__slug="hands").count() == 1


def test_a_course_that_vanished_is_offered_no_more(folder: Folder) -> None:
    loading.load(folder.path)
    folder.change("programme.yaml", "[hygiene, depth]", "[hygiene]")

    loading.load(folder.path)

    assert Course.objects.get(slug="depth").retired
    assert list(Course.objects.offered().values_list("slug", flat=True)) == ["hygiene"]


def test_courses_can_exchange_their_codes(folder: Folder) -> None:
    loading.load(folder.path)
    folder.change("hygiene/course.yaml", "code: M1", "code: M2")
    folder.change("depth/course.yaml", "code: M2", "code: M1")

    loading.load(folder.path)

    assert dict(Course.objects.values_list("slug", "code")) == {"hygiene": "M2", "depth": "M1"}


def test_modules_group_lessons_and_may_go_again(folder: Folder) -> None:
    plain = (folder.path / "hygiene/course.yaml").read_text(encoding="utf-8")
    folder.write(
        "hygiene/course.yaml",
        plain + "modules:\n- {title: First, lessons: [skin]}\n- {title: Second, lessons: [hands]}\n",
    )
    loading.load(folder.path)
    assert [str(lesson.module) for lesson in Lesson.objects.current().filter(course__slug="hygiene")] == [
        "First",
        "Second",
    ]

    folder.write("hygiene/course.yaml", plain)
    loading.load(folder.path)

    assert list(Module.objects.filter(course__slug="hygiene").values_list("title", flat=True)) == ["Hygiene"]


def test_a_dry_run_says_what_would_happen_and_does_nothing(folder: Folder) -> None:
    report = loading.load(folder.path, dry_run=True)

    assert report.count("made", "course") == 2
    assert not Programme.objects.exists()


def test_every_problem_is_named_with_its_file_and_line(folder: Folder) -> None:
    folder.change("hygiene/course.yaml", "validity_months: 12", "validity_months: a year\ncolour: red")
    folder.change("hygiene/lessons/01-skin.yaml", "[M1.1a]", "[M1.1a, M9.9z]")
    folder.change("hygiene/lessons/01-skin.yaml", "tone: safety", "tone: loud")
    folder.change("depth/lessons/01-layers.yaml", "[Dermis, thick]", "[Dermis]")

    assert problems_of(folder) == [
        "depth/lessons/01-layers.yaml:9: comparison: This row has 1 cells; there are 2 columns.",
        "hygiene/course.yaml:5: validity_months: Expected a whole number from 1 to 120.",
        "hygiene/course.yaml:6: Unknown key “colour”. Known: code, modules, objectives, prerequisites, slug, summary, "
        "title, validity_months.",
        "hygiene/lessons/01-skin.yaml:4: There is no objective “M9.9z” in this course.",
        "hygiene/lessons/01-skin.yaml:12: note: The tone is one of: clinic, safety, tip.",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("programme.yaml", "title: Basics", "title: [", "flow sequence that begins on line 2."),
        ("programme.yaml", "slug: basics", "slug: Not a slug", "programme.yaml:1: slug: “Not a slug” should look"),
        ("programme.yaml", "hygiene, depth", "hygiene, hygiene", "programme.yaml:4: courses: “hygiene” is listed"),
        ("programme.yaml", "hygiene, depth", "../hygiene, depth", "programme.yaml:4: courses: “../hygiene”"),
        ("programme.yaml", "hygiene, depth", "hygiene, colour", "colour/course.yaml:1: This file is missing."),
        ("depth/course.yaml", "code: M2", "code: M1", "depth/course.yaml:1: Another course has the code “M1”"),
        ("depth/course.yaml", "[hygiene]", "[colour]", "depth/course.yaml:4: prerequisites: There is no course"),
        ("depth/course.yaml", "M2.1a: Name", "M1.1a: Name", "Another course has the objective “M1.1a” too."),
        ("depth/course.yaml", "title: Depth", "title: Depth\ntitle: Deep", "depth/course.yaml:3: “title” is given"),
        ("depth/course.yaml", "title: Depth", "titel: Depth", "depth/course.yaml:2: Unknown key “titel”"),
        ("depth/course.yaml", "title: Depth", "title:", "depth/course.yaml:2: “title” is missing."),
        ("hygiene/lessons/02-hands.yaml", "minutes: 8", "minutes: 99999", "02-hands.yaml:3: minutes: Expected a whole"),
        ("hygiene/lessons/02-hands.yaml", "minutes: 8", "minutes: true", "02-hands.yaml:3: minutes: Expected a whole"),
        ("hygiene/lessons/02-hands.yaml", "- steps:", "- stairs:", "02-hands.yaml:6: stairs: There is no block"),
        ("hygiene/lessons/02-hands.yaml", "items: [Wet, Soap, Rinse]", "items: Wet", "8: steps: Expected a list."),
        ("hygiene/lessons/02-hands.yaml", "title: Wash", "title: Wash\n    id: No Id", "8: An id is made of small"),
        ("hygiene/lessons/01-skin.yaml", "## What", "# What", "01-skin.yaml:7: text: Headings start at ##"),
        ("hygiene/lessons/01-skin.yaml", "[GEN-001]", "[gen 1]", "01-skin.yaml:5: facts: “gen 1” should look"),
        ("hygiene/lessons/01-skin.yaml", "title: Skin", "title: &a Skin", "01-skin.yaml:1: Write it out again"),
        ("hygiene/lessons/01-skin.yaml", "title: Skin", "title: !!python/name:os.system x", "skin.yaml:1: Tags such"),
        ("hygiene/lessons/01-skin.yaml", "minutes: 12", "minutes: " + "9" * 40, "01-skin.yaml:3: This number has too"),
        ("hygiene/lessons/01-skin.yaml", "title: Skin", 'title: "a\\0b"', "skin.yaml:1: A character in this text can"),
        ("hygiene/lessons/01-skin.yaml", "title: Skin", "title: " + "[" * 60 + "]" * 60, "More than 40 levels deep"),
        ("hygiene/lessons/01-skin.yaml", "title: Skin", "title: " + "x" * 200, "title: Longer than 140 characters."),
    ],
)  # fmt: skip
def test_a_broken_folder_loads_nothing_and_says_where(
    folder: Folder, file: str, old: str, new: str, problem: str
) -> None:
    folder.change(file, old, new)

    assert problem in "\n".join(problems_of(folder))


def test_prerequisites_may_not_go_round_in_a_circle(folder: Folder) -> None:
    folder.change("hygiene/course.yaml", "prerequisites: []", "prerequisites: [depth]")

    assert "each ask for the other first" in "\n".join(problems_of(folder))


def test_two_lessons_may_not_share_a_number_or_a_slug(folder: Folder) -> None:
    text = (folder.path / "hygiene/lessons/01-skin.yaml").read_text(encoding="utf-8")
    folder.write("hygiene/lessons/02-skin.yaml", text)

    found = "\n".join(problems_of(folder))

    assert "hygiene/lessons/02-skin.yaml:1: Another lesson has the number 02 too." in found
    assert "hygiene/lessons/02-skin.yaml:1: Another lesson of this course has the slug “skin” too." in found


def test_a_figure_must_exist(folder: Folder) -> None:
    folder.change(
        "hygiene/lessons/01-skin.yaml",
        "- note:",
        "- plate: {figure: no-such-figure, alt: A drawing}\n- plate: {figure: ../../base, alt: A drawing}\n- note:",
    )

    assert problems_of(folder) == [
        "hygiene/lessons/01-skin.yaml:11: plate: There is no figure “no-such-figure”.",
        "hygiene/lessons/01-skin.yaml:12: plate: There is no figure “../../base”.",
    ]


def test_links_are_not_followed(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("title: Secret\n", encoding="utf-8")
    (folder.path / "hygiene/lessons/03-secret.yaml").symlink_to(secret)
    (folder.path / "depth/lessons").rename(tmp_path / "elsewhere")
    (folder.path / "depth/lessons").symlink_to(tmp_path / "elsewhere")

    found = "\n".join(problems_of(folder))

    assert "hygiene/lessons/03-secret.yaml:1: Links are not followed." in found
    assert "depth/lessons:1: Links are not followed." in found


def test_a_huge_file_is_not_read(folder: Folder) -> None:
    folder.write("depth/lessons/01-layers.yaml", "#" * 2_000_001)

    assert "depth/lessons/01-layers.yaml:1: This file is larger than 2 MB." in only_problem(folder)


def test_a_file_that_is_not_text_is_named_with_its_line(folder: Folder) -> None:
    (folder.path / "depth/lessons/01-layers.yaml").write_bytes(b"title: Layers\nsummary: \xff\xfe\n")

    assert only_problem(folder) == "depth/lessons/01-layers.yaml:2: This file is not UTF-8 text."


def test_a_control_sign_is_named_with_its_line(folder: Folder) -> None:
    (folder.path / "depth/lessons/01-layers.yaml").write_bytes(b"title: Layers\nsummary: \x07\n")

    assert only_problem(folder) == "depth/lessons/01-layers.yaml:2: There is a control character in this file."


def test_words_that_look_like_something_else_stay_words(folder: Folder) -> None:
    folder.change("hygiene/lessons/02-hands.yaml", "[Wet, Soap, Rinse]", "[no, 1:30, 2026-11-23, 010]")

    loading.load(folder.path)

    version = Lesson.objects.get(slug="hands").current
    assert version is not None
    assert version.blocks[0]["items"] == ["no", "1:30", "2026-11-23", "10"]


def test_a_missing_folder_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="There is no such folder"):
        loading.load(tmp_path / "nowhere")


def test_a_slug_of_another_programme_is_refused(folder: Folder) -> None:
    loading.load(folder.path)
    folder.change("programme.yaml", "slug: basics", "slug: second")

    with pytest.raises(LoadError, match=r"hygiene/course.yaml:1: A course of another programme has the slug"):
        loading.load(folder.path)

    assert list(Programme.objects.values_list("slug", flat=True)) == ["basics"]


class Fees:
    """A part of a higher floor, as the tests of this floor see one."""

    course_keys = frozenset({"fee"})
    programme_keys = frozenset[str]()

    def read(self, source: Source, problems: Problems) -> Any:
        fees = {course.slug: course.section("fee") for course in source}
        for fee in fees.values():
            if fee is not None and not isinstance(fee.value, int):
                problems.at(fee, "A fee is a number.")
        return {slug: fee.value for slug, fee in fees.items() if fee}

    def write(self, parsed: Any, rows: Rows, report: Report) -> None:
        for slug, fee in parsed.items():
            if fee > 100:
                raise LoadError([])
            report.made("fee", rows.courses[slug].slug)


def test_a_part_of_a_higher_floor_joins_the_same_transaction(folder: Folder) -> None:
    loading.register(Fees())
    folder.change("depth/course.yaml", "code: M2", "code: M2\nfee: many")
    assert only_problem(folder) == "depth/course.yaml:2: A fee is a number."

    folder.change("depth/course.yaml", "fee: many", "fee: 500")
    with pytest.raises(LoadError):
        loading.load(folder.path)
    assert not Programme.objects.exists()

    folder.change("depth/course.yaml", "fee: 500", "fee: 50")
    assert loading.load(folder.path).count("made", "fee") == 1


def test_the_command_lists_what_is_wrong_and_fails(folder: Folder) -> None:
    folder.change("depth/course.yaml", "[hygiene]", "[colour]")
    err = StringIO()

    with pytest.raises(SystemExit) as left:
        call_command("load_programme", folder.path, stderr=err)

    assert left.value.code == 1
    assert "depth/course.yaml:4: prerequisites" in err.getvalue()
    assert "Nothing was loaded." in err.getvalue()


def test_the_command_says_what_it_did(folder: Folder) -> None:
    out = StringIO()

    call_command("load_programme", folder.path, stdout=out)
    call_command("load_programme", folder.path, stdout=out)

    assert "made 3 × lesson version" in out.getvalue()
    assert "Nothing had changed." in out.getvalue()


def test_the_page_about_the_format_names_every_key_and_block() -> None:
    page = (Path(loading.__file__).parent.parent / "programmes" / "README.md").read_text(encoding="utf-8")

    for key in folder_format.PROGRAMME_KEYS | folder_format.COURSE_KEYS | folder_format.LESSON_KEYS:
        assert f"`{key}`" in page
    for kind in blocks.kinds():
        assert f"- {kind}:" in page
