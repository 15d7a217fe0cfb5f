"""A certificate under review, and back; and withdrawn with the chain it stands in."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from certificates import reissuing
from certificates.models import (
    Achievement,
    Certificate,
    CertificateEvent,
    Revocation,
    Standing,
    Supersession,
    Suspension,
)
from certificates.refusing import Refused
from courses.models import Course
from jobs.models import Mail
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.certificates.living import at_once, faults
from tests.conftest import ClientOf


def kinds(certificate: Certificate) -> list[str]:
    return [event.kind for event in certificate.events.order_by("number")]


def test_a_suspended_one_stands_no_longer_and_a_reinstated_one_does(certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="Somebody else may have sat the quiz.")
    assert certificate.standing is Standing.SUSPENDED
    assert Certificate.objects.get().standing is Standing.SUSPENDED

    certificate.reinstate(by=ada, why="She showed the recording.")

    assert Certificate.objects.get().standing is Standing.VALID
    assert certificate.suspended_at is None
    row = Suspension.objects.get()
    assert (row.suspended_by, row.why) == (ada, "Somebody else may have sat the quiz.")
    assert (row.reinstated_by, row.why_reinstated) == (ada, "She showed the recording.")
    assert kinds(certificate) == ["suspended", "reinstated"]


def test_the_events_keep_why_for_staff_and_say_nothing_in_public(certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="A complaint.")

    event = CertificateEvent.objects.get()
    assert (event.by, event.note, event.public) == (ada, "A complaint.", {})


def test_it_may_come_under_review_again(certificate: Certificate, ada: User) -> None:
    for round_ in range(2):
        certificate.suspend(by=ada, why=f"Round {round_}.")
        certificate.reinstate(by=ada, why="Nothing found.")

    assert Suspension.objects.count() == 2
    assert certificate.standing is Standing.VALID


def test_asking_twice_is_asking_once(certificate: Certificate, ada: User) -> None:
    first = certificate.suspend(by=ada, why="First.")
    again = certificate.suspend(by=ada, why="Second.")
    assert again == first
    certificate.reinstate(by=ada, why="Done.")
    assert certificate.reinstate(by=ada, why="Done again.") is None

    assert Suspension.objects.get().why == "First."
    assert kinds(certificate) == ["suspended", "reinstated"]


@pytest.mark.parametrize("verb", ["suspend", "reinstate", "revoke", "reissue"])
@pytest.mark.parametrize("who", ["tess", "ines", "oskar", "holder on the staff"])
def test_only_staff_act_and_nobody_on_their_own(
    verb: str, who: str, certificate: Certificate, ada: User, request: pytest.FixtureRequest
) -> None:
    if who == "holder on the staff":
        User.objects.filter(pk=certificate.holder_id).update(is_staff=True)
        by = User.objects.get(pk=certificate.holder_id)
    else:
        by = request.getfixturevalue(who)
    if verb == "reinstate":
        certificate.suspend(by=ada, why="A complaint.")

    acts: dict[str, Callable[[], object]] = {
        "suspend": lambda: certificate.suspend(by=by, why="Because."),
        "reinstate": lambda: certificate.reinstate(by=by, why="Because."),
        "revoke": lambda: certificate.revoke(by=by, reason_code="other", public_reason="Because."),
        "reissue": lambda: reissuing.reissue(certificate, name="Bo", cause="correction", by=by, why="Because."),
    }
    with pytest.raises(PermissionDenied):
        acts[verb]()

    assert Certificate.objects.get().standing is (Standing.SUSPENDED if verb == "reinstate" else Standing.VALID)


@pytest.mark.parametrize("why", ["", "   "])
def test_a_review_says_why(why: str, certificate: Certificate, ada: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        certificate.suspend(by=ada, why=why)
    certificate.suspend(by=ada, why="A complaint.")
    with pytest.raises(Refused, match="Say why"):
        certificate.reinstate(by=ada, why=why)


def test_what_is_over_is_not_put_under_review(certificate: Certificate, ada: User) -> None:
    newer = reissuing.reissue(certificate, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    with pytest.raises(Refused, match="newer certificate"):
        certificate.suspend(by=ada, why="A complaint.")
    newer.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    with pytest.raises(Refused, match="revoked"):
        newer.suspend(by=ada, why="A complaint.")


def test_an_expired_one_may_be_put_under_review_since_it_can_still_be_renewed(
    tess: User, ada: User, hygiene: Course, earn: Earn
) -> None:
    old = earn(tess, hygiene.achievement, days_ago=400)

    old.suspend(by=ada, why="A complaint.")

    assert old.standing is Standing.SUSPENDED


def test_a_revoked_one_stays_revoked_when_its_review_ends(certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="A complaint.")
    certificate.revoke(by=ada, reason_code="other", public_reason="Founded.")
    certificate.reinstate(by=ada, why="The review is over.")

    assert certificate.standing is Standing.REVOKED


def test_the_end_of_a_review_is_final(certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="A complaint.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.update(why="Kinder words.")
    certificate.reinstate(by=ada, why="Done.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.update(why_reinstated="Other words.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.all()._raw_delete(Suspension.objects.db)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_revoking_one_of_a_chain_revokes_the_whole_chain(which: int, certificate: Certificate, ada: User) -> None:
    second = reissuing.reissue(certificate, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    third = reissuing.reissue(second, name="Tess Tailor", cause="name_change", by=ada, why="Married.")
    chosen = [certificate, second, third][which]

    chosen.revoke(by=ada, reason_code="wrong_person", public_reason="Not her work.", private_note="File 7.")

    rows = Certificate.objects.order_by("pk")
    assert [one.standing for one in rows] == [Standing.REVOKED] * 3
    assert Revocation.objects.count() == 3
    events = CertificateEvent.objects.filter(kind="revoked").order_by("certificate_id")
    assert [event.certificate_id for event in events] == [certificate.pk, second.pk, third.pk]
    assert {event.public["reason"] for event in events} == {"Not her work."}
    assert all("File 7." in event.note for event in events)
    # Nobody learns the number of another certificate from what is public.
    assert not [event for event in events if any(one.code in str(event.public) for one in rows)]


def test_a_chain_with_one_revoked_already_keeps_that_first_revocation(certificate: Certificate, ada: User) -> None:
    newer = reissuing.reissue(certificate, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    newer.revoke(by=ada, reason_code="other", public_reason="First.")
    certificate.revoke(by=ada, reason_code="wrong_person", public_reason="Second.")

    assert set(Revocation.objects.values_list("public_reason", flat=True)) == {"First."}
    assert CertificateEvent.objects.filter(kind="revoked").count() == 2


def test_another_achievement_of_the_holder_stands(
    certificate: Certificate, tess: User, ada: User, depth: Course, earn: Earn
) -> None:
    other = earn(tess, depth.achievement)

    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    assert Certificate.objects.get(pk=other.pk).standing is Standing.VALID


def test_competence_says_that_hygiene_is_due_while_hygiene_is_under_review(
    certificate: Certificate, tess: User, ada: User, competence: Achievement, earn: Earn
) -> None:
    whole = earn(tess, competence)
    assert Certificate.objects.get(pk=whole.pk).conditions == ()

    certificate.suspend(by=ada, why="A complaint.")
    assert Certificate.objects.get(pk=whole.pk).conditions == ("hygiene_renewal_due",)

    certificate.reinstate(by=ada, why="Unfounded.")
    assert Certificate.objects.get(pk=whole.pk).conditions == ()


def test_a_corrected_hygiene_certificate_keeps_competence_current(
    certificate: Certificate, tess: User, ada: User, competence: Achievement, earn: Earn
) -> None:
    whole = earn(tess, competence)
    newer = reissuing.reissue(certificate, name="Tess Trainer", cause="correction", by=ada, why="Passport.")
    assert Certificate.objects.get(pk=whole.pk).conditions == ()

    newer.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    assert Certificate.objects.get(pk=whole.pk).conditions == ("hygiene_renewal_due",)


@pytest.mark.django_db(transaction=True)
def test_two_who_suspend_at_once_begin_one_review(certificate: Certificate, ada: User) -> None:
    colleague = person("bo@example.com", "Bo", is_staff=True)

    got = at_once(
        4, lambda place: Certificate.objects.get().suspend(by=(ada, colleague)[place % 2], why=f"Number {place}.")
    )

    assert not faults(got)
    assert Suspension.objects.count() == CertificateEvent.objects.filter(kind="suspended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_revoking_while_it_is_issued_again_leaves_nothing_that_stands(certificate: Certificate, ada: User) -> None:
    def act(place: int) -> object:
        row = Certificate.objects.get(pk=certificate.pk)
        if place:
            return row.revoke(by=ada, reason_code="other", public_reason="A mistake.")
        return reissuing.reissue(row, name="Tess Trainer", cause="correction", by=ada, why="Passport.")

    got = at_once(2, act)

    assert not [fault for fault in faults(got) if not isinstance(fault, Refused)]
    assert {one.standing for one in Certificate.objects.all()} == {Standing.REVOKED}


def letters() -> list[Mail]:
    return list(Mail.objects.order_by("pk"))


def test_the_holder_is_told_of_every_review_and_its_end_and_never_why(certificate: Certificate, ada: User) -> None:
    for _round in range(2):
        certificate.suspend(by=ada, why="A complaint by her neighbour.")
        certificate.suspend(by=ada, why="A complaint by her neighbour.")
        certificate.reinstate(by=ada, why="The neighbour was mistaken.")

    assert [letter.kind for letter in letters()] == ["certificate-suspended", "certificate-reinstated"] * 2
    began, ended = letters()[:2]
    assert began.to == ended.to == certificate.holder.email
    assert began.user == certificate.holder
    day = f"{certificate.suspensions.latest('pk').suspended_at:%-d %B %Y}"
    for part in (began.text, began.html):
        assert f"has been under review since {day}" in part
        assert certificate.grouped_code in part
        assert "Nobody is shown why." in part
        assert "write to" in part
        assert certificate.get_absolute_url() in part
    assert "stands again" in ended.text
    assert not [letter for letter in letters() if "neighbour" in letter.text + letter.html + letter.subject]


def test_the_day_of_a_review_is_the_academys_whoever_acts(
    certificate: Certificate, ada: User, settings: Settings
) -> None:
    settings.ACADEMY_TIME_ZONE = "Europe/Berlin"
    late = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # the fifth in Berlin, still the fourth in New York
    Suspension.objects.create(certificate=certificate, suspended_by=ada, why="A complaint.", suspended_at=late)
    with timezone.override("America/New_York"):
        certificate.reinstate(by=ada, why="Unfounded.")

    assert "It began on 5 March 2026." in letters()[0].text


def test_the_end_of_a_review_says_what_became_of_it(tess: User, ada: User, hygiene: Course, earn: Earn) -> None:
    old = earn(tess, hygiene.achievement, days_ago=400)
    old.suspend(by=ada, why="A complaint.")

    old.reinstate(by=ada, why="Unfounded.")

    assert "so it has expired" in letters()[-1].text
    assert "stands again" not in letters()[-1].text


def test_the_end_of_a_review_of_what_was_replaced_meanwhile_says_so(
    certificate: Certificate, tess: User, ada: User, hygiene: Course, earn: Earn
) -> None:
    certificate.suspend(by=ada, why="A complaint.")
    newer = earn(tess, hygiene.achievement, cycle=2)
    Supersession.objects.create(older=certificate, newer=newer, cause="renewal")

    certificate.reinstate(by=ada, why="Unfounded.")

    assert "A newer certificate has taken its place" in letters()[-1].text


def test_revoking_tells_the_holder_the_public_reason_and_no_more(certificate: Certificate, ada: User) -> None:
    for _time in range(2):
        certificate.revoke(by=ada, reason_code="other", public_reason="A <mistake>.", private_note="File 7.")

    [letter] = letters()
    assert letter.kind == "certificate-revoked"
    assert "A <mistake>." in letter.text
    assert "A &lt;mistake&gt;." in letter.html
    assert "File 7." not in letter.text + letter.html
    assert "took the place of" not in letter.text


@pytest.mark.parametrize("which", [0, 1])
def test_a_chain_that_is_revoked_is_one_letter_about_the_one_that_stood(
    which: int, certificate: Certificate, ada: User
) -> None:
    newer = reissuing.reissue(certificate, name="Tess Trainer", cause="correction", by=ada, why="Passport.")

    [certificate, newer][which].revoke(by=ada, reason_code="other", public_reason="A mistake.")

    [letter] = letters()
    assert newer.grouped_code in letter.text
    assert certificate.grouped_code not in letter.text
    assert "took the place of are revoked with it" in letter.text


def test_after_a_revocation_the_end_of_the_review_is_no_news(certificate: Certificate, ada: User) -> None:
    certificate.suspend(by=ada, why="A complaint.")
    certificate.revoke(by=ada, reason_code="other", public_reason="Founded.")
    certificate.reinstate(by=ada, why="The review is over.")

    assert [letter.kind for letter in letters()] == ["certificate-suspended", "certificate-revoked"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_a_closed_account_gets_no_letter_and_the_act_is_done(
    change: dict[str, object], certificate: Certificate, ada: User
) -> None:
    User.objects.filter(pk=certificate.holder_id).update(**change)

    certificate.suspend(by=ada, why="A complaint.")
    certificate.reinstate(by=ada, why="Unfounded.")
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    assert not letters()
    assert Certificate.objects.get().standing is Standing.REVOKED


def test_an_act_that_is_undone_sends_nothing(certificate: Certificate, ada: User) -> None:
    with transaction.atomic():
        certificate.suspend(by=ada, why="A complaint.")
        transaction.set_rollback(True)

    assert not letters()


def test_staff_suspend_and_reinstate_on_pages(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    client = client_of(ada)
    suspending = reverse("certificates:suspension_create", args=[certificate.code])
    reinstating = reverse("certificates:reinstatement_create", args=[certificate.code])

    assert client.post(suspending, {"why": ""}).status_code == 422
    assert client.post(suspending, {"why": "A complaint."}).status_code == 302
    assert "Under review since" in client.get(certificate.get_absolute_url()).text
    assert client.post(reinstating, {"why": "Unfounded."}).status_code == 302
    assert Certificate.objects.get().standing is Standing.VALID


def test_a_refusal_is_said_on_the_page(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    reissuing.reissue(certificate, name="Tess Trainer", cause="correction", by=ada, why="Passport.")

    page = client_of(ada).post(
        reverse("certificates:suspension_create", args=[certificate.code]), {"why": "A complaint."}
    )

    assert page.status_code == 422
    assert "Suspend the newer one" in page.text


def test_the_holder_reads_the_history_without_names_and_notes(
    certificate: Certificate, tess: User, ada: User, client_of: ClientOf
) -> None:
    certificate.suspend(by=ada, why="A complaint by her neighbour.")
    address = reverse("certificates:history", args=[certificate.code])

    mine, theirs = client_of(tess).get(address).text, client_of(ada).get(address).text

    assert "Put under review" in mine
    assert "neighbour" not in mine
    assert ada.name not in mine
    assert "A complaint by her neighbour." in theirs
    assert ada.name in theirs


def test_a_member_of_staff_does_not_read_notes_about_themselves(
    certificate: Certificate, ada: User, client_of: ClientOf
) -> None:
    certificate.suspend(by=ada, why="A complaint by her neighbour.")
    holder = certificate.holder
    holder.is_staff = True
    holder.save()
    client = client_of(holder)
    page = client.get(reverse("certificates:history", args=[certificate.code]), follow=True)

    assert "neighbour" not in page.text
