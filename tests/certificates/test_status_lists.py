"""Status lists: one place for each certificate, a bit that follows what became of it, and lists that never grow old."""

import base64
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction
from django.test import Client
from django.utils import timezone
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from certificates import keys
from certificates.credentials import lists, proofs, publishing, status
from certificates.models import (
    Certificate,
    IssuerKey,
    ListPurpose,
    Purpose,
    StatusEntry,
    StatusListPublication,
    Supersession,
    Suspension,
)
from certificates.models.status import LENGTH
from courses.models import Course
from jobs import running
from jobs.models import Job
from tests.certificates.conftest import Earn
from tests.certificates.living import at_once

pytestmark = pytest.mark.django_db


def served(purpose: str = "revocation", number: int = 1) -> dict[str, Any]:
    answer = Client().get(f"/status/{purpose}/{number}")
    assert answer.status_code == 200, answer
    found: dict[str, Any] = answer.json()
    return found


def marked(purpose: str = "revocation", number: int = 1) -> set[int]:
    """The indices that are set, as software we did not write reads them."""
    return set(set_indices(decode_encoded_list(served(purpose, number)["credentialSubject"]["encodedList"])))


def revoke(certificate: Certificate, by: User) -> None:
    certificate.revoke(by=by, reason_code="other", public_reason="Withdrawn.")


