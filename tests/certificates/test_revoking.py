"""Staff may withdraw a certificate, once, with a reason; the record stays."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from certificates.models import Certificate, Revocation, Standing
from tests.conftest import ClientOf

WORDS = {
    "reason_code": "wrong_person",
    "public_reason": "The work was not the holder’s own.",
    "private_note": "See file.",
}


def address(certificate: Certificate) -> str:
    return reverse("certificates:revocation_create", args=[certificate.code])


def test_an_administrator_revokes_with_a_reason(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    client = client_of(ada)
    assert client.get(address(certificate)).status_code == 200

    answer = client.post(address(certificate), WORDS)

    revocation = Revocation.objects.get()
    assert answer.status_code == 302
    assert (revocation.by, revocation.reason_code, revocation.private_note) == (ada, "wrong_person", "See file.")
    assert Certificate.objects.get().standing is Standing.REVOKED


def test_the_public_reads_the_reason_but_not_the_note(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    client_of(ada).post(address(certificate), WORDS)

    page = client_of(ada).get(certificate.get_check_url()).text

    assert "The work was not the holder’s own." in page
    assert "See file." not in page


@pytest.mark.parametrize("who", ["tess", "ines", "cleo", "oskar"])
def test_nobody_else_may(
    who: str, certificate: Certificate, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))

    assert client.get(address(certificate)).status_code in {302, 404}
    assert client.post(address(certificate), WORDS).status_code in {302, 404}
    assert not Revocation.objects.exists()


def test_revoking_twice_keeps_the_first(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="First.")
    certificate.revoke(by=ada, reason_code="other", public_reason="Second.")
    client_of(ada).post(address(certificate), WORDS)

    assert Revocation.objects.get().public_reason == "First."


@pytest.mark.parametrize(
    "change",
    [
        {"reason_code": "because"},
        {"public_reason": ""},
        {"public_reason": "x" * 301},
        {"private_note": "x" * 4001},
        {"public_reason": "a\x00b"},
        {"reason_code": ""},
    ],
)
def test_a_bad_form_says_what_to_mend(
    change: dict[str, str], certificate: Certificate, ada: User, client_of: ClientOf
) -> None:
    answer = client_of(ada).post(address(certificate), WORDS | change)

    assert answer.status_code == 422
    assert not Revocation.objects.exists()


def test_what_is_revoked_is_neither_renewed_nor_shown_nor_relied_on(
    certificate: Certificate, client_of: ClientOf, tess: User, ada: User
) -> None:
    own = certificate.get_absolute_url()
    pages = (own, own, reverse("certificates:mine"), certificate.get_check_url())
    hopeful = ("Renews from", "Show it", "Renews from", "Before you rely on it")
    client = client_of(tess)
    assert all(words in client.get(page).text for page, words in zip(pages, hopeful, strict=True))

    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    assert not any(words in client.get(page).text for page, words in zip(pages, hopeful, strict=True))


def test_a_revocation_is_final(certificate: Certificate, ada: User) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="First.")

    with pytest.raises(IntegrityError), transaction.atomic():
        Revocation.objects.update(public_reason="Softer words.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Revocation.objects.all()._raw_delete(Revocation.objects.db)


def test_staff_find_a_certificate_by_the_number_on_the_paper(
    certificate: Certificate, ada: User, client_of: ClientOf
) -> None:
    client = client_of(ada)

    found = {
        typed: client.get("/admin/certificates/certificate/", {"q": typed}).context["cl"].result_count
        for typed in (certificate.grouped_code, certificate.code.lower(), "tess@", "7K3M-9Q2X-4T8B-0HZV")
    }

    assert list(found.values()) == [1, 1, 1, 0]


def test_the_admin_shows_history_and_changes_nothing(certificate: Certificate, ada: User, client_of: ClientOf) -> None:
    client = client_of(ada)
    certificate.revoke(by=ada, reason_code="other", public_reason="First.")

    for kind, pk in (("certificate", certificate.pk), ("revocation", certificate.revocation.pk)):
        assert client.get(f"/admin/certificates/{kind}/").status_code == 200
        assert client.get(f"/admin/certificates/{kind}/{pk}/change/").status_code == 200
        assert client.get(f"/admin/certificates/{kind}/add/").status_code == 403
        assert client.post(f"/admin/certificates/{kind}/{pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.post(f"/admin/certificates/{kind}/{pk}/change/", {}).status_code == 403
