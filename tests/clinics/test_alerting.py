"""Whoever watches is told at once of bad news and of the good news after it, and before something ends: each once."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate
from clinics import alerting
from clinics.models import Alert, Clinic, Membership, Webhook
from courses.models import Course
from jobs.models import Job, Mail
from jobs.running import run_due
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.clinics.conftest import Watch

ClientOf = Callable[[User], Client]


def letters() -> list[Mail]:
    return list(Mail.objects.filter(kind="alert").order_by("pk"))


def told() -> list[str]:
    return list(Alert.objects.order_by("pk").values_list("event", flat=True))


def test_every_member_gets_one_letter_when_a_watched_certificate_is_revoked(
    ada: User, olga: User, cleo: User, certificate: Certificate, watch: Watch
) -> None:
    watch(certificate)

    certificate.revoke(by=ada, reason_code="other", public_reason="Handed to another.", private_note="By an aunt.")
    run_due()
    run_due()

    assert {letter.to for letter in letters()} == {olga.email, cleo.email}
    assert len(letters()) == 2
    for letter in letters():
        assert letter.subject == "Revoked: the certificate of Tess Trainee"
        for words in ("Handed to another.", "Do not rely on it", certificate.grouped_code, certificate.get_check_url()):
            assert words in letter.text
        assert "aunt" not in letter.text + letter.html


def test_suspended_and_reinstated_are_told_each_time(ada: User, certificate: Certificate, watch: Watch) -> None:
    watch(certificate)

    for _round in range(2):
        certificate.suspend(by=ada, why="A secret cause.")
        certificate.reinstate(by=ada, why="Nothing found.")
    run_due()

    assert [event.partition(":")[0] for event in told()] == ["suspended", "reinstated"] * 2
    assert len(set(told())) == 4
    assert [letter.subject.split(":")[0] for letter in letters()] == ["Under review", "Reinstated"] * 2
    assert not any("secret cause" in letter.text or "Nothing found" in letter.text for letter in letters())


@pytest.mark.parametrize("has_ended", [True, False])
def test_what_ended_under_review_is_not_said_to_stand_again(
    has_ended: bool, ada: User, certificate: Certificate, watch: Watch
) -> None:
    watch(certificate)
    certificate.suspend(by=ada, why="A report.")

    with time_machine.travel(timezone.now() + timedelta(days=400 if has_ended else 4)):
        certificate.reinstate(by=ada, why="It was none.")
        run_due()

    letter = Mail.objects.get(kind="alert", subject__startswith="Reinstated")
    for words in (letter.text, letter.html):
        assert ("it stands again" in words) != has_ended
        assert ("it ended meanwhile. Ask for the renewal." in words) == has_ended


@pytest.mark.parametrize("is_shared", [True, False])
def test_replaced_is_told_and_the_newer_number_only_where_its_holder_shows_it(
    ada: User, certificate: Certificate, hygiene: Course, earn: Earn, watch: Watch, is_shared: bool
) -> None:
    watch(certificate)
    newer = earn(certificate.holder, hygiene.achievement, cycle=2)

    certificate.supersede(newer, cause="renewal" if is_shared else "name_change", by=ada, why="Married")
    run_due()

    letter = letters()[0]
    assert letter.subject == "Replaced: the certificate of Tess Trainee"
    assert (newer.grouped_code in letter.text) == is_shared
    assert "Married" not in letter.text


def test_nobody_is_told_of_what_they_do_not_watch(ada: User, cleo: User, certificate: Certificate) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="Handed to another.")
    run_due()

    assert told() == []
    assert letters() == []


def test_an_act_that_is_rolled_back_tells_nobody(ada: User, certificate: Certificate, watch: Watch) -> None:
    watch(certificate)

    def act() -> None:
        with transaction.atomic():
            certificate.suspend(by=ada, why="Asked about.")
            assert told()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()

    assert told() == []
    assert not Job.objects.filter(kind__startswith="alert").exists()


def test_the_alert_is_a_row_before_any_letter_is_written(ada: User, certificate: Certificate, watch: Watch) -> None:
    watch(certificate)

    certificate.revoke(by=ada, reason_code="other", public_reason="Handed to another.")

    assert told() == ["revoked"]
    assert letters() == []
    assert Job.objects.get(kind="alert_mail").state == Job.State.QUEUED


def test_it_is_told_sixty_thirty_and_seven_days_before_it_ends_each_once(
    certificate: Certificate, cleo: User, watch: Watch, today: date
) -> None:
    watch(certificate)
    counts = {}

    for days in (70, 61, 60, 59, 31, 30, 29, 8, 7, 6, 0, -1):
        noon = timezone.now().replace(hour=12) + (certificate.expires_on - timedelta(days=days) - today)
        with time_machine.travel(noon, tick=False):
            run_due()
            run_due()
        counts[days] = len(letters())

    assert counts == {70: 0, 61: 0, 60: 1, 59: 1, 31: 1, 30: 2, 29: 2, 8: 2, 7: 3, 6: 3, 0: 3, -1: 3}
    assert told() == ["expires:60", "expires:30", "expires:7"]
    assert [letter.subject for letter in letters()] == [
        f"Ends in {days} days: the certificate of Tess Trainee" for days in (60, 30, 7)
    ]


def test_after_a_pause_of_ours_only_the_nearest_is_told(tess: User, hygiene: Course, earn: Earn, watch: Watch) -> None:
    watch(earn(tess, hygiene.achievement, expires_on=timezone.now().date() + timedelta(days=5)))

    run_due()

    assert told() == ["expires:7"]


@pytest.mark.parametrize("worse", ["revoked", "suspended", "superseded"])
def test_an_end_is_not_told_of_what_does_not_stand_anyway(
    tess: User, ada: User, hygiene: Course, earn: Earn, watch: Watch, worse: str
) -> None:
    held = earn(tess, hygiene.achievement, days_ago=340)
    if worse == "revoked":
        held.revoke(by=ada, reason_code="other", public_reason="Handed to another.")
    elif worse == "suspended":
        held.suspend(by=ada, why="Asked about.")
    else:
        held.supersede(earn(tess, hygiene.achievement, cycle=2), cause="renewal")
    watch(held)

    alerting.tell_what_ends()

    assert told() == []


def test_a_long_list_is_told_in_batches_and_nobody_is_left_out(
    hygiene: Course, earn: Earn, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerting, "BATCH", 2)
    for name in ("ann", "bob", "cyd", "dan", "eve"):
        watch(earn(person(f"{name}@example.com", name.title()), hygiene.achievement, days_ago=340))

    counts = []
    for _sweep in range(4):
        alerting.tell_what_ends()
        counts.append(len(told()))

    assert counts == [2, 4, 5, 5]


def test_a_webhook_is_a_second_channel_and_mail_goes_on(
    ada: User, olga: User, clinic: Clinic, certificate: Certificate, watch: Watch
) -> None:
    Webhook.objects.create(clinic=clinic, url="https://example.org/", secret="s" * 20, set_by=olga)
    watch(certificate)

    certificate.suspend(by=ada, why="Asked about.")

    assert sorted(Alert.objects.values_list("channel", flat=True)) == ["mail", "webhook"]
    assert set(Job.objects.values_list("kind", "queue")) >= {("alert_mail", "default"), ("alert_webhook", "webhooks")}


def test_who_left_the_clinic_is_told_no_more(
    ada: User, olga: User, cleo: User, clinic: Clinic, certificate: Certificate, watch: Watch
) -> None:
    watch(certificate)
    clinic.leave(cleo)

    certificate.suspend(by=ada, why="Asked about.")
    run_due()

    assert [letter.to for letter in letters()] == [olga.email]
    assert Membership.objects.count() == 1


def test_the_page_lists_what_was_told(
    ada: User, cleo: User, clinic: Clinic, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)
    certificate.suspend(by=ada, why="A secret cause.")
    client = client_of(cleo)

    for address in (
        reverse("clinics:alerts", args=[clinic.pk]),
        reverse("clinics:item", args=[clinic.pk, item.pk]),
    ):
        page = client.get(address).text
        assert "Under review" in page
        assert "secret cause" not in page


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_the_same_moment_tell_once(certificate: Certificate, cleo: User, watch: Watch) -> None:
    watch(certificate)
    barrier = Barrier(2)
    troubles: list[Exception] = []

    def sweep() -> None:
        try:
            with connection.cursor():
                barrier.wait()
            alerting.tell_what_ends()
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    with time_machine.travel(timezone.now() + timedelta(days=340), tick=True):
        threads = [Thread(target=sweep) for _each in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert troubles == []
    assert told() == ["expires:30"]
    assert Job.objects.filter(kind="alert_mail").count() == 1
    assert len(letters()) == 1
