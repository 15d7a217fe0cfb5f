"""A watched certificate that hygiene keeps current: its clinic hears before hygiene ends and when it has lapsed."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.dates import academy_today
from certificates.models import Achievement, Certificate
from clinics import alerting, lapsing, webhooks
from clinics.models import Alert, Clinic, WatchItem, Webhook
from courses.models import Course
from jobs.models import Job, Mail
from jobs.running import run_due
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.clinics.conftest import Watch

ClientOf = Callable[[User], Client]


@pytest.fixture
def kept(tess: User, hygiene: Course, earn: Earn) -> Certificate:
    """Tess's hygiene certificate."""
    return earn(tess, hygiene.achievement)


@pytest.fixture
def skilled(tess: User, kept: Certificate, competence: Achievement, earn: Earn) -> Certificate:
    """Tess's certificate of competence, current while hygiene stands."""
    return earn(tess, competence)


def letters() -> list[Mail]:
    return list(Mail.objects.filter(kind="alert").order_by("pk"))


def told() -> list[str]:
    return list(Alert.objects.filter(channel="mail").order_by("pk").values_list("event", flat=True))


def on(day: date) -> time_machine.travel:
    return time_machine.travel(timezone.now().replace(hour=12) + (day - academy_today()), tick=False)


def look(day: date) -> None:
    """All that is due on that day, twice."""
    with on(day):
        run_due()
        run_due()


