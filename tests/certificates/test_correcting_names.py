"""A holder asks for another name on a certificate; staff grant or refuse it, and the holder has a letter."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import User
from certificates import correcting_names
from certificates.models import Certificate, NameCorrection, Standing
from certificates.refusing import Refused
from jobs.models import Mail
from tests.cast import person
from tests.certificates.living import at_once, faults
from tests.conftest import ClientOf

WORDS = {"name": "Tess Tailor", "cause": "name_change", "words": "I married in May."}


@pytest.fixture
def asked(certificate: Certificate, tess: User) -> NameCorrection:
    return correcting_names.ask(certificate, by=tess, **WORDS)


def address(certificate: Certificate) -> str:
    return reverse("certificates:name_correction_create", args=[certificate.code])


def test_the_holder_asks_on_the_page_of_the_certificate(
    certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    client = client_of(tess)
    assert address(certificate) in client.get(certificate.get_absolute_url()).text

    answer = client.post(address(certificate), WORDS)

    row = NameCorrection.objects.get()
    assert answer["Location"] == certificate.get_absolute_url()
    assert (row.asked_by, row.name, row.cause, row.words) == (tess, "Tess Tailor", "name_change", "I married in May.")
    page = client.get(certificate.get_absolute_url()).text
    assert "A person at the academy looks at it" in page
    assert address(certificate) not in page
    assert not Mail.objects.exists()


@pytest.mark.parametrize("change", [{"name": ""}, {"name": "王"}, {"cause": "renewal"}, {"words": "x" * 2001}])
def test_a_bad_form_says_what_to_mend(
    change: dict[str, str], certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    assert client_of(tess).post(address(certificate), WORDS | change).status_code == 422
    assert not NameCorrection.objects.exists()


def test_only_the_holder_asks(certificate: Certificate, ada: User, oskar: User, client_of: ClientOf) -> None:
    for who in (ada, oskar):
        assert client_of(who).post(address(certificate), WORDS).status_code == 404
        with pytest.raises(PermissionDenied):
            correcting_names.ask(certificate, by=who, **WORDS)


def test_asking_twice_waits_once(certificate: Certificate, tess: User, asked: NameCorrection) -> None:
    again = correcting_names.ask(certificate, by=tess, name="Other Name", cause="correction")

    assert again == asked
    assert NameCorrection.objects.get().name == "Tess Tailor"


def test_who_asks_again_is_told_what_was_asked(
    certificate: Certificate, tess: User, asked: NameCorrection, client_of: ClientOf
) -> None:
    client = client_of(tess)

    for answer in (
        client.get(address(certificate), follow=True),
        client.post(address(certificate), WORDS | {"name": "Other Name"}, follow=True),
    ):
        assert answer.redirect_chain == [(certificate.get_absolute_url(), 302)]
        assert "The name “Tess Tailor” is asked for already." in answer.text
        assert "Asked. A person" not in answer.text


def test_what_cannot_be_corrected_is_refused_in_words(certificate: Certificate, tess: User, ada: User) -> None:
    with pytest.raises(Refused, match="carries already"):
        correcting_names.ask(certificate, by=tess, name=" Tess  Trainee", cause="correction")
    with pytest.raises(ValidationError):
        correcting_names.ask(certificate, by=tess, name="王", cause="correction")
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    with pytest.raises(Refused, match="revoked"):
        correcting_names.ask(certificate, by=tess, **WORDS)


def test_granting_it_issues_a_certificate_with_that_name_and_leaves_the_profile_alone(
    certificate: Certificate, tess: User, ada: User, asked: NameCorrection, client_of: ClientOf
) -> None:
    client = client_of(ada)
    assert "Tess Tailor" in client.get(reverse("certificates:name_corrections")).text
    assert "I married in May." in client.get(asked.get_absolute_url()).text

    client.post(asked.get_absolute_url(), {"decision": "granted", "why": "The deed shows it."})

    newer = Certificate.objects.get(edition=2)
    assert newer.statement["holder"]["name"] == "Tess Tailor"
    assert newer.replaces.cause == "name_change"
    assert Certificate.objects.get(pk=certificate.pk).standing is Standing.SUPERSEDED
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by, asked.why) == ("granted", ada, "The deed shows it.")
    tess.refresh_from_db()
    assert tess.name == "Tess Trainee"
    letter = Mail.objects.get(kind="name-correction")
    assert letter.to == tess.email
    assert "It was granted" in letter.text
    assert newer.get_absolute_url() in letter.text
    assert "The deed shows it." in letter.text
    for words in (letter.text, letter.html):
        assert "carries the name of your profile, Tess Trainee" in words
        assert "/profile/" in words


def test_refusing_it_leaves_the_certificate_and_says_why(
    certificate: Certificate, tess: User, ada: User, asked: NameCorrection, client_of: ClientOf
) -> None:
    client_of(ada).post(asked.get_absolute_url(), {"decision": "refused", "why": "Please show a document."})

    assert Certificate.objects.get().standing is Standing.VALID
    assert "Please show a document." in Mail.objects.get(kind="name-correction").text
    page = client_of(tess).get(certificate.get_absolute_url()).text
    assert "Please show a document." in page
    assert address(certificate) in page  # it may be asked for again


def test_a_decision_says_why(asked: NameCorrection, ada: User, client_of: ClientOf) -> None:
    assert client_of(ada).post(asked.get_absolute_url(), {"decision": "granted", "why": ""}).status_code == 422
    with pytest.raises(Refused):
        correcting_names.refuse(asked, by=ada, why="  ")
    asked.refresh_from_db()
    assert not asked.decision


def test_the_first_decision_stands(asked: NameCorrection, ada: User, client_of: ClientOf) -> None:
    stale = NameCorrection.objects.select_related("certificate").get()
    correcting_names.refuse(asked, by=ada, why="No document.")

    with pytest.raises(correcting_names.DecidedAlready):
        correcting_names.grant(stale, by=ada, why="Here it is.")
    client_of(ada).post(asked.get_absolute_url(), {"decision": "granted", "why": "Here it is."})

    assert NameCorrection.objects.get().decision == "refused"
    assert Certificate.objects.count() == 1
    assert Mail.objects.count() == 1


def test_what_was_revoked_meanwhile_cannot_be_granted_but_can_be_refused(
    certificate: Certificate, asked: NameCorrection, ada: User, client_of: ClientOf
) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    client = client_of(ada)

    page = client.post(asked.get_absolute_url(), {"decision": "granted", "why": "The deed shows it."})
    assert page.status_code == 422
    assert "revoked" in page.text
    assert not Mail.objects.filter(kind="name-correction").exists()

    assert client.post(asked.get_absolute_url(), {"decision": "refused", "why": "It is revoked."}).status_code == 302


def test_nobody_decides_on_their_own(certificate: Certificate, tess: User, client_of: ClientOf) -> None:
    tess.is_staff = True
    tess.save()
    asked = correcting_names.ask(certificate, by=tess, **WORDS)

    for decide in (correcting_names.grant, correcting_names.refuse):
        with pytest.raises(PermissionDenied):
            decide(asked, by=tess, why="Of course.")
    assert NameCorrection.objects.get().decided_at is None


def test_only_staff_see_who_asks(asked: NameCorrection, ines: User, tess: User, client_of: ClientOf) -> None:
    for who in (ines, tess):
        assert client_of(who).get(reverse("certificates:name_corrections")).status_code == 404
        assert client_of(who).get(asked.get_absolute_url()).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(certificate: Certificate, tess: User, ada: User) -> None:
    row = correcting_names.ask(certificate, by=tess, **WORDS)
    colleague = person("bo@example.com", "Bo", is_staff=True)

    def act(place: int) -> object:
        fresh = NameCorrection.objects.select_related("certificate__holder").get(pk=row.pk)
        decide = correcting_names.grant if place else correcting_names.refuse
        return decide(fresh, by=(ada, colleague)[place], why="Seen.")

    got = at_once(2, act)

    assert [type(fault) for fault in faults(got)] == [correcting_names.DecidedAlready]
    assert Mail.objects.filter(kind="name-correction").count() == 1
