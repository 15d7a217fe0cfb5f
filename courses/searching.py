"""Finding lessons by their words: one index for both databases, stemmed and weighted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from courses import blocks
from courses.blocks import Data

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models import Lesson, LessonVersion

IN_TITLE, IN_HEADING, IN_SUMMARY, IN_TEXT = 40, 8, 6, 1
MOST_IN_TEXT = 8  # a word said often does not outweigh a title
LONGEST_WORD = 40
LONGEST_QUERY = 200
MOST_WORDS = 6
MOST_HITS = 30
SNIPPET = 26  # words

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SAY_LITTLE = (
    "a an and are as at be been but by can do does for from had has have how if in into is it its may no not of on or "
    "so than that the their them then there these they this to was were what when where which who why will with you "
    "your"
)
_STOP = frozenset(_SAY_LITTLE.split())


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))[:LONGEST_WORD]


def folded(word: str) -> str:
    """Small letters, no accents, one kind of apostrophe."""
    bare = unicodedata.normalize("NFKD", word.replace("’", "'")).casefold()
    return "".join(sign for sign in bare if not unicodedata.combining(sign)).removesuffix("'s")[:LONGEST_WORD]


def words_of(text: str) -> list[str]:
    """The words worth looking for, in order."""
    found = (folded(match.group()) for match in _WORD.finditer(text))
    return [word for word in found if word and word not in _STOP]


def text_of(lesson_blocks: Iterable[Data]) -> str:
    """All words of a lesson, for its version's `text`."""
    parts = [" ".join((*words.headings, words.text)) for _, words in blocks.words(lesson_blocks)]
    return "\n".join(part for part in parts if part)


def index(version: LessonVersion) -> None:
    """Replace the terms of the version's lesson."""
    from courses.models import Term

    weights: Counter[str] = Counter()
    text: Counter[str] = Counter()
    for word in words_of(version.title):
        weights[word] += IN_TITLE
    for word in words_of(version.summary):
        weights[word] += IN_SUMMARY
    for _, words in blocks.words(version.blocks):
        for word in words_of(" ".join(words.headings)):
            weights[word] += IN_HEADING
        text.update(words_of(words.text))
    for word, count in text.items():
        weights[word] += IN_TEXT * min(count, MOST_IN_TEXT)
    Term.objects.filter(lesson_id=version.lesson_id).delete()
    Term.objects.bulk_create(
        Term(lesson_id=version.lesson_id, word=word, stem=stem(word), weight=weight) for word, weight in weights.items()
    )


@dataclass(frozen=True)
class Hit:
    """A lesson that was found, the block that says so, and whether this person may read it now."""

    lesson: Lesson
    title: SafeString
    snippet: SafeString
    block: str
    may_read: bool


def find(query: str, user: User) -> list[Hit]:
    """Lessons that have every word; the last word may be unfinished. The best first."""
    from courses.models import Course, Lesson, Term

    wanted = list(dict.fromkeys(words_of(query[:LONGEST_QUERY])))[:MOST_WORDS]
    if not wanted:
        return []
    unfinished = bool(query) and not query[-1].isspace()
    lessons = Lesson.objects.current().filter(course__retired=False).select_related("course")
    scores = []
    for number, word in enumerate(wanted):
        same = Q(stem=stem(word)) | Q(word=word)
        if unfinished and number == len(wanted) - 1:
            same |= Q(word__startswith=word)
        total = Term.objects.filter(same, lesson=OuterRef("pk")).values("lesson").annotate(total=Sum("weight"))
        name = f"score_{number}"
        lessons = lessons.annotate(**{name: Subquery(total.values("total"))}).filter(**{f"{name}__isnull": False})
        scores.append(F(name))
    ranked = lessons.order_by(sum(scores[1:], scores[0]).desc(), "course__position", "position")[:MOST_HITS]
    readable = set(Course.objects.readable_by(user).values_list("pk", flat=True))
    return [_hit(lesson, wanted, lesson.course_id in readable, unfinished=unfinished) for lesson in ranked]


def _hit(lesson: Lesson, wanted: Sequence[str], may_read: bool, *, unfinished: bool) -> Hit:
    version = lesson.current
    assert version is not None  # noqa: S101  (the queryset only has published lessons)
    block, text = "", version.summary
    if may_read:
        best = 0
        for block_id, words in blocks.words(version.blocks):
            for part in (words.text, " · ".join(words.headings)):
                found = {word for word in words_of(part) if _matches(word, wanted, unfinished=unfinished)}
                if len(found) > best:
                    best, block, text = len(found), block_id, part
    snippet = highlighted(excerpt(text, wanted, unfinished=unfinished), wanted, unfinished=unfinished)
    return Hit(lesson, highlighted(version.title, wanted, unfinished=unfinished), snippet, block, may_read)


def _matches(word: str, wanted: Sequence[str], *, unfinished: bool) -> bool:
    stems = {stem(each) for each in wanted}
    return word in wanted or stem(word) in stems or (unfinished and word.startswith(wanted[-1]))


def excerpt(text: str, wanted: Sequence[str], *, unfinished: bool) -> str:
    """The words around the first that was looked for."""
    parts = text.split()
    first = next(
        (
            position
            for position, part in enumerate(parts)
            if any(_matches(word, wanted, unfinished=unfinished) for word in words_of(part))
        ),
        0,
    )
    start = max(0, min(first - SNIPPET // 3, len(parts) - SNIPPET))
    end = start + SNIPPET
    return ("… " if start else "") + " ".join(parts[start:end]) + (" …" if end < len(parts) else "")


def highlighted(text: str, wanted: Sequence[str], *, unfinished: bool) -> SafeString:
    """The text with the words that were looked for marked; everything else escaped."""
    pieces: list[tuple[SafeString]] = []
    last = 0
    for match in _WORD.finditer(text):
        word = folded(match.group())
        if word and word not in _STOP and _matches(word, wanted, unfinished=unfinished):
            pieces.append((format_html("{}<mark>{}</mark>", text[last : match.start()], match.group()),))
            last = match.end()
    pieces.append((format_html("{}", text[last:]),))
    return format_html_join("", "{}", pieces)
