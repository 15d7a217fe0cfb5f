"""Certificates with their credential issued, without the file that usually comes with it."""

from certificates import credentials
from certificates.models import Certificate


def issued(certificate: Certificate) -> Certificate:
    """With its credential signed and recorded, as the drawing job does."""
    signed = credentials.issue(certificate)
    Certificate.objects.filter(pk=certificate.pk).update(
        credential_text=signed.text, credential_sha256=signed.sha256, credential_kid=signed.kid
    )
    return Certificate.objects.select_related("achievement", "holder").get(pk=certificate.pk)
