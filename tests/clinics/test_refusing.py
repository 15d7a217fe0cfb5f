"""A holder sees who watches, and refuses; then the clinic sees nothing more and cannot add it again."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from certificates.models import Certificate
from clinics import watching
from clinics.models import Alert, Clinic, WatchItem
from jobs.models import Mail
from jobs.running import run_due
from tests.clinics.conftest import Watch

ClientOf = Callable[[User], Client]


def test_a_holder_reads_who_watches_what_and_the_words_they_wrote(
    tess: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    watch(certificate, job_title="Practitioner", site="Room 2", note="Mondays")

    page = client_of(tess).get(reverse("clinics:watched_by")).text

    for words in ("Harbour Clinic", "Hygiene and infection control", "Practitioner", "Room 2", "Mondays", "Refuse"):
        assert words in page


def test_nobody_reads_of_another_s_and_nobody_refuses_for_another(
    oskar: User, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)

    for stranger in (oskar, cleo):
        client = client_of(stranger)
        assert "Harbour Clinic" not in client.get(reverse("clinics:watched_by")).text
        assert client.post(reverse("clinics:refusal_create", args=[item.pk])).status_code == 404
        assert client.post(reverse("clinics:refusal_end", args=[item.pk])).status_code == 404
    item.refresh_from_db()
    assert item.refused_at is None


def test_refusing_is_confirmed_first(tess: User, certificate: Certificate, watch: Watch, client_of: ClientOf) -> None:
    item, client = watch(certificate), client_of(tess)
    address = reverse("clinics:refusal_create", args=[item.pk])

    assert "Refuse Harbour Clinic?" in client.get(address).text
    assert WatchItem.objects.watching().count() == 1

    page = client.post(address, follow=True).text

    item.refresh_from_db()
    assert item.refused_at is not None
    assert "no longer watches this certificate" in page
    assert "Refused by you" in page


def test_a_refused_certificate_cannot_be_added_again_even_after_it_was_taken_off(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch
) -> None:
    item = watch(certificate)
    item.refuse()
    assert "The holder refused" in watching.add(clinic, certificate.code, by=cleo).problem

    item.end(by=cleo)

    assert "The holder refused" in watching.add(clinic, certificate.code, by=cleo).problem
    assert WatchItem.objects.count() == 1


def test_no_alert_comes_of_what_was_refused(ada: User, certificate: Certificate, watch: Watch) -> None:
    watch(certificate).refuse()

    certificate.suspend(by=ada, why="Asked about.")
    run_due()

    assert not Alert.objects.exists()


def test_a_letter_that_waits_while_the_holder_refuses_is_not_written(
    ada: User, certificate: Certificate, watch: Watch
) -> None:
    item = watch(certificate)
    certificate.suspend(by=ada, why="Asked about.")
    assert Alert.objects.count() == 1

    item.refuse()
    run_due()

    assert not Mail.objects.filter(kind="alert").exists()


def test_a_refusal_is_lifted_and_the_list_goes_on(
    tess: User, clinic: Clinic, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item, client = watch(certificate), client_of(tess)
    item.refuse()

    page = client.post(reverse("clinics:refusal_end", args=[item.pk]), follow=True).text

    assert "watches this certificate again" in page
    assert [row.state for row in watching.rows_of(WatchItem.objects.filter(clinic=clinic).listed())] == ["valid"]


def test_a_refusal_lifted_after_the_clinic_took_it_off_lets_it_be_added(
    tess: User, clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)
    item.refuse()
    item.end(by=cleo)
    client = client_of(tess)
    assert "Harbour Clinic" in client.get(reverse("clinics:watched_by")).text

    client.post(reverse("clinics:refusal_end", args=[item.pk]))

    assert watching.add(clinic, certificate.code, by=cleo).item


def test_refusing_one_clinic_leaves_the_other(certificate: Certificate, cleo: User, watch: Watch) -> None:
    watch(certificate).refuse()
    other = Clinic.objects.create(name="Hill Clinic", place="York")

    assert watching.add(other, certificate.code, by=cleo).item
