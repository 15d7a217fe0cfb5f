"""Pieces of a paper are drawn once and shared, and never show one person what another typed."""

from html import escape

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from quizzes import drawing
from quizzes.models import Attempt
from quizzes.papers import PaperItem
from tests import school
from tests.cast import person
from tests.conftest import ClientOf
from tests.quizzes.making import add_entry, make_course, make_quiz, study_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    drawing._kept.cache_clear()


def begun(trainee: User) -> Attempt:
    school.enrol_and_study(trainee)
    return school.begin(trainee)


def answer_all(attempt: Attempt) -> None:
    epoch = attempt.claim()
    for item in school.items_of(attempt):
        attempt.save_answer(item.pk, school.right_answer(item), epoch=epoch, seq=1, client="a")


def drawn(item: PaperItem, **more: str) -> str:
    return drawing.question(item, total=3, current=1, **more)


def test_a_paper_shows_its_own_answers_and_numbers(client_of: ClientOf, tess: User) -> None:
    school.open_small()
    other = person("other@example.com", "Other Trainee")
    mine, theirs = begun(tess), begun(other)
    answer_all(mine)

    answered, blank = client_of(tess).get(mine.get_absolute_url()), client_of(other).get(theirs.get_absolute_url())

    assert answered.text.count("is-answered") > blank.text.count("is-answered")
    own = {f'data-item="{item.pk}"' for item in school.items_of(mine)}
    foreign = {f'data-item="{item.pk}"' for item in school.items_of(theirs)}
    assert all(mark in answered.text for mark in own)
    assert not any(mark in answered.text for mark in foreign)
    assert not any(f"i{item.pk}-" in answered.text for item in school.items_of(theirs))
    assert all(f'name="i{item.pk}-seq" value="1"' in answered.text for item in school.items_of(mine))
    assert all(f'name="i{item.pk}-seq" value="0"' in blank.text for item in school.items_of(theirs))
    assert " checked" not in blank.text


def test_the_second_time_nothing_is_drawn_anew(client_of: ClientOf, tess: User) -> None:
    school.open_small()
    attempt = begun(tess)
    window = client_of(tess)
    first = window.get(attempt.get_absolute_url()).text
    before = drawing._kept.cache_info()

    second = window.get(attempt.get_absolute_url()).text

    after = drawing._kept.cache_info()
    assert after.misses == before.misses
    assert after.hits > before.hits
    assert [line for line in first.splitlines() if "question" in line] == [
        line for line in second.splitlines() if "question" in line
    ]


def test_what_is_kept_has_a_limit() -> None:
    assert drawing._kept.cache_info().maxsize == drawing.PIECES


def test_another_answer_flag_place_or_language_is_another_piece(tess: User) -> None:
    school.open_small()
    attempt = begun(tess)
    item = attempt.paper()[0]
    blank = drawn(item)
    epoch = attempt.claim()

    attempt.save_answer(item.item.pk, school.right_answer(item.item), epoch=epoch, seq=1, client="a", flagged=True)

    now = attempt.paper()[0]
    assert drawn(now) != blank
    assert 'value="1" checked' in drawn(now)
    assert "data-current" in drawing.question(now, total=3, current=now.position)
    assert "data-current" not in drawing.question(now, total=3, current=now.position + 1)
    before = drawing._kept.cache_info().misses
    with translation.override("fr"):
        drawn(now)
    assert drawing._kept.cache_info().misses > before


def test_what_was_told_locks_the_control_and_stands_with_it(tess: User) -> None:
    school.open_small()
    item = begun(tess).paper()[0]

    locked = drawn(item, said="<p>Said \x04 &amp; done</p>", check="/check/")

    assert "<p>Said \x04 &amp; done</p>" in locked
    assert locked.count("<fieldset") == drawn(item).count("<fieldset")
    assert "disabled" in locked
    assert "/check/" not in locked
    assert "/check/" in drawn(item, check="/check/")


@pytest.mark.parametrize("typed", ["\x02", "a\x04b\x07c", "<script>\x03", "i\x02-x"])
def test_whoever_types_the_signs_gets_them_back(tess: User, client_of: ClientOf, typed: str) -> None:
    course = make_course()
    entry = {
        "kind": "short_text",
        "stem": "Name it.",
        "accept": [{"text": "patch test"}],
        "feedback": {"right": "Right.", "wrong": "No."},
    }
    add_entry(course, "Q-1", entry)
    quiz = make_quiz(course, {"M1.1a": 1})
    study_all(tess, course)
    attempt = quiz.begin(tess, declared=True)
    item = attempt.paper()[0]
    attempt.save_answer(item.item.pk, {"text": [typed]}, epoch=attempt.claim(), seq=1, client="a")

    page: Client = client_of(tess)
    shown = page.get(attempt.get_absolute_url()).text

    kept = attempt.paper()[0].fields.get("text", [""])[0]
    assert f'value="{escape(kept)}"' in shown
    assert f'id="stem-{item.item.pk}"' in shown