class TestPlaces:
    def test_a_certificate_has_one_place_however_often_it_enters(self, certificate: Certificate) -> None:
        entry = status.enter(certificate)
        assert status.enter(Certificate.objects.get(pk=certificate.pk)) == entry
        assert entry.list_number == 1
        assert 0 <= entry.index < LENGTH

    def test_places_are_drawn_from_the_whole_list(
        self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []

        def last(most: int) -> int:
            asked.append(most)
            return most - 1

        monkeypatch.setattr("certificates.credentials.status.secrets.randbelow", last)
        assert status.enter(certificate).index == LENGTH - 1
        assert asked == [LENGTH]

    def test_a_taken_place_is_left_to_its_certificate(
        self, tess: User, hygiene: Course, earn: Earn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = (earn(tess, hygiene.achievement, cycle=cycle) for cycle in (1, 2))
        drawn = iter([5, 5, 5, 9])
        monkeypatch.setattr("certificates.credentials.status.secrets.randbelow", lambda _: next(drawn))
        with transaction.atomic():  # as in an award, which goes on after the collision
            assert [status.enter(each).index for each in (first, second)] == [5, 9]
        assert StatusEntry.objects.count() == 2

    def test_who_comes_second_for_one_certificate_gets_the_place_of_the_first(
        self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def meanwhile(most: int) -> int:
            """Another process enters the same certificate between the look and the entry."""
            StatusEntry.objects.create(certificate=certificate, list_number=1, index=3)
            return 4

        monkeypatch.setattr("certificates.credentials.status.secrets.randbelow", meanwhile)
        assert status.enter(certificate).index == 3

    def test_a_list_that_is_half_full_takes_no_more(
        self, tess: User, hygiene: Course, earn: Earn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(status, "HALF", 2)
        entries = [status.enter(earn(tess, hygiene.achievement, cycle=cycle)) for cycle in range(1, 6)]
        assert [entry.list_number for entry in entries] == [1, 1, 2, 2, 3]

    def test_certificates_from_before_get_their_places_at_the_next_sweep(self, certificate: Certificate) -> None:
        assert not StatusEntry.objects.exists()
        running.run_due()
        assert StatusEntry.objects.get().certificate == certificate


class TestBits:
    def test_the_first_bit_is_the_left_most(self) -> None:
        text = lists.encoded(bytes([0b10000001]) + bytes(LENGTH // 8 - 1))
        assert text.startswith("u")
        assert not text.endswith("=")
        assert set(set_indices(decode_encoded_list(text))) == {0, 7}

    def test_equal_lists_give_equal_bytes(self) -> None:
        bits = bytes(LENGTH // 8)
        assert lists.encoded(bits) == lists.encoded(bits)
        content = base64.urlsafe_b64decode(lists.encoded(bits)[1:] + "==")
        assert content[4:8] == bytes(4)  # where gzip would write the time
        assert gzip.decompress(content) == bits

    def test_a_revoked_certificate_is_marked_for_ever(self, certificate: Certificate, ada: User) -> None:
        entry = status.enter(certificate)
        lists.rebuild()
        assert marked() == set()
        revoke(certificate, ada)
        lists.rebuild()
        assert marked() == {entry.index}
        assert marked("suspension") == set()

    def test_a_replaced_certificate_counts_as_revoked_for_others(self, tess: User, hygiene: Course, earn: Earn) -> None:
        older, newer = (earn(tess, hygiene.achievement, cycle=cycle) for cycle in (1, 2))
        places = [status.enter(each).index for each in (older, newer)]
        Supersession.objects.create(older=older, newer=newer, cause=Supersession.Cause.RENEWAL)
        lists.rebuild()
        assert marked() == {places[0]}

    def test_a_suspension_comes_and_goes_in_a_list_of_its_own(self, certificate: Certificate, ada: User) -> None:
        entry = status.enter(certificate)
        first = Suspension.objects.create(certificate=certificate, suspended_by=ada, why="Doubt")
        lists.rebuild()
        assert (marked("suspension"), marked()) == ({entry.index}, set())
        Suspension.objects.filter(pk=first.pk).update(
            reinstated_by=ada, reinstated_at=timezone.now(), why_reinstated="Cleared"
        )
        lists.rebuild()
        assert marked("suspension") == set()
        Suspension.objects.create(certificate=certificate, suspended_by=ada, why="Doubt again")
        lists.rebuild()
        assert marked("suspension") == {entry.index}

    def test_each_list_holds_its_own(self, tess: User, hygiene: Course, earn: Earn, ada: User) -> None:
        held = [earn(tess, hygiene.achievement, cycle=cycle) for cycle in (1, 2)]
        for number, each in enumerate(held, start=1):
            StatusEntry.objects.create(certificate=each, list_number=number, index=10 + number)
            revoke(each, ada)
        lists.rebuild()
        assert (marked(number=1), marked(number=2)) == ({11}, {12})


class TestPublishing:
    def versions(self, purpose: ListPurpose = ListPurpose.REVOCATION) -> list[int]:
        return sorted(StatusListPublication.objects.filter(purpose=purpose).values_list("version", flat=True))

    def test_it_is_a_signed_credential_with_an_end(self, certificate: Certificate) -> None:
        status.enter(certificate)
        lists.rebuild()
        found = served()
        row = IssuerKey.objects.get(kid=found["proof"]["verificationMethod"].partition("#")[2])
        public = load_pem_public_key(row.public.encode())
        assert isinstance(public, Ed25519PublicKey)
        assert proofs.is_signed_by(found, public)
        assert found["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
        assert found["issuer"] == "did:web:academy.example"
        assert found["credentialSubject"]["statusPurpose"] == "revocation"
        published = lists.current("revocation", 1)
        assert published is not None
        assert published.valid_until - published.made_at == timedelta(days=7)

    def test_revoking_publishes_by_a_job_that_is_named_after_the_event(
        self,
        certificate: Certificate,
        ada: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        entry = status.enter(certificate)
        lists.rebuild()
        with django_capture_on_commit_callbacks(execute=True):
            revoke(certificate, ada)
        event = certificate.events.get(kind="revoked")
        assert Job.objects.get(kind="publish_status_lists", key=str(event.pk)).state == Job.State.DONE
        assert marked() == {entry.index}

    def test_what_changes_no_list_asks_for_nothing(self, certificate: Certificate) -> None:
        certificate.record("issued")
        certificate.record("sealed")
        assert not Job.objects.filter(kind="publish_status_lists").exists()

    def test_nothing_is_published_again_without_a_reason(self, certificate: Certificate) -> None:
        status.enter(certificate)
        for _again in range(3):
            lists.rebuild()
        assert self.versions() == [1]

    def test_every_list_is_signed_again_each_day(self, certificate: Certificate) -> None:
        status.enter(certificate)
        now = timezone.now()
        lists.rebuild(now)
        lists.rebuild(now + timedelta(hours=23, minutes=59))
        assert self.versions() == [1]
        lists.rebuild(now + timedelta(days=1))
        assert self.versions() == self.versions(ListPurpose.SUSPENSION) == [1, 2]

    def test_old_versions_are_cleared_away(self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "VERSIONS_KEPT", 2)
        now = timezone.now()
        for day in range(5):
            lists.rebuild(now + timedelta(days=day))
        assert self.versions() == [4, 5]

    def test_a_list_signed_with_a_compromised_key_is_signed_again_at_once(self, certificate: Certificate) -> None:
        lists.rebuild()
        first = keys.active(Purpose.CREDENTIAL).kid
        IssuerKey.objects.filter(kid=first).update(compromised_at=timezone.now())
        lists.rebuild()
        assert served()["proof"]["verificationMethod"].partition("#")[2] != first

    def test_without_a_key_the_sweep_says_so_and_others_go_on(
        self, certificate: Certificate, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.KEYS_MAY_BE_MADE = False
        publishing.look_after_lists()
        assert "cannot be published" in caplog.text
        assert StatusEntry.objects.filter(certificate=certificate).exists()

    def test_the_first_list_is_there_before_the_first_certificate(self) -> None:
        publishing.look_after_lists()
        assert marked() == marked("suspension") == set()


class TestServing:
    def test_it_may_be_kept_for_five_minutes_by_anyone(self) -> None:
        lists.rebuild()
        answer = Client().get("/status/revocation/1")
        assert answer["Content-Type"] == "application/vc+ld+json"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert answer["Access-Control-Allow-Origin"] == "*"
        published = lists.current("revocation", 1)
        assert published is not None
        assert answer["ETag"] == f'"{published.etag}"'
        again = Client().get("/status/revocation/1", headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Access-Control-Allow-Origin"] == "*"

    def test_a_list_in_use_that_is_not_published_yet_is_not_denied(self, certificate: Certificate) -> None:
        answer = Client().get("/status/revocation/1")
        assert answer.status_code == 503
        assert answer["Retry-After"] == "30"

    @pytest.mark.parametrize("address", ["/status/revocation/2", "/status/other/1", "/status/revocation/0"])
    def test_other_lists_are_not_there(self, address: str) -> None:
        lists.rebuild()
        assert Client().get(address).status_code == 404

    def test_the_newest_version_is_served(self, certificate: Certificate, ada: User) -> None:
        entry = status.enter(certificate)
        lists.rebuild()
        revoke(certificate, ada)
        lists.rebuild()
        published = lists.current("revocation", 1)
        assert published is not None
        assert published.version == 2
        assert json.loads(published.body) == served()
        assert marked() == {entry.index}


@pytest.mark.django_db(transaction=True)
def test_six_that_publish_at_once_publish_each_list_once(certificate: Certificate, ada: User) -> None:
    entry = status.enter(certificate)
    keys.ensure()
    lists.rebuild()
    revoke(certificate, ada)

    got = at_once(6, lambda _: lists.rebuild())

    assert not [found for found in got if isinstance(found, Exception)]
    assert sorted(StatusListPublication.objects.values_list("purpose", "version")) == [
        ("revocation", 1),
        ("revocation", 2),
        ("suspension", 1),
    ]
    assert marked() == {entry.index}


@pytest.mark.django_db(transaction=True)
def test_six_that_enter_one_certificate_at_once_get_one_place(certificate: Certificate) -> None:
    got = at_once(6, lambda _: status.enter(certificate))
    assert {found.pk for found in got if isinstance(found, StatusEntry)} == {StatusEntry.objects.get().pk}
    assert not [found for found in got if isinstance(found, Exception)]
