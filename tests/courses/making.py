"""Courses and programme folders for tests: small, and true to the format."""

from pathlib import Path
from textwrap import dedent

from courses.models import Course, Lesson, Module, Programme
from courses.models.lessons import Content


def make_programme(slug: str = "basics", title: str = "Basics") -> Programme:
    return Programme.objects.create(slug=slug, title=title, summary="What comes first.")


def make_course(
    slug: str = "hygiene", *, code: str = "M1", lessons: int = 3, programme: Programme | None = None
) -> Course:
    """A course with short lessons, all published."""
    programme = programme or Programme.objects.filter(slug="basics").first() or make_programme()
    course = Course.objects.create(
        programme=programme,
        code=code,
        slug=slug,
        title=slug.capitalize(),
        summary=f"About {slug}.",
        position=programme.courses.count() + 1,
        validity_months=12,
    )
    module = Module.objects.create(course=course, title=course.title)
    for number in range(1, lessons + 1):
        add_lesson(module, number)
    return course


def add_lesson(module: Module, number: int, words: str = "Clean hands.") -> Lesson:
    lesson = Lesson.objects.create(course=module.course, module=module, slug=f"lesson-{number}", position=number)
    lesson.publish(content(f"Lesson {number}", words))
    return lesson


def content(title: str = "Hand hygiene", words: str = "Clean hands.") -> Content:
    return Content(
        title=title,
        summary="Hands first.",
        minutes=10,
        objectives=["M1.1a"],
        facts=[],
        blocks=[
            {"kind": "text", "id": "text-1", "html": f"<h2>Why</h2>\n<p>{words}</p>"},
            {"kind": "note", "id": "note-1", "tone": "safety", "title": "Mind", "html": "<p>Gloves are not hands.</p>"},
        ],
    )


FILES = {
    "programme.yaml": """
        slug: basics
        title: Basics
        summary: What comes first.
        courses: [hygiene, depth]
        """,
    "hygiene/course.yaml": """
        code: M1
        title: Hygiene
        summary: Clean work.
        prerequisites: []
        validity_months: 12
        objectives:
          M1.1a: Explain what a dot does to the skin
          M1.1b: Wash hands
        """,
    "hygiene/lessons/01-skin.yaml": """
        title: Skin
        summary: What the needle opens.
        minutes: 12
        objectives: [M1.1a]
        facts: [GEN-001]
        blocks:
        - text: |
            ## What the needle does

            Every dot is a puncture.
        - note:
            tone: safety
            title: Dry does not mean dead
            text: Wipe it off.
        """,
    "hygiene/lessons/02-hands.yaml": """
        title: Hands
        summary: Water, soap, time.
        minutes: 8
        objectives: [M1.1b]
        blocks:
        - steps:
            title: Wash
            items: [Wet, Soap, Rinse]
        """,
    "depth/course.yaml": """
        code: M2
        title: Depth
        summary: How deep.
        prerequisites: [hygiene]
        validity_months: 24
        objectives: {M2.1a: Name the layers}
        """,
    "depth/lessons/01-layers.yaml": """
        title: Layers
        summary: From the surface down.
        minutes: 15
        objectives: [M2.1a]
        blocks:
        - comparison:
            title: Two layers
            columns: ["", "Depth"]
            rows: [[Epidermis, thin], [Dermis, thick]]
        """,
}


class Folder:
    """A programme folder on disk that a test can spoil file by file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
