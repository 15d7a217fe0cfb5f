"""Where a holder shows a certificate to others: an address to open, nothing that is sent from here."""

from urllib.parse import urlencode

from django.conf import settings

from certificates.models import Certificate

PROFILE = "https://www.linkedin.com/profile/add"


def check_address(certificate: Certificate) -> str:
    return f"{settings.SITE_URL}{certificate.get_check_url()}"


def profile_address(certificate: Certificate) -> str:
    """LinkedIn’s form for a certificate, filled in. Nothing goes there before the holder opens it."""
    said, issued, expires = certificate.statement, certificate.issued_on, certificate.expires_on
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": said["achievement"]["title"],
        "organizationName": said["issuer"]["name"],
        "issueYear": issued.year,
        "issueMonth": issued.month,
        "expirationYear": expires.year,
        "expirationMonth": expires.month,
        "certUrl": check_address(certificate),
        "certId": certificate.grouped_code,
    }
    return f"{PROFILE}?{urlencode(fields)}"
