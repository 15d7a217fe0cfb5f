"""Reads a programme folder into a Source, noting everything that is wrong with file and line."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from courses import blocks
from courses.block_kinds import list_at, mapping_at, words_at
from courses.blocks import BLOCK_ID, BlockError
from courses.loading.source import CourseSource, LessonSource, Source
from courses.yaml_marks import Marked, Problems

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,11}")
OBJECTIVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")
FACT = re.compile(r"[A-Z]{2,6}-\d{3,4}")
LESSON_FILE = re.compile(r"(\d{1,4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.yaml")
LONGEST_SLUG, LONGEST_TITLE, LONGEST_SUMMARY = 60, 140, 2_000
MOST_MINUTES, MOST_MONTHS = 600, 120

PROGRAMME_KEYS = {"slug", "title", "summary", "position", "courses"}
COURSE_KEYS = {"code", "slug", "title", "summary", "prerequisites", "validity_months", "objectives", "modules"}
LESSON_KEYS = {"slug", "title", "summary", "minutes", "objectives", "facts", "blocks"}


class Keys:
    """The keys of one mapping, each read once; what is wrong is noted where it stands and a blank value returned."""

    def __init__(self, marked: Marked, problems: Problems, known: set[str]) -> None:
        self.marked, self.problems = marked, problems
        for name, value in marked.items():
            if name not in known:
                problems.at(value, f"Unknown key “{name}”. Known: {', '.join(sorted(known))}.")

    def _value(self, name: str, default: Any) -> tuple[Any, Marked | None]:
        found = self.marked.get(name)
        if found is None or found.value is None:
            if default is ...:
                self.problems.at(found or self.marked, f"“{name}” is missing.")
            return default, None
        return found.value, found

    def checked(self, name: str, check: Callable[[Any, str], Any], blank: Any, *, default: Any = ...) -> Any:
        value, found = self._value(name, default)
        if found is None:
            return blank if value is ... else value
        try:
            return check(value, "")
        except BlockError as error:
            self.problems.at(found, f"{name}: {error.message}", error.path)
            return blank

    def text(self, name: str, longest: int, *, default: Any = ...) -> str:
        return str(self.checked(name, lambda value, path: words_at(value, path, longest=longest), "", default=default))

    def matching(self, name: str, pattern: re.Pattern[str], example: str, *, default: Any = ...) -> str:
        return str(self.checked(name, partial(_matching, pattern=pattern, example=example), "", default=default))

    def number(self, name: str, least: int, most: int, *, default: Any = ...) -> Any:
        return self.checked(name, lambda value, path: _number(value, path, least, most), least, default=default)

    def listed(self, name: str, pattern: re.Pattern[str], example: str, *, least: int, default: Any = ...) -> list[str]:
        entry = partial(_matching, pattern=pattern, example=example)
        check = partial(list_at, each=entry, least=least)
        found: list[str] = self.checked(name, check, [], default=default)
        for index, value in enumerate(found):
            if value in found[:index]:
                self.problems.at(self.marked[name], f"{name}: “{value}” is listed twice.", f"[{index}]")
        return list(dict.fromkeys(found))


def _matching(value: Any, path: str, pattern: re.Pattern[str], example: str) -> str:
    text = words_at(value, path, longest=LONGEST_SLUG)
    if not pattern.fullmatch(text):
        raise BlockError(f"“{text}” should look like {example}.", path)
    return text


def _number(value: Any, path: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BlockError(f"Expected a whole number from {least} to {most}.", path)
    return value


def _mapping(marked: Marked, problems: Problems) -> bool:
    if isinstance(marked.value, Mapping):
        return True
    problems.at(marked, "Expected keys and values, as in “title: Hygiene”.")
    return False


def read_source(
    folder: Path, problems: Problems, *, course_keys: frozenset[str], programme_keys: frozenset[str]
) -> Source:
    """The whole folder. Where something is wrong the rest is still read, so that one run names every problem."""
    source = Source(folder=folder, problems=problems)
    if not folder.is_dir():
        problems.within(str(folder), "There is no such folder.")
        return source
    marked = source.node("programme.yaml")
    if marked is None or not _mapping(marked, problems):
        return source
    keys = Keys(marked, problems, PROGRAMME_KEYS | programme_keys)
    source.marked = marked
    source.slug = keys.matching("slug", SLUG, "smp-basics")
    source.title = keys.text("title", LONGEST_TITLE)
    source.summary = keys.text("summary", LONGEST_SUMMARY, default="")
    source.position = keys.number("position", 0, 9_999, default=0)
    for position, name in enumerate(keys.listed("courses", SLUG, "a folder name such as hygiene", least=1), start=1):
        if course := _read_course(source, name, position, course_keys):
            source.courses.append(course)
    _check_across(source)
    return source


def _read_course(source: Source, folder: str, position: int, extra: frozenset[str]) -> CourseSource | None:
    problems = source.problems
    marked = source.node(f"{folder}/course.yaml")
    if marked is None or not _mapping(marked, problems):
        return None
    keys = Keys(marked, problems, COURSE_KEYS | extra)
    objectives = _objectives(keys)
    modules, module_of = _modules(keys)
    return CourseSource(
        folder=folder,
        slug=keys.matching("slug", SLUG, "skin-and-depth", default=folder),
        code=keys.matching("code", CODE, "M1"),
        title=keys.text("title", LONGEST_TITLE),
        summary=keys.text("summary", LONGEST_SUMMARY, default=""),
        position=position,
        validity_months=keys.number("validity_months", 1, MOST_MONTHS, default=None),
        prerequisites=keys.listed("prerequisites", SLUG, "the slug of a course", least=0, default=[]),
        objectives=objectives,
        modules=modules or [keys.text("title", LONGEST_TITLE, default="")],
        lessons=_lessons(source, folder, objectives, module_of, marked),
        marked=marked,
    )


def _objectives(keys: Keys) -> dict[str, str]:
    marked = keys.marked.get("objectives")
    if marked is None or not isinstance(marked.value, Mapping) or not marked.value:
        keys.problems.at(marked or keys.marked, "“objectives” is missing: a code and a sentence for each.")
        return {}
    found = {}
    for code, text in marked.items():
        if not OBJECTIVE.fullmatch(code):
            keys.problems.at(text, f"“{code}” should look like M1.2b.")
        try:
            found[code] = words_at(text.value, "")
        except BlockError as error:
            keys.problems.at(text, f"objective {code}: {error.message}")
    return found


def _modules(keys: Keys) -> tuple[list[str], dict[str, int]]:
    """Titles of modules in order, and which lesson is in which; both empty where the course has no module level."""
    marked = keys.marked.get("modules")
    if marked is None:
        return [], {}
    titles: list[str] = []
    module_of: dict[str, int] = {}
    if not isinstance(marked.value, list) or not marked.value:
        keys.problems.at(marked, "modules: Expected a list of {title, lessons}.")
    for index, module in enumerate(marked if isinstance(marked.value, list) else []):
        try:
            given = mapping_at(module.value, "", required=("title", "lessons"))
            titles.append(words_at(given["title"], "title", longest=LONGEST_TITLE))
            for slug in list_at(given["lessons"], "lessons", words_at):
                if slug in module_of:
                    raise BlockError(f"The lesson “{slug}” is in two modules.", "lessons")
                module_of[slug] = index
        except BlockError as error:
            keys.problems.at(module, f"modules: {error.message}", error.path)
    return titles, module_of


def _lessons(
    source: Source, folder: str, objectives: dict[str, str], module_of: dict[str, int], course: Marked
) -> list[LessonSource]:
    problems = source.problems
    place = source.folder / folder / "lessons"
    if place.is_symlink():
        problems.within(f"{folder}/lessons", "Links are not followed. Put the folder itself here.")
        return []
    names = sorted(path.name for path in place.iterdir() if not path.name.startswith(".")) if place.is_dir() else []
    if not names:
        problems.within(f"{folder}/lessons", "There are no lessons here.")
    lessons, numbers = [], Counter[int]()
    for name in names:
        file = f"{folder}/lessons/{name}"
        match = LESSON_FILE.fullmatch(name)
        if match is None:
            problems.within(file, "A lesson's file is named like 01-hand-hygiene.yaml.")
            continue
        number = int(match[1])
        numbers[number] += 1
        if numbers[number] == 2:
            problems.within(file, f"Another lesson has the number {match[1]} too.")
        marked = source.node(file)
        if marked is not None and _mapping(marked, problems):
            lessons.append(_read_lesson(marked, problems, match[2], number, objectives, module_of))
    lessons.sort(key=lambda lesson: lesson.position)
    for slug, count in Counter(lesson.slug for lesson in lessons).items():
        if count > 1:
            file = [lesson.file for lesson in lessons if lesson.slug == slug][-1]
            problems.within(file, f"Another lesson of this course has the slug “{slug}” too.")
    slugs = {lesson.slug for lesson in lessons}
    for slug in module_of.keys() - slugs:
        problems.at(course, f"modules: There is no lesson “{slug}”.", "modules")
    for lesson in lessons if module_of else []:
        if lesson.slug not in module_of:
            problems.at(course, f"modules: The lesson “{lesson.slug}” is in none of them.", "modules")
    return lessons


def _read_lesson(
    marked: Marked,
    problems: Problems,
    slug: str,
    number: int,
    objectives: dict[str, str],
    module_of: dict[str, int],
) -> LessonSource:
    keys = Keys(marked, problems, LESSON_KEYS)
    slug = keys.matching("slug", SLUG, "hand-hygiene", default=slug)
    codes = keys.listed("objectives", OBJECTIVE, "M1.2b", least=1)
    for index, code in enumerate(codes):
        if code not in objectives:
            problems.at(marked["objectives"], f"There is no objective “{code}” in this course.", f"[{index}]")
    return LessonSource(
        slug=slug,
        file=marked.file,
        position=number,
        module=module_of.get(slug, 0),
        title=keys.text("title", LONGEST_TITLE),
        summary=keys.text("summary", LONGEST_SUMMARY),
        minutes=keys.number("minutes", 1, MOST_MINUTES),
        objectives=codes,
        facts=keys.listed("facts", FACT, "HYG-001", least=0, default=[]),
        blocks=_blocks(marked, problems),
    )


def _blocks(lesson: Marked, problems: Problems) -> list[dict[str, Any]]:
    marked = lesson.get("blocks")
    if marked is None or not isinstance(marked.value, list) or not marked.value:
        problems.at(marked or lesson, "“blocks” is missing: a lesson needs at least one.")
        return []
    found: list[dict[str, Any]] = []
    counts = Counter[str]()
    seen: set[str] = set()
    for entry in marked:
        block = _block(entry, counts, problems)
        if block is None:
            continue
        if block["id"] in seen:
            problems.at(entry, f"Another block of this lesson has the id “{block['id']}” too.")
        seen.add(block["id"])
        found.append(block)
    return found


def _block(entry: Marked, counts: Counter[str], problems: Problems) -> dict[str, Any] | None:
    """One entry of `blocks`: `kind: content`, with an id beside it or inside the content."""
    kinds = [name for name, _ in entry.items() if name != "id"] if isinstance(entry.value, Mapping) else []
    if len(kinds) != 1:
        problems.at(entry, "Expected one block, as in “- text: …”.")
        return None
    kind = kinds[0]
    content = entry[kind]
    source = content.value
    given = entry.get("id")
    if isinstance(source, Mapping) and "id" in source:
        given = content["id"]
        source = {key: value for key, value in source.items() if key != "id"}
    counts[kind] += 1
    name = f"{kind}-{counts[kind]}" if given is None else given.value
    if not isinstance(name, str) or not BLOCK_ID.fullmatch(name):
        problems.at(given or entry, "An id is made of small letters, digits and hyphens.")
        return None
    if given is None and kind in blocks.kinds() and blocks.kinds()[kind].needs_id:
        problems.at(entry, f"A {kind} needs an id.")
    try:
        return {**blocks.parse(kind, source), "id": name}
    except BlockError as error:
        problems.at(content, f"{kind}: {error.message}", error.path)
        return None


def _check_across(source: Source) -> None:
    """What only shows when all courses are known: doubles, prerequisites that do not exist or go round in a circle."""
    problems = source.problems
    for what in ("slug", "code"):
        for value, count in Counter(getattr(course, what) for course in source.courses).items():
            if count > 1 and value:
                last = [course for course in source.courses if getattr(course, what) == value][-1]
                problems.at(last.marked, f"Another course has the {what} “{value}” too.", what)
    owners: dict[str, str] = {}
    for course in source.courses:
        for code in course.objectives:
            if owners.setdefault(code, course.slug) != course.slug:
                problems.at(course.marked, f"Another course has the objective “{code}” too.", f"objectives.{code}")
    by_slug = {course.slug: course for course in source.courses}
    for course in source.courses:
        for index, slug in enumerate(course.prerequisites):
            if slug not in by_slug:
                problems.at(course.marked, f"prerequisites: There is no course “{slug}”.", f"prerequisites[{index}]")
            elif course.slug in _before(slug, by_slug):
                problems.at(
                    course.marked,
                    f"prerequisites: “{course.slug}” and “{slug}” each ask for the other first.",
                    f"prerequisites[{index}]",
                )


def _before(slug: str, courses: Mapping[str, CourseSource]) -> set[str]:
    """The course and everything it asks for first, however far back."""
    found: set[str] = set()
    ahead = [slug]
    while ahead:
        name = ahead.pop()
        if name not in found and name in courses:
            found.add(name)
            ahead += courses[name].prerequisites
    return found
