"""Under which title certificates were printed on which day: what the offline page shows for a number."""

import importlib
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from certificates import issuing, keys, reissuing
from certificates.models import Achievement, AchievementTitle, Certificate
from courses.models import Course
from tests.cast import person
from tests.certificates.conftest import Earn

FIRST = date(2026, 1, 5)


@pytest.fixture
def award(hygiene: Course, monkeypatch: pytest.MonkeyPatch) -> "Award":
    return Award(hygiene.achievement, monkeypatch)


class Award:
    """Issues hygiene certificates on days of our choice, each to somebody new."""

    def __init__(self, achievement: Achievement, monkeypatch: pytest.MonkeyPatch) -> None:
        self.achievement, self.monkeypatch, self.count = achievement, monkeypatch, 0

    def __call__(self, title: str, days: int, older: Certificate | None = None) -> Certificate:
        Achievement.objects.filter(pk=self.achievement.pk).update(title=title)
        self.count += 1
        holder = person(f"holder{self.count}@example.com", f"Holder {chr(64 + self.count)}")
        self.monkeypatch.setattr(issuing, "academy_day", lambda _now: FIRST + timedelta(days=days))
        found = issuing.award(Achievement.objects.get(), holder, earned_at=timezone.now())
        assert found
        return found


def written() -> list[tuple[str, int]]:
    return [(title, (since - FIRST).days) for title, since in AchievementTitle.objects.values_list("title", "since")]


def test_a_title_is_written_down_with_the_first_certificate_that_bears_it(award: Award) -> None:
    for title, days in (("Clean", 0), ("Clean", 3), ("Hygiene", 4), ("Hygiene", 9)):
        award(title, days)

    assert written() == [("Clean", 0), ("Hygiene", 4)]


def test_a_title_that_comes_back_begins_again(award: Award) -> None:
    for title, days in (("Clean", 0), ("Hygiene", 4), ("Clean", 4), ("Hygiene", 4), ("Clean", 7)):
        award(title, days)

    assert written() == [("Clean", 0), ("Hygiene", 4), ("Clean", 4)]
    award("Hygiene", 8)
    assert written()[-1] == ("Hygiene", 8)


def test_a_corrected_reissue_brings_the_older_title_back(award: Award, ada: User) -> None:
    older = award("Clean", 0)
    award("Hygiene", 4)
    award.monkeypatch.setattr(issuing, "academy_day", lambda _now: FIRST + timedelta(days=8))

    newer = reissuing.reissue(older, name="Tess Trainer", cause="correction", by=ada, why="Passport.")

    assert newer.statement["achievement"]["title"] == "Clean"
    assert written() == [("Clean", 0), ("Hygiene", 4), ("Clean", 8)]


def test_renaming_an_achievement_writes_nothing_down_until_it_is_printed(award: Award) -> None:
    award("Clean", 0)
    Achievement.objects.update(title="Hygiene")

    assert written() == [("Clean", 0)]


def test_what_was_printed_is_final(award: Award) -> None:
    award("Clean", 0)

    with pytest.raises(IntegrityError), transaction.atomic():
        AchievementTitle.objects.update(title="Hygiene")
    with pytest.raises(IntegrityError), transaction.atomic():
        AchievementTitle.objects.all()._raw_delete(AchievementTitle.objects.db)


def test_the_offline_page_is_told_them_oldest_first(award: Award, client: Client) -> None:
    keys.ensure()
    award("Hygiene", 4)
    award("Clean", 9)

    known = client.get("/scan/keys.json").json()

    pk = str(award.achievement.pk)
    assert known["titles"] == {pk: [["2026-01-09", "Hygiene"], ["2026-01-14", "Clean"]]}
    assert known["achievements"] == {pk: "Clean"}


def test_the_titles_of_the_certificates_there_were_before_are_written_down(
    hygiene: Course, depth: Course, earn: Earn
) -> None:
    migration = importlib.import_module("certificates.migrations.0006_titles_printed_so_far")
    told = [("Clean", 9), ("Clean", 8), ("Hygiene", 5), ("Clean", 5), ("Hygiene", 5), ("Hygiene", 2)]
    for place, (title, days_ago) in enumerate(told):
        hygiene.achievement.title = title
        earn(person(f"holder{place}@example.com", "Holder"), hygiene.achievement, days_ago=days_ago)
    earn(person("other@example.com", "Other"), depth.achievement, days_ago=1)

    migration.write_down(apps, None)

    one = Certificate.objects.order_by("issued_on").values_list("issued_on", flat=True)[0]
    found = {
        achievement: [
            (row.title, 9 - (row.since - one).days)
            for row in AchievementTitle.objects.filter(achievement__slug=achievement)
        ]
        for achievement in ("clean", "deep")
    }
    assert found == {
        "clean": [("Clean", 9), ("Hygiene", 5), ("Clean", 5), ("Hygiene", 2)],
        "deep": [("Depth control", 1)],
    }
