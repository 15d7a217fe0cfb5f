"""The register's memory: chained as it is written, linked by one writer, and every later change is found and named."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from certificates import issuing, reading_back, registering, reissuing
from certificates.codes import grouped
from certificates.models import Certificate, CertificateEvent, RegisterLink
from certificates.models.register import START, chained
from certificates.registering import Head
from courses.models import Course
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.certificates.living import at_once, faults, tampering

Tamper = Callable[[Any], None]


@pytest.fixture
def issued(tess: User, ada: User, hygiene: Course) -> Certificate:
    """Issued, under review, back, and linked."""
    certificate = issuing.issue(hygiene.achievement, tess, name="Tess Trainee", cycle=1)
    certificate.suspend(by=ada, why="A complaint.")
    certificate.reinstate(by=ada, why="Unfounded.")
    registering.link()
    return certificate


@pytest.fixture
def second(hygiene: Course, issued: Certificate) -> Certificate:
    """Somebody else's, of two events, linked after the first."""
    holder = person("bo@example.com", "Bo Second")
    certificate = issuing.issue(hygiene.achievement, holder, name="Bo Second", cycle=1)
    certificate.record("delivered", public={"by": "mail"})
    registering.link()
    return certificate


@pytest.fixture
def third(hygiene: Course, second: Certificate) -> Certificate:
    certificate = issuing.issue(hygiene.achievement, person("cy@example.com", "Cy Third"), name="Cy Third", cycle=1)
    registering.link()
    return certificate


def words() -> str:
    return "\n".join(map(str, reading_back.check()))


def test_events_are_numbered_and_each_names_the_one_before(issued: Certificate) -> None:
    events = list(issued.events.order_by("number"))

    assert [event.number for event in events] == [1, 2, 3]
    assert [event.before_sha256 for event in events] == [START, events[0].sha256, events[1].sha256]
    assert all(re.fullmatch("[0-9a-f]{64}", event.sha256) for event in events)


def test_an_event_belongs_to_the_act(issued: Certificate, ada: User) -> None:
    def fail() -> None:
        with transaction.atomic():
            issued.suspend(by=ada, why="A complaint.")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert issued.events.count() == 3


def test_links_are_numbered_without_a_gap_in_the_order_written(third: Certificate) -> None:
    links = list(RegisterLink.objects.select_related("event"))

    assert [link.number for link in links] == list(range(1, CertificateEvent.objects.count() + 1))
    assert [link.event_id for link in links] == sorted(link.event_id for link in links)
    before = START
    for link in links:
        assert link.sha256 == chained(before, link.event.sha256)
        before = link.sha256
    assert registering.head() == Head(len(links), before)


def test_linking_again_links_nothing(third: Certificate) -> None:
    assert registering.link() == 0


def test_many_are_linked_in_batches(issued: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "BATCH", 4)
    for number in range(9):
        issued.record("delivered", public={"number": number})

    assert registering.link() == 9
    assert reading_back.check() == []


def test_a_whole_register_has_no_problem_and_the_command_prints_its_head(third: Certificate) -> None:
    assert reading_back.check() == []
    out = StringIO()
    call_command("check_register", stdout=out)

    head = registering.head()
    assert head
    assert f"Keep this elsewhere: {head}" in out.getvalue()
    call_command("check_register", expect=head, stdout=StringIO())


def test_an_empty_register_is_whole(db: None) -> None:
    assert reading_back.check() == []
    assert registering.head() is None


def changed_note(cursor: Any) -> None:
    cursor.execute("UPDATE certificates_certificateevent SET note = 'Praise.' WHERE note = 'A complaint.'")


def changed_time(cursor: Any) -> None:
    cursor.execute("UPDATE certificates_certificateevent SET at = '2020-01-01 00:00:00+00:00' WHERE kind = 'suspended'")


def changed_kind(cursor: Any) -> None:
    cursor.execute("UPDATE certificates_certificateevent SET kind = 'delivered' WHERE kind = 'suspended'")


def changed_public(cursor: Any) -> None:
    cursor.execute("UPDATE certificates_certificateevent SET public = '{}' WHERE kind = 'delivered'")


def changed_actor(cursor: Any) -> None:
    cursor.execute("UPDATE certificates_certificateevent SET by_id = NULL WHERE kind = 'suspended'")


def changed_hash(cursor: Any) -> None:
    cursor.execute(f"UPDATE certificates_certificateevent SET sha256 = '{'a' * 64}' WHERE kind = 'suspended'")


def _delete(cursor: Any, condition: str) -> None:
    found = f"SELECT id FROM certificates_certificateevent WHERE {condition}"
    cursor.execute(f"DELETE FROM certificates_registerlink WHERE event_id IN ({found})")
    cursor.execute(f"DELETE FROM certificates_certificateevent WHERE {condition}")


def deleted_in_the_middle(cursor: Any) -> None:
    _delete(cursor, "kind = 'suspended'")


def deleted_at_the_end(cursor: Any) -> None:
    _delete(cursor, "kind = 'reinstated'")