def test_it_is_told_sixty_thirty_and_seven_days_before_hygiene_ends_and_when_it_has(
    skilled: Certificate, kept: Certificate, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    counts = {}

    for days in (61, 60, 59, 31, 30, 8, 7, 0, -1, -2, -30):
        look(kept.expires_on - timedelta(days=days))
        counts[days] = len(letters())

    end = kept.expires_on.isoformat()
    assert counts == {61: 0, 60: 1, 59: 1, 31: 1, 30: 2, 8: 2, 7: 3, 0: 3, -1: 4, -2: 4, -30: 4}
    assert told() == [f"hygiene:{at}:{end}" for at in (60, 30, 7, "lapsed")]
    assert [letter.subject for letter in letters()] == [
        *(f"Hygiene ends in {days} days: the certificate of Tess Trainee" for days in (60, 30, 7)),
        "Hygiene renewal due: the certificate of Tess Trainee",
    ]
    for letter in letters():
        for words in (letter.text, letter.html):
            assert skilled.grouped_code in words
            assert "Hygiene and infection control" in words
            assert f"{kept.expires_on:%B %Y}" in words
            assert kept.grouped_code not in words  # nobody gave the clinic that number
            assert ("has not stood since" in words) == (letter == letters()[-1])


def test_after_a_renewal_the_next_year_is_told_again(
    skilled: Certificate, kept: Certificate, hygiene: Course, earn: Earn, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    look(kept.expires_on - timedelta(days=5))
    with on(kept.expires_on - timedelta(days=2)):
        newer = earn(skilled.holder, hygiene.achievement, cycle=2, expires_on=skilled.expires_on - timedelta(days=9))
        kept.supersede(newer, cause="renewal")
        run_due()
    look(kept.expires_on + timedelta(days=3))

    look(newer.expires_on - timedelta(days=5))
    look(newer.expires_on + timedelta(days=1))

    ends = [each.expires_on.isoformat() for each in (kept, newer)]
    assert [event for event in told() if event.startswith("hygiene")] == [
        f"hygiene:7:{ends[0]}",
        f"hygiene:7:{ends[1]}",
        f"hygiene:lapsed:{ends[1]}",
    ]


@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_hygiene_withdrawn_or_under_review_is_told_at_once(
    act: str, skilled: Certificate, kept: Certificate, ada: User, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    look(academy_today())  # today's look is over
    assert told() == []

    if act == "revoke":
        kept.revoke(by=ada, reason_code="other", public_reason="Handed to another.")
    else:
        kept.suspend(by=ada, why="A secret cause.")
    assert Job.objects.filter(kind=lapsing.JOB, state=Job.State.QUEUED).count() == 1
    run_due()
    run_due()

    assert told() == [f"hygiene:lapsed:{academy_today() - timedelta(days=1)}"]
    assert "secret" not in letters()[0].text


def test_an_act_on_what_keeps_nobody_watched_current_asks_for_nothing(
    skilled: Certificate, kept: Certificate, ada: User, watch: Watch
) -> None:
    watch(kept)

    kept.suspend(by=ada, why="Asked about.")

    assert not Job.objects.filter(kind=lapsing.JOB).exists()


def test_where_hygiene_is_watched_too_only_its_lapse_is_told_twice(
    skilled: Certificate, kept: Certificate, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    watch(kept)

    for days in (60, 30, 7, -1):
        look(kept.expires_on - timedelta(days=days))

    assert told() == ["expires:60", "expires:30", "expires:7", f"hygiene:lapsed:{kept.expires_on.isoformat()}"]


def test_another_clinic_s_watching_hygiene_changes_nothing(
    skilled: Certificate, kept: Certificate, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    other = Clinic.objects.create(name="Hill Clinic", place="York")
    WatchItem.objects.create(clinic=other, certificate=kept, added_by=cleo)

    look(kept.expires_on - timedelta(days=7))

    assert sorted(Alert.objects.values_list("item__clinic__name", "event")) == [
        ("Harbour Clinic", f"hygiene:7:{kept.expires_on.isoformat()}"),
        ("Hill Clinic", "expires:7"),
    ]


def test_who_refused_that_hygiene_is_watched_is_not_told_of_before_it_lapsed(
    skilled: Certificate, kept: Certificate, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    refused = watch(kept)
    refused.refuse()
    refused.end(by=cleo)

    look(kept.expires_on - timedelta(days=7))
    assert told() == []

    look(kept.expires_on + timedelta(days=1))  # what the check page of the watched one says to anyone
    assert told() == [f"hygiene:lapsed:{kept.expires_on.isoformat()}"]


@pytest.mark.parametrize("how", ["refused", "ended", "revoked"])
def test_nothing_is_told_of_what_is_watched_no_more_or_does_not_stand(
    how: str, skilled: Certificate, kept: Certificate, ada: User, cleo: User, watch: Watch
) -> None:
    item = watch(skilled)
    if how == "refused":
        item.refuse()
    elif how == "ended":
        item.end(by=cleo)
    else:
        skilled.revoke(by=ada, reason_code="other", public_reason="Handed to another.")

    look(kept.expires_on - timedelta(days=7))
    look(kept.expires_on + timedelta(days=1))

    assert [event for event in told() if event.startswith("hygiene")] == []


def test_hygiene_that_outlasts_the_certificate_is_no_news(
    tess: User, hygiene: Course, competence: Achievement, earn: Earn, watch: Watch
) -> None:
    end = academy_today() + timedelta(days=20)
    earn(tess, hygiene.achievement, expires_on=end)
    watch(earn(tess, competence, expires_on=end))

    look(academy_today())

    assert told() == ["expires:30"]


def test_the_best_of_two_hygiene_certificates_counts(
    tess: User, skilled: Certificate, kept: Certificate, hygiene: Course, earn: Earn, watch: Watch
) -> None:
    watch(skilled)
    earn(tess, hygiene.achievement, cycle=2, expires_on=kept.expires_on + timedelta(days=90))

    look(kept.expires_on - timedelta(days=7))
    look(kept.expires_on + timedelta(days=1))

    assert told() == []


def test_many_are_told_in_batches_of_as_many_queries(
    hygiene: Course, competence: Achievement, earn: Earn, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(name: str) -> None:
        holder = person(f"{name}@example.com", name.title())
        earn(holder, hygiene.achievement, days_ago=360)
        watch(earn(holder, competence))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            lapsing.tell({})
        return len(counted)

    add("ann")
    lapsing.tell({})
    few = queries()
    for name in ("bob", "cyd", "dan", "eve"):
        add(name)
    lapsing.tell({})

    assert queries() == few
    assert len(told()) == 5
    monkeypatch.setattr(lapsing, "BATCH", 2)
    for name in ("fay", "gus", "hal"):
        add(name)
    lapsing.tell({})
    assert len(told()) == 8


def test_a_webhook_reads_what_ends_and_whether_it_has(
    skilled: Certificate, kept: Certificate, clinic: Clinic, olga: User, watch: Watch
) -> None:
    Webhook.objects.create(clinic=clinic, url="https://example.org/", secret="s" * 20, set_by=olga, is_on=True)
    watch(skilled)
    for day in (kept.expires_on - timedelta(days=6), kept.expires_on + timedelta(days=1)):
        with on(day):
            lapsing.tell({})

    said = [json.loads(webhooks.body_of(each)) for each in Alert.objects.filter(channel="webhook").order_by("pk")]

    assert [each["event"] for each in said] == ["hygiene", "hygiene"]
    hygiene = {"title": "Hygiene and infection control", "ends": kept.expires_on.isoformat()}
    assert [each["certificate"]["hygiene"] for each in said] == [
        hygiene | {"has_lapsed": False},
        hygiene | {"has_lapsed": True},
    ]
    assert [each["certificate"].get("days") for each in said] == [6, None]
    assert said[0]["certificate"]["code"] == skilled.grouped_code


def test_the_pages_say_it_in_words_and_an_unknown_kind_breaks_neither_page_nor_letter(
    skilled: Certificate, kept: Certificate, clinic: Clinic, olga: User, cleo: User, watch: Watch,
    signed_in: Callable[[User], Client],
) -> None:  # fmt: skip
    item = watch(skilled)
    with on(kept.expires_on - timedelta(days=6)):
        lapsing.tell({})
    with on(kept.expires_on + timedelta(days=1)):
        lapsing.tell({})
    alerting.alert(item, "moved:1", alerting.words_of(skilled))
    run_due()
    client = signed_in(olga)

    for address in (reverse("clinics:alerts", args=[clinic.pk]), reverse("clinics:item", args=[clinic.pk, item.pk])):
        page = client.get(address).text
        for words in ("Hygiene ends within 7 days", "Hygiene has lapsed", "moved:1"):
            assert words in page
    assert "News of the certificate of Tess Trainee" in {letter.subject for letter in letters()}
    documented = client.get(reverse("clinics:webhook", args=[clinic.pk])).text
    for kind in ("revoked", "suspended", "reinstated", "superseded", "expires", "hygiene", "test"):
        assert f"<code>{kind}</code>" in documented


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_the_same_moment_tell_once(
    skilled: Certificate, kept: Certificate, cleo: User, watch: Watch
) -> None:
    watch(skilled)
    barrier = Barrier(2)
    troubles: list[Exception] = []

    def tell() -> None:
        try:
            with connection.cursor():
                barrier.wait()
            lapsing.tell({})
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    with on(kept.expires_on - timedelta(days=7)):
        threads = [Thread(target=tell) for _each in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert troubles == []
    assert told() == [f"hygiene:7:{kept.expires_on.isoformat()}"]
