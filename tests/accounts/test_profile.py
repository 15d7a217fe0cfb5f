"""Name and clock: what somebody may put on a certificate, and what nobody may."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from tests.cast import person
from tests.conftest import ClientOf

BAD_NAMES = [
    "",
    "   ",
    "x" * 81,
    "x" * 10_000,
    "Tess\x00Trainee",
    "Tess\u202eTrainee",
    "Tess\u200bTrainee",
    "Tess\x1b[31m",
    "..",
    "-1",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_stand_on_paper_is_refused_in_words(tess: User, client_of: ClientOf, name: str) -> None:
    page = client_of(tess).post(reverse("name_confirm"), {"name": name})

    assert page.status_code == 422
    assert "One thing to mend" in page.text
    tess.refresh_from_db()
    assert tess.name == "Tess Trainee"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_the_verb_refuses_what_the_form_refuses(tess: User, name: str) -> None:
    with pytest.raises(ValidationError):
        tess.confirm_name(name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Tess\t Trainee ", "Tess Trainee"),
        ("Zoe\u0308 O'Brien-Łukasz", "Zoë O'Brien-Łukasz"),
        ("<b>Tess</b> & Co", "<b>Tess</b> & Co"),
        ("Ελένη Παππά", "Ελένη Παππά"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_name_is_kept_as_written_but_for_its_spaces(tess: User, client_of: ClientOf, given: str, kept: str) -> None:
    page = client_of(tess).post(reverse("name_confirm"), {"name": given})

    assert page.headers["Location"] == reverse("profile")
    tess.refresh_from_db()
    assert tess.name == kept
    assert tess.name_is_confirmed


def test_markup_in_a_name_is_shown_as_it_was_typed(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    client.post(reverse("name_confirm"), {"name": "<script>alert(1)</script>"})

    page = client.get(reverse("profile"))

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_confirming_leads_back_to_what_asked_for_it_and_never_elsewhere(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)

    there = client.post(reverse("name_confirm"), {"name": "Tess", "next": "/quizzes/1/"})

    assert there.headers["Location"] == "/quizzes/1/"
    for elsewhere in (
        "https://elsewhere.example/",
        "//elsewhere.example",
        "javascript:alert(1)",
        "1e400",
        "Tess",
        "..",
    ):
        page = client.post(reverse("name_confirm"), {"name": "Tess", "next": elsewhere})
        assert page.headers["Location"] == reverse("profile")


def test_a_changed_name_has_to_be_confirmed_again_and_a_changed_clock_does_not(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)

    client.post(reverse("profile"), {"name": "Tess Trainee", "time_zone": "Asia/Tokyo"})
    tess.refresh_from_db()
    assert tess.name_is_confirmed
    assert tess.time_zone == "Asia/Tokyo"

    client.post(reverse("profile"), {"name": "Tess T.", "time_zone": "Asia/Tokyo"})
    tess.refresh_from_db()
    assert not tess.name_is_confirmed


@pytest.mark.parametrize(
    "data", [{"time_zone": "Nowhere/None"}, {"time_zone": "x" * 5000}, {}, {"name": "a\x00", "time_zone": "UTC"}]
)
def test_a_profile_that_makes_no_sense_changes_nothing(tess: User, client_of: ClientOf, data: dict[str, Any]) -> None:
    page = client_of(tess).post(reverse("profile"), data)

    assert page.status_code == 422
    tess.refresh_from_db()
    assert (tess.name, tess.time_zone) == ("Tess Trainee", "Europe/London")


@pytest.mark.parametrize(
    ("name", "short", "initials"), [("Tess van Dam", "Tess", "TD"), ("Tess", "Tess", "T"), ("", "nell", "N")]
)
@pytest.mark.django_db
def test_what_to_call_somebody(name: str, short: str, initials: str) -> None:
    someone = person("nell@example.com", name)

    assert (someone.short_name, someone.initials) == (short, initials)