def deleted_whole_history(cursor: Any) -> None:
    code = "SELECT id FROM certificates_certificate ORDER BY id LIMIT 1"
    _delete(cursor, f"certificate_id = ({code})")


def deleted_link(cursor: Any) -> None:
    cursor.execute("DELETE FROM certificates_registerlink WHERE number = 3")


def swapped_link(cursor: Any) -> None:
    cursor.execute(f"UPDATE certificates_registerlink SET sha256 = '{'b' * 64}' WHERE number = 3")


def moved_to_another(cursor: Any) -> None:
    cursor.execute("SELECT id FROM certificates_certificate ORDER BY id DESC LIMIT 1")
    (last,) = cursor.fetchone()
    cursor.execute(f"UPDATE certificates_certificateevent SET certificate_id = {last} WHERE kind = 'reinstated'")


def swapped_between_two(cursor: Any) -> None:
    """Both are the first of their certificate, so numbers and links still fit."""
    cursor.execute("SELECT id, certificate_id FROM certificates_certificateevent WHERE number = 1 ORDER BY id LIMIT 2")
    (one, first), (other, second) = cursor.fetchall()
    move = "UPDATE certificates_certificateevent SET certificate_id = %s, number = %s WHERE id = %s"
    for row in ((first, 99, one), (first, 1, other), (second, 1, one)):
        cursor.execute(move, row)


def reworded_certificate(cursor: Any) -> None:
    cursor.execute("UPDATE certificates_certificate SET snapshot = replace(snapshot, 'Tess', 'Bess')")


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (changed_note, "Certificate {first}, event 2: its words are not those that were recorded."),
        (changed_time, "Certificate {first}, event 2: its words are not those that were recorded."),
        (changed_kind, "Certificate {first}, event 2: its words are not those that were recorded."),
        (changed_actor, "Certificate {first}, event 2: its words are not those that were recorded."),
        (changed_hash, "Certificate {first}, event 2: its words are not those that were recorded."),
        (changed_public, "Certificate {second}, event 2: its words are not those that were recorded."),
        (deleted_in_the_middle, "Certificate {first}: event 2 is missing before event 3."),
        (deleted_at_the_end, "Register: link 3 is missing before link 4."),
        (deleted_whole_history, "Register: link 1 is missing before link 4."),
        (deleted_link, "Register: link 3 is missing before link 4."),
        (swapped_link, "Register, link 3: it does not follow the link before it."),
        (moved_to_another, "Certificate {third}: event 2 is missing before event 3."),
        (swapped_between_two, "Certificate {first}, event 1: its words are not those that were recorded."),
        (reworded_certificate, "Certificate {first}: its words are not those it was issued with."),
    ],
)
def test_what_was_tampered_with_is_found_and_named(
    tamper: Tamper, named: str, issued: Certificate, second: Certificate, third: Certificate
) -> None:
    with tampering() as cursor:
        tamper(cursor)

    first, *_others = reading_back.check()
    assert str(first) == named.format(
        first=grouped(issued.code), second=grouped(second.code), third=grouped(third.code)
    )
    with pytest.raises(CommandError) as refused:
        call_command("check_register", stdout=StringIO())
    assert str(first) in str(refused.value)
    assert refused.value.returncode == 1


def test_a_deleted_history_is_missed_by_its_certificate_too(third: Certificate, issued: Certificate) -> None:
    with tampering() as cursor:
        deleted_whole_history(cursor)

    assert f"Certificate {grouped(issued.code)}: no event of it is kept." in words()


