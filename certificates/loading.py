"""The `certificate:` sections of course.yaml and programme.yaml -> achievements."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from certificates.models import Achievement
from certificates.naming import letters
from courses.loading import CourseSource, Marked, Problems, Report, Rows, Source

KEYS = {"title", "validity_months", "areas", "sentences", "current_while"}
MOST_AREAS, MOST_SENTENCES = 12, 6
LONGEST = {"title": 160, "areas": 90, "sentences": 300}
LONGEST_VALIDITY = 120


@dataclass(frozen=True)
class Section:
    """One section, read and checked. `course` is None for the programme's own."""

    course: str | None
    title: str
    validity_months: int
    areas: list[str]
    sentences: list[str]
    current_while: str | None


class CertificateSections:
    """Reads what a certificate is called, how long it lasts and what it says of its own limits."""

    course_keys = frozenset({"certificate"})
    programme_keys = frozenset({"certificate"})

    def read(self, source: Source, problems: Problems) -> list[Section]:
        slugs = {course.slug for course in source}
        found = [
            self._section(section, problems, course=course, default=course.validity_months)
            for course in source
            if (section := course.section("certificate")) is not None
        ]
        for course in source:
            quiz = course.section("quiz")
            practised = quiz is not None and isinstance(quiz.value, dict) and quiz.value.get("behaviour") == "practice"
            if quiz is not None and practised and course.section("certificate") is not None:
                # It never counts, so marking the lessons as studied would earn the certificate.
                words = _("A practice quiz proves nothing, so this course cannot have a certificate.")
                problems.at(quiz, words, "behaviour")
        certified = {section.course for section in found if section}
        if (section := source.section("certificate")) is not None:
            own = self._section(section, problems, course=None, default=None, title=source.title)
            if own and own.current_while is not None and own.current_while not in certified:
                known = own.current_while in slugs
                problems.at(
                    section,
                    _("This course has no certificate.") if known else _("No course has this address."),
                    "current_while",
                )
            found.append(own)
        return [section for section in found if section]

    def _section(
        self, section: Marked, problems: Problems, *, course: CourseSource | None, default: int | None, title: str = ""
    ) -> Section | None:
        if not isinstance(section.value, dict):
            problems.at(section, _("Give a title, areas and sentences under “certificate”."))
            return None
        before = len(problems)
        for key, _child in section.items():
            if key not in KEYS or (key == "current_while" and course):
                problems.at(section, _("“%(key)s” means nothing here.") % {"key": key}, key)
        named = _text(section, "title", problems) or (course.title if course else title)
        months = section.value.get("validity_months", default)
        if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= LONGEST_VALIDITY:
            problems.at(
                section,
                _("Say for how many months it is valid: 1 to %(most)d.") % {"most": LONGEST_VALIDITY},
                "validity_months",
            )
            months = 1
        areas = _texts(section, "areas", MOST_AREAS, problems)
        sentences = _texts(section, "sentences", MOST_SENTENCES, problems)
        if not sentences:
            problems.at(section, _("Say what the certificate does not prove, under “sentences”."), "sentences")
        current_while = section.value.get("current_while")
        if current_while is not None and not isinstance(current_while, str):
            problems.at(section, _("Give the address of a course."), "current_while")
        if len(problems) > before:
            return None
        return Section(course.slug if course else None, named, months, areas, sentences, current_while)

    def write(self, parsed: Any, rows: Rows, report: Report) -> None:
        """Certificates already issued keep their words; these are for the next ones."""
        sections: list[Section] = parsed
        written: dict[str, Achievement] = {}
        for section in sorted(sections, key=lambda section: section.course is None):
            words = {
                "title": section.title,
                "validity_months": section.validity_months,
                "areas": section.areas,
                "sentences": section.sentences,
                "current_while": written.get(section.current_while or ""),
            }
            if section.course is None:
                key: dict[str, Any] = {"programme": rows.programme}
                slug = f"{rows.programme.slug}-competence"
            else:
                key = {"course": rows.courses[section.course]}
                slug = section.course
            achievement = Achievement.objects.filter(**key).first()
            if achievement is None:
                achievement = Achievement.objects.create(slug=slug, **key, **words)
                report.made("certificate", achievement.title)
            elif changed := [name for name, value in words.items() if getattr(achievement, name) != value]:
                for name in changed:
                    setattr(achievement, name, words[name])
                achievement.save(update_fields=changed)
                report.changed("certificate", achievement.title)
            else:
                report.same("certificate")
            written[slug] = achievement


def _text(section: Marked, key: str, problems: Problems, *, path: str = "") -> str:
    value = section.at(path or key).value if path or key in section else ""
    if not isinstance(value, str) or len(value) > LONGEST[key]:
        problems.at(section, _("Give a text of at most %(most)d characters.") % {"most": LONGEST[key]}, path or key)
        return ""
    text = " ".join(value.split())
    if missing := sorted(set(text) - letters()["text"] - letters()["wide"]):
        problems.at(section, _("The certificate cannot print %(signs)s.") % {"signs": " ".join(missing)}, path or key)
    return text


def _texts(section: Marked, key: str, most: int, problems: Problems) -> list[str]:
    listed = section.get(key)
    if listed is None:
        return []
    if not isinstance(listed.value, list) or len(listed.value) > most:
        problems.at(section, _("Give a list of at most %(most)d lines.") % {"most": most}, key)
        return []
    return [
        text for place in range(len(listed.value)) if (text := _text(section, key, problems, path=f"{key}[{place}]"))
    ]
