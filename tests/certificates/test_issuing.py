"""One pass, one certificate, one file, one letter: whatever is repeated, doubled or broken on the way."""

import hashlib
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from certificates import issuing, storing
from certificates import work as work_module
from certificates.canonical import digest
from certificates.codes import is_well_formed
from certificates.models import Achievement, Certificate, CertificateEvent, IssuerKey, Standing
from courses.models import Course, Programme
from jobs import running
from jobs.models import Job, Mail
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.certificates.living import at_once, faults


def complete(course: Course, trainee: User) -> None:
    course.enrol(trainee).complete()


def held(trainee: User, course: Course) -> Certificate:
    return Certificate.objects.get(holder=trainee, achievement=course.achievement)


def kinds(certificate: Certificate) -> list[str]:
    """What the register remembers of it, in order."""
    return [event.kind for event in CertificateEvent.objects.filter(certificate=certificate).order_by("number")]


def written(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


def work(job_kind: str = "draw_certificate") -> None:
    """Do the jobs of a kind once, here."""
    for job in Job.objects.filter(kind=job_kind):
        running.run(job.pk)


def test_completing_a_course_makes_a_certificate_and_its_job_in_one_transaction(tess: User, hygiene: Course) -> None:
    complete(hygiene, tess)

    certificate = held(tess, hygiene)
    assert is_well_formed(certificate.code)
    assert certificate.snapshot_sha256 == digest(certificate.snapshot)
    assert len(certificate.seal) == 32
    assert certificate.statement["holder"] == {"name": "Tess Trainee"}
    assert certificate.statement["check_at"] == f"HTTPS://ACADEMY.EXAMPLE/V/{certificate.code}"
    assert "score" not in certificate.snapshot
    assert Job.objects.get(kind="draw_certificate").key == certificate.code


def test_a_completion_that_is_rolled_back_leaves_no_certificate(tess: User, hygiene: Course) -> None:
    with transaction.atomic():
        complete(hygiene, tess)
        assert Certificate.objects.exists()
        transaction.set_rollback(True)

    assert not Certificate.objects.exists()
    assert not Job.objects.exists()


def test_the_job_draws_stores_records_and_tells(
    tess: User, hygiene: Course, files: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        complete(hygiene, tess)

    certificate = held(tess, hygiene)
    content = (files / certificate.pdf_key).read_bytes()
    letter = Mail.objects.get()
    assert hashlib.sha256(content).hexdigest() == certificate.pdf_sha256
    assert certificate.pdf_size == len(content)
    assert certificate.pdf_key == f"certs/{certificate.pdf_sha256[:2]}/{certificate.pdf_sha256}.pdf"
    assert (letter.key, letter.to) == (f"certificate-issued:{certificate.code}", tess.email)
    assert certificate.get_absolute_url() in letter.text
    assert Job.objects.get(kind="draw_certificate").state == Job.State.DONE


def test_drawing_twice_changes_nothing_and_writes_one_letter(certificate: Certificate, files: Path) -> None:
    issuing.draw(certificate)
    first = Certificate.objects.values().get()
    issuing.draw(certificate)  # a worker that read the row before it was drawn
    issuing.draw(Certificate.objects.get())

    assert Certificate.objects.values().get() == first
    assert hashlib.sha256((files / first["pdf_key"]).read_bytes()).hexdigest() == first["pdf_sha256"]
    assert kinds(certificate) == ["sealed", "delivered"]
    assert Mail.objects.count() == 1


def test_completing_again_while_it_stands_issues_none(tess: User, hygiene: Course) -> None:
    complete(hygiene, tess)
    complete(hygiene, tess)
    issuing.award(hygiene.achievement, tess, earned_at=timezone.now() + timedelta(days=1))

    assert Certificate.objects.count() == 1


def test_passing_again_after_it_expired_opens_the_next_cycle(tess: User, hygiene: Course, earn: Earn) -> None:
    old = earn(tess, hygiene.achievement, days_ago=400)

    issuing.award(hygiene.achievement, tess, earned_at=old.issued_at)
    assert Certificate.objects.count() == 1
    new = issuing.award(hygiene.achievement, tess, earned_at=timezone.now())

    assert new is not None
    assert (new.cycle, new.standing) == (2, Standing.VALID)
    assert new.code != old.code


def test_a_revoked_one_is_not_issued_again_by_itself(tess: User, ada: User, hygiene: Course) -> None:
    complete(hygiene, tess)
    held(tess, hygiene).revoke(by=ada, reason_code="other", public_reason="A mistake.")

    issuing.award(hygiene.achievement, tess, earned_at=timezone.now() + timedelta(days=1))
    issuing.award_what_is_due()

    assert Certificate.objects.count() == 1


def test_the_database_refuses_a_second_one_of_the_same_award(certificate: Certificate) -> None:
    words = issuing.words(certificate.achievement, "Tess Trainee", now=timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(holder=certificate.holder, achievement=certificate.achievement, **words)


@pytest.mark.parametrize("change", [{"snapshot": "{}"}, {"expires_on": "2099-01-01"}, {"code": "0" * 16}, {"cycle": 9}])
def test_the_database_refuses_to_change_what_was_issued(certificate: Certificate, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk)._raw_delete(Certificate.objects.db)


def test_an_edit_of_the_profile_or_the_course_never_touches_what_was_issued(tess: User, hygiene: Course) -> None:
    complete(hygiene, tess)
    before = held(tess, hygiene).snapshot
    tess.name = "Someone Else"
    tess.save()
    Achievement.objects.update(title="Another title", sentences=[])

    issuing.draw(held(tess, hygiene))

    assert held(tess, hygiene).snapshot == before
    assert held(tess, hygiene).statement["holder"]["name"] == "Tess Trainee"


def test_nothing_is_certified_before_its_prerequisites(tess: User, hygiene: Course, depth: Course) -> None:
    complete(depth, tess)
    assert not Certificate.objects.exists()

    complete(hygiene, tess)
    issuing.award_what_is_due()

    assert set(Certificate.objects.values_list("achievement__slug", flat=True)) == {"clean", "deep"}


def test_someone_without_a_name_gets_it_once_there_is_one(hygiene: Course) -> None:
    nameless = person("new@example.com")
    complete(hygiene, nameless)
    issuing.award_what_is_due()
    assert not Certificate.objects.exists()

    nameless.confirm_name("New Person")
    issuing.award_what_is_due()
    issuing.award_what_is_due()

    assert Certificate.objects.get().statement["holder"]["name"] == "New Person"


def test_competence_needs_every_course_and_the_examination(
    tess: User, programme: Programme, hygiene: Course, depth: Course, competence: Achievement
) -> None:
    complete(hygiene, tess)
    programme.complete(tess)
    assert not Certificate.objects.filter(achievement=competence).exists()

    complete(depth, tess)

    assert Certificate.objects.filter(achievement=competence).count() == 1


def test_competence_is_issued_on_the_examination_when_the_courses_stand(
    tess: User, programme: Programme, hygiene: Course, depth: Course, competence: Achievement
) -> None:
    complete(hygiene, tess)
    complete(depth, tess)
    assert not Certificate.objects.filter(achievement=competence).exists()

    programme.complete(tess)

    assert Certificate.objects.get(achievement=competence).statement["achievement"]["kind"] == "programme"


@pytest.mark.parametrize("fault", ["expired", "revoked"])
def test_competence_waits_for_a_course_certificate_that_stands(
    fault: str, tess: User, ada: User, programme: Programme, hygiene: Course, depth: Course, competence: Achievement,
    earn: Earn,
) -> None:  # fmt: skip
    old = earn(tess, hygiene.achievement, days_ago=400 if fault == "expired" else 1)
    if fault == "revoked":
        old.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    earn(tess, depth.achievement)

    programme.complete(tess)
    assert not Certificate.objects.filter(achievement=competence).exists()
    if fault == "expired":
        issuing.award(hygiene.achievement, tess, earned_at=timezone.now())
        issuing.award_what_is_due()

        assert Certificate.objects.filter(achievement=competence).count() == 1


def test_a_name_that_cannot_be_printed_parks_the_job_and_says_which_letters(
    tess: User, hygiene: Course, earn: Earn
) -> None:
    tess.name = "王小明"
    certificate = earn(tess, hygiene.achievement)
    job = running.enqueue("draw_certificate", certificate.code, {"certificate_id": certificate.pk})

    running.run(job.pk)

    job.refresh_from_db()
    assert job.state == Job.State.PARKED
    assert "王" in job.error
    assert not Certificate.objects.get().is_drawn
    assert not Mail.objects.exists()


def test_storage_that_fails_leaves_no_half_file_and_the_job_tries_again(
    certificate: Certificate, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = running.enqueue("draw_certificate", certificate.code, {"certificate_id": certificate.pk})

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        running.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert "No space left" in job.error
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert not Certificate.objects.get().is_drawn

    Job.objects.update(due_at=timezone.now())
    running.run(job.pk)

    assert Certificate.objects.get().is_drawn
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE


def test_a_file_that_was_cut_short_is_replaced_whole(files: Path) -> None:
    path = files / "certs" / "aa" / "file.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the by")

    storing.keep("certs/aa/file.pdf", b"the bytes")

    assert path.read_bytes() == b"the bytes"


def test_a_file_that_is_there_is_never_written_again(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    key = storing.keep("certs/aa/file.pdf", b"the bytes")

    def written(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(tempfile, "mkstemp", written)

    assert storing.keep("certs/aa/file.pdf", b"the bytes") == key


def test_files_are_for_the_portal_alone(certificate: Certificate, files: Path) -> None:
    issuing.draw(certificate)

    [path] = [path for path in files.rglob("*") if path.is_file()]
    assert path.stat().st_mode & 0o077 == 0
    assert isinstance(storages["private"], FileSystemStorage)


def test_a_withdrawn_one_is_drawn_but_no_letter_praises_it(certificate: Certificate, ada: User) -> None:
    certificate.revoke(by=ada, reason_code="issued_by_mistake", public_reason="Issued by mistake.")

    issuing.draw(Certificate.objects.get())

    assert Certificate.objects.get().is_drawn
    assert not Mail.objects.filter(kind="certificate-issued").exists()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_award_one(tess: User, hygiene: Course) -> None:
    got = at_once(8, lambda _: issuing.award(hygiene.achievement, tess, earned_at=timezone.now()))

    assert len({found.pk for found in got if isinstance(found, Certificate)}) == 1
    assert not faults(got)
    assert Certificate.objects.count() == Job.objects.filter(kind="draw_certificate").count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_complete_a_course_and_one_certificate_comes_of_it(tess: User, hygiene: Course) -> None:
    enrolment = hygiene.enrol(tess)

    got = at_once(8, lambda _: enrolment.complete())

    assert not faults(got)
    assert Certificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_course_and_the_examination_at_once_do_not_miss_each_other(
    tess: User, programme: Programme, hygiene: Course, depth: Course, competence: Achievement
) -> None:
    complete(hygiene, tess)
    enrolment = depth.enrol(tess)

    got = at_once(2, lambda place: enrolment.complete() if place else programme.complete(tess))

    assert not faults(got)
    assert Certificate.objects.filter(achievement=competence).count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_leave_one_file_and_one_letter(certificate: Certificate, files: Path) -> None:
    got = at_once(8, lambda _: issuing.draw(Certificate.objects.select_related("holder").get()))

    assert not faults(got)
    for path in written(files):
        os.utime(path, (0, 0))
    storing.sweep()  # what the others made and could not record
    [path] = written(files)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == Certificate.objects.get().pdf_sha256
    assert len(pypdf.PdfReader(path).pages) == 1
    assert kinds(certificate) == ["sealed", "delivered"]
    assert Mail.objects.count() == 1


def test_what_is_issued_is_remembered_in_order_and_each_thing_once(tess: User, hygiene: Course) -> None:
    complete(hygiene, tess)
    certificate = held(tess, hygiene)
    issued = certificate.events.get(kind="issued")
    assert issued.public["snapshot_sha256"] == certificate.snapshot_sha256
    assert issued.at == certificate.issued_at
    assert certificate.status_entry.list_number == 1

    work()
    work()

    drawn = held(tess, hygiene)
    assert kinds(drawn) == ["issued", "sealed", "delivered"]
    assert drawn.events.get(kind="sealed").public == {
        "pdf_sha256": drawn.pdf_sha256,
        "credential_sha256": drawn.credential_sha256,
    }
    assert digest(drawn.credential_text) == drawn.credential_sha256


def test_the_credential_and_the_token_are_the_same_at_every_try(certificate: Certificate) -> None:
    tries = [issuing.make_file(certificate) for _ in range(2)]

    for column in ("credential_text", "token", "seal_fingerprint"):
        assert tries[0][column] == tries[1][column]
    assert tries[0]["pdf_sha256"] != tries[1]["pdf_sha256"]  # seals differ


def test_only_the_first_file_is_recorded(certificate: Certificate) -> None:
    first, second = (issuing.make_file(certificate) for _ in range(2))

    assert issuing.record_file(certificate, **second)
    assert not issuing.record_file(certificate, **first)

    assert Certificate.objects.get().pdf_sha256 == second["pdf_sha256"]
    assert kinds(certificate) == ["sealed"]


def test_a_missing_key_is_said_plainly_and_the_job_tries_again(certificate: Certificate, settings: Settings) -> None:
    job = running.enqueue("draw_certificate", certificate.code, {"certificate_id": certificate.pk})
    IssuerKey.objects.update(active_from=timezone.now(), retired_at=timezone.now())
    settings.KEYS_MAY_BE_MADE = False

    running.run(job.pk)

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert "No credential key is active. Make one with" in job.error
    settings.KEYS_MAY_BE_MADE = True
    Job.objects.update(due_at=timezone.now())
    running.run(job.pk)
    assert Certificate.objects.get().is_drawn


def test_one_drawn_before_there_were_credentials_keeps_its_file(certificate: Certificate, files: Path) -> None:
    key = storing.keep("certs/aa/old.pdf", b"an old file")
    Certificate.objects.update(
        pdf_sha256=hashlib.sha256(b"an old file").hexdigest(), pdf_key=key, pdf_size=11, drawn_at=timezone.now()
    )

    issuing.draw(Certificate.objects.get())

    old = Certificate.objects.get()
    assert storing.stored(old) == b"an old file"
    assert (old.credential_text, old.token) == ("", "")
    assert kinds(old) == ["delivered"]
    assert [path.name for path in written(files)] == ["old.pdf"]


def age(path: Path, days: float) -> None:
    then = time.time() - days * 24 * 60 * 60
    os.utime(path, (then, then))


def test_a_file_nobody_names_is_swept_after_a_day_and_nothing_else(certificate: Certificate, files: Path) -> None:
    issuing.draw(certificate)
    [issued] = written(files)
    folder = files / "certs" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    lost, young, draft = folder / f"{'a' * 64}.pdf", folder / f"{'b' * 64}.pdf", folder / ".x1.part"
    foreign, elsewhere = folder / "notes.pdf", files / f"{'c' * 64}.pdf"
    for path in (lost, young, draft, foreign, elsewhere):
        path.write_bytes(b"x")
    for path in (issued, lost, draft, foreign, elsewhere):
        age(path, 1.1)
    age(young, 0.9)

    assert storing.sweep() == 2

    assert set(written(files)) == {issued, young, foreign, elsewhere}


def test_many_files_nobody_names_are_left_to_a_person(db: None, files: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(storing.MOST_ORPHANS + 1):
        path = Path(storages["private"].path(storing.keep(f"certs/aa/{number:064x}.pdf", b"x")))
        age(path, 2)

    assert storing.sweep() == 0

    assert len(written(files)) == storing.MOST_ORPHANS + 1
    assert "None was removed" in caplog.text


def test_files_are_swept_once_a_day(db: None) -> None:
    work_module.sweep_files_daily()
    work_module.sweep_files_daily()

    assert Job.objects.filter(kind="sweep_files").count() == 1