@pytest.mark.parametrize("kind", ["suspended", "reinstated", "revoked", "superseded"])
def test_an_act_without_its_event_is_found_though_the_chains_look_whole(
    kind: str, issued: Certificate, ada: User
) -> None:
    """Whoever deletes the newest event with its link leaves no gap; what the act left elsewhere betrays it."""
    if kind == "superseded":
        reissuing.reissue(issued, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    elif kind == "revoked":
        issued.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    with tampering() as cursor:
        _delete(cursor, f"kind = '{kind}'")
        cursor.execute("DELETE FROM certificates_registerlink")
    registering.link()

    label = CertificateEvent.Kind(kind).label
    assert f"Certificate {grouped(issued.code)}: the event “{label}” is missing." in words()


@pytest.mark.parametrize(
    ("undo", "named"),
    [
        ("DELETE FROM certificates_revocation", "the register no longer holds what its event “Revoked” tells."),
        ("DELETE FROM certificates_supersession", "the register no longer holds what its event “Replaced” tells."),
        ("DELETE FROM certificates_suspension", "the register no longer holds what its event “Suspended” tells."),
        ("UPDATE certificates_certificate SET expires_on = '2099-12-31'", "its days are not those it was issued with."),
        (
            f"UPDATE certificates_certificate SET pdf_sha256 = '{'e' * 64}' WHERE pdf_sha256 <> ''",
            "its file is not the one that was sealed.",
        ),
        (
            "UPDATE certificates_certificate SET credential_text = replace(credential_text, 'Tess', 'Bess')",
            "its credential is not the one that was issued.",
        ),
    ],
)
def test_bad_news_taken_back_behind_its_event_is_found(
    undo: str, named: str, tess: User, ada: User, hygiene: Course, issued: Certificate
) -> None:
    issuing.draw(issued)
    newer = reissuing.reissue(issued, name="Tess Tester", cause="correction", by=ada, why="Misspelt.")
    newer.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    registering.link()
    assert words() == ""

    with tampering() as cursor:
        cursor.execute(undo)

    assert f"Certificate {grouped(issued.code)}: {named}" in words()


def test_a_register_rewritten_whole_is_found_by_the_head_that_was_kept_elsewhere(third: Certificate) -> None:
    kept = registering.head()
    assert kept
    with tampering() as cursor:
        cursor.execute("DELETE FROM certificates_registerlink")
        changed_note(cursor)
        for event in CertificateEvent.objects.order_by("certificate_id", "number").select_related("certificate"):
            last = CertificateEvent.objects.filter(certificate=event.certificate, number=event.number - 1).first()
            event.before_sha256 = last.sha256 if last else START
            event.sha256 = event.hashed(event.certificate.code)
            event.save()
    registering.link()

    assert reading_back.check() == []  # it proves nothing by itself
    (problem,) = reading_back.check(kept)
    assert "not the one that was kept elsewhere" in str(problem)
    with pytest.raises(CommandError, match="rewritten"):
        call_command("check_register", expect=kept, stdout=StringIO())


def test_what_was_cut_off_the_end_is_found_by_the_head_too(third: Certificate) -> None:
    kept = registering.head()
    assert kept
    with tampering() as cursor:
        cursor.execute(f"DELETE FROM certificates_registerlink WHERE number = {kept.number}")

    assert any("cut off" in str(problem) for problem in reading_back.check(kept))


def test_a_head_that_is_none_is_refused_before_anything_is_read(db: None) -> None:
    with pytest.raises(CommandError, match="NUMBER:HASH"):
        call_command("check_register", "--expect", "7", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("check_register", "--expect", f"1:{'0' * 64}", stdout=StringIO())


def test_events_cannot_be_changed_or_deleted_without_dropping_the_triggers(issued: Certificate) -> None:
    for rows in (CertificateEvent.objects.all(), RegisterLink.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(sha256="0" * 64)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_checking_asks_as_often_for_many_as_for_few(third: Certificate) -> None:
    with CaptureQueriesContext(connection) as few:
        reading_back.check()
    for number in range(30):
        third.record("delivered", public={"number": number})
    registering.link()
    with CaptureQueriesContext(connection) as many:
        reading_back.check()

    assert len(many) == len(few)


def test_certificates_from_before_events_are_remembered_as_adopted(
    tess: User, ada: User, hygiene: Course, depth: Course, earn: Earn
) -> None:
    old = earn(tess, hygiene.achievement, days_ago=30)
    gone = earn(tess, depth.achievement, days_ago=20)
    gone.revoke(by=ada, reason_code="other", public_reason="A mistake.", private_note="File 7.")
    with tampering() as cursor:
        cursor.execute("DELETE FROM certificates_certificateevent")

    registering.begin()

    (issued,) = old.events.all()
    assert (issued.kind, issued.at, issued.public["adopted"]) == ("issued", old.issued_at, True)
    assert [event.kind for event in gone.events.order_by("number")] == ["issued", "revoked"]
    assert gone.events.get(number=2).note == "File 7."
    registering.link()
    assert reading_back.check() == []


def test_a_history_that_was_deleted_does_not_grow_back_by_itself(issued: Certificate, third: Certificate) -> None:
    with tampering() as cursor:
        deleted_whole_history(cursor)
    registering.begin()
    assert not issued.events.exists()

    out = StringIO()
    with pytest.raises(CommandError):  # the gap in the links stays for ever
        call_command("check_register", adopt=True, stdout=out)
    assert "Adopted: 1" in out.getvalue()
    assert issued.events.get(number=1).public["adopted"] is True


@pytest.mark.django_db(transaction=True)
def test_many_acts_at_once_leave_one_chain(tess: User, hygiene: Course) -> None:
    certificate = issuing.issue(hygiene.achievement, tess, name="Tess Trainee", cycle=1)

    got = at_once(6, lambda place: certificate.record("delivered", public={"number": place}))

    assert not faults(got)
    assert sorted(certificate.events.values_list("number", flat=True)) == list(range(1, certificate.events.count() + 1))
    registering.link()
    assert reading_back.check() == []


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_link_each_event_once(tess: User, hygiene: Course) -> None:
    certificate = issuing.issue(hygiene.achievement, tess, name="Tess Trainee", cycle=1)
    for number in range(40):
        certificate.record("delivered", public={"number": number})

    def act(place: int) -> object:
        if place % 2:
            return certificate.record("delivered", public={"late": place})
        return registering.link()

    got = at_once(6, act)
    registering.link()

    assert not faults(got)
    assert RegisterLink.objects.count() == CertificateEvent.objects.count()
    assert reading_back.check() == []
