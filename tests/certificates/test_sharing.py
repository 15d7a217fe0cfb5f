"""A holder shows a certificate to others: by link, in a profile, as files. Nothing is sent from here."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import User
from certificates import sharing
from certificates.models import Certificate
from tests.conftest import ClientOf


def test_a_profile_is_filled_in_from_what_is_printed(certificate: Certificate) -> None:
    address = urlsplit(sharing.profile_address(certificate))
    said = {name: values[0] for name, values in parse_qs(address.query).items()}

    assert (address.scheme, address.netloc, address.path) == ("https", "www.linkedin.com", "/profile/add")
    assert said == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Hygiene and infection control",
        "organizationName": "Stipple Academy",
        "issueYear": str(certificate.issued_on.year),
        "issueMonth": str(certificate.issued_on.month),
        "expirationYear": str(certificate.expires_on.year),
        "expirationMonth": str(certificate.expires_on.month),
        "certUrl": f"https://academy.example/v/{certificate.code}",
        "certId": certificate.grouped_code,
    }


def test_the_holders_page_offers_every_way(certificate: Certificate, tess: User, client_of: ClientOf) -> None:
    page = unescape(client_of(tess).get(certificate.get_absolute_url()).text)

    assert sharing.profile_address(certificate) in page
    assert 'rel="noopener noreferrer"' in page
    assert "<copy-link" in page
    assert "<share-link" in page
    assert f"https://academy.example/v/{certificate.code}" in page


def test_files_for_other_software_are_offered_once_they_are_there(
    certificate: Certificate, tess: User, client_of: ClientOf
) -> None:
    before = client_of(tess).get(certificate.get_absolute_url()).text
    Certificate.objects.filter(pk=certificate.pk).update(credential_text="{}", credential_sha256="0" * 64)
    after = client_of(tess).get(certificate.get_absolute_url()).text

    for name in ("credential", "badge_png", "badge_svg"):
        address = reverse(f"certificates:{name}", args=[certificate.uuid])
        assert f'"{address}"' not in before
        assert f'"{address}"' in after


@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_one_that_does_not_stand_is_not_offered_for_sharing(
    certificate: Certificate, tess: User, ada: User, client_of: ClientOf, act: str
) -> None:
    if act == "revoke":
        certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    else:
        certificate.suspend(by=ada, why="A question.")

    page = client_of(tess).get(certificate.get_absolute_url())

    assert page.status_code == 200
    assert "linkedin.com" not in page.text
