"""One certificate takes the place of another: corrected reissues, what the older still says, who learns of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from certificates import reissuing
from certificates.models import Certificate, CertificateEvent, Standing, Supersession
from certificates.refusing import Refused
from courses.models import Course
from jobs.models import Job
from tests.certificates.conftest import Earn
from tests.certificates.living import at_once, faults
from tests.conftest import ClientOf


def again(certificate: Certificate, ada: User, *, name: str = "Tess Trainer", cause: str = "correction") -> Certificate:
    return reissuing.reissue(certificate, name=name, cause=cause, by=ada, why="Her passport shows it.")


def test_a_reissue_is_the_same_award_with_another_name(tess: User, ada: User, hygiene: Course, earn: Earn) -> None:
    older = earn(tess, hygiene.achievement, days_ago=100)

    newer = again(older, ada)

    assert (newer.holder, newer.achievement) == (tess, older.achievement)
    assert (newer.cycle, newer.edition) == (older.cycle, older.edition + 1)
    assert newer.expires_on == older.expires_on
    assert newer.issued_on == older.issued_on + timedelta(days=100)
    assert newer.code != older.code
    assert newer.statement["holder"]["name"] == "Tess Trainer"
    assert newer.statement["code"] == newer.code
    assert newer.statement["expires_on"] == older.expires_on.isoformat()
    assert {k: newer.statement[k] for k in ("achievement", "areas", "sentences")} == {
        k: older.statement[k] for k in ("achievement", "areas", "sentences")
    }
    assert newer.snapshot_sha256 != older.snapshot_sha256
    assert bytes(newer.whorl) != bytes(older.whorl)
    assert newer.uuid != older.uuid
    assert newer.subject != older.subject
    assert Job.objects.filter(kind="draw_certificate", key=newer.code).count() == 1
    assert newer.status_entry


def test_a_reissue_says_what_was_certified_then_not_what_the_course_says_by_now(
    certificate: Certificate, ada: User
) -> None:
    achievement = certificate.achievement
    achievement.title, achievement.areas = "Quite another thing", ["New"]
    achievement.save()

    newer = again(certificate, ada)

    assert newer.statement["achievement"]["title"] == "Hygiene and infection control"
    assert newer.statement["areas"] == ["Hand hygiene", "Sharps"]


def test_the_older_one_keeps_its_words_and_says_that_it_is_replaced(certificate: Certificate, ada: User) -> None:
    before = certificate.snapshot

    newer = again(certificate, ada, cause="name_change")

    assert Certificate.objects.get(pk=certificate.pk).snapshot == before
    assert certificate.standing is Standing.SUPERSEDED
    assert newer.standing is Standing.VALID
    row = Supersession.objects.get()
    assert (row.older, row.newer, row.cause, row.by) == (certificate, newer, "name_change", ada)
    assert row.why == "Her passport shows it."


def test_the_register_remembers_both_and_tells_the_public_only_the_cause(certificate: Certificate, ada: User) -> None:
    newer = again(certificate, ada)

    (replaced,) = CertificateEvent.objects.filter(certificate=certificate)
    assert (replaced.kind, replaced.public, replaced.by) == ("superseded", {"cause": "correction"}, ada)
    assert newer.code in replaced.note
    issued = CertificateEvent.objects.filter(certificate=newer).order_by("number")[0]
    assert (issued.kind, issued.by, issued.public) == ("issued", ada, {"snapshot_sha256": newer.snapshot_sha256})


def test_only_the_one_that_stands_is_issued_again(
    tess: User, ada: User, certificate: Certificate, depth: Course, earn: Earn
) -> None:
    newer = again(certificate, ada)
    with pytest.raises(Refused, match="replaced this one already"):
        again(certificate, ada, name="Third Name")

    newer.suspend(by=ada, why="A complaint.")
    with pytest.raises(Refused, match="under review"):
        again(newer, ada, name="Third Name")

    newer.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    with pytest.raises(Refused, match="revoked"):
        again(newer, ada, name="Third Name")

    ended = earn(tess, depth.achievement, days_ago=900)
    with pytest.raises(Refused, match="expired"):
        again(ended, ada)
    assert Certificate.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "  "}, Refused),
        ({"name": "王小明"}, ValidationError),
        ({"why": " "}, Refused),
        ({"cause": "renewal"}, Refused),
        ({"cause": "because"}, Refused),
    ],
)
def test_bad_words_change_nothing(
    change: dict[str, str], error: type[Exception], certificate: Certificate, ada: User
) -> None:
    words = {"name": "Tess Trainer", "cause": "correction", "why": "Passport."} | change

    with pytest.raises(error):
        reissuing.reissue(certificate, by=ada, **words)

    assert Certificate.objects.count() == 1
    assert certificate.standing is Standing.VALID


def test_a_name_is_stored_as_it_is_set(certificate: Certificate, ada: User) -> None:
    newer = again(certificate, ada, name=" Te\u0301ss\u00a0 Trainer ")

    assert newer.statement["holder"]["name"] == "Téss Trainer"


def test_replacing_is_safe_to_repeat(
    certificate: Certificate, tess: User, hygiene: Course, ada: User, earn: Earn
) -> None:
    newer = earn(tess, hygiene.achievement, edition=2)
    first = certificate.supersede(newer, cause="correction", by=ada, why="Passport.")
    assert certificate.supersede(newer, cause="name_change", by=ada, why="Otherwise.") == first

    assert Supersession.objects.get().cause == "correction"
    assert CertificateEvent.objects.filter(kind="superseded").count() == 1


def test_a_certificate_is_never_replaced_by_somebody_elses(
    certificate: Certificate, oskar: User, hygiene: Course, depth: Course, tess: User, ada: User, earn: Earn
) -> None:
    for stranger in (earn(oskar, hygiene.achievement), earn(tess, depth.achievement)):
        with pytest.raises(Refused):
            certificate.supersede(stranger, cause="correction", by=ada)
    assert certificate.standing is Standing.VALID


def test_a_replacement_is_final_but_for_its_being_shown(certificate: Certificate, ada: User) -> None:
    again(certificate, ada)
    Supersession.objects.update(is_shared=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Supersession.objects.update(cause="renewal")
    with pytest.raises(IntegrityError), transaction.atomic():
        Supersession.objects.all()._raw_delete(Supersession.objects.db)


def test_the_holder_alone_shows_the_newer_one(
    certificate: Certificate, tess: User, ada: User, client_of: ClientOf
) -> None:
    again(certificate, ada)
    address = reverse("certificates:sharing_change", args=[certificate.code])
    assert not Supersession.objects.get().is_shared

    assert client_of(ada).post(address, {"shared": "yes"}).status_code == 404
    with pytest.raises(PermissionDenied):
        reissuing.share(certificate, by=ada, is_shared=True)
    assert not Supersession.objects.get().is_shared

    assert client_of(tess).post(address, {"shared": "yes"}).status_code == 302
    assert Supersession.objects.get().is_shared
    client_of(tess).post(address, {"shared": "no"})
    assert not Supersession.objects.get().is_shared


def test_nothing_is_shown_of_one_that_is_not_replaced(
    certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    address = reverse("certificates:sharing_change", args=[certificate.code])

    assert client_of(tess).post(address, {"shared": "yes"}).status_code == 404


def test_the_older_ones_pages_stay_for_ever(
    certificate: Certificate, tess: User, ada: User, client_of: ClientOf
) -> None:
    newer = again(certificate, ada)

    mine = client_of(tess).get(certificate.get_absolute_url())
    assert mine.status_code == 200
    assert "Replaced on" in mine.text
    assert newer.get_absolute_url() in mine.text
    public = client_of(tess).get(certificate.get_check_url())
    assert public.status_code == 200
    assert newer.code not in public.text

    newer.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    assert client_of(tess).get(certificate.get_absolute_url()).status_code == 200


def test_staff_issue_it_again_on_a_page(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    client = client_of(ada)
    address = reverse("certificates:reissue_create", args=[certificate.code])
    assert certificate.statement["holder"]["name"] in client.get(address).text

    wrong = client.post(address, {"name": "王", "cause": "correction", "why": "Passport."})
    assert wrong.status_code == 422
    assert "cannot print" in wrong.text

    done = client.post(address, {"name": "Tess Trainer", "cause": "correction", "why": "Passport."})
    newer = Certificate.objects.get(edition=2)
    assert done["Location"] == newer.get_absolute_url()

    late = client.post(address, {"name": "Tess Third", "cause": "correction", "why": "Passport."})
    assert late.status_code == 422
    assert "Correct the newer one" in late.text


@pytest.mark.django_db(transaction=True)
def test_four_who_issue_it_again_at_once_make_one(certificate: Certificate, ada: User) -> None:
    got = at_once(4, lambda place: again(Certificate.objects.get(pk=certificate.pk), ada, name=f"Tess {place} T"))

    assert [type(fault) for fault in faults(got)] == [Refused] * 3
    assert Certificate.objects.count() == 2
    assert Supersession.objects.count() == 1
    assert Job.objects.filter(kind="draw_certificate").count() == 1
