"""Signs the credential of a certificate: the same bytes each time, so that a job may be repeated at any point."""

import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates import keys
from certificates.canonical import digest
from certificates.credentials import building, proofs, status
from certificates.models import Certificate, Purpose


@dataclass(frozen=True)
class Signed:
    """A credential, exactly as it is kept and handed out."""

    text: str
    sha256: str
    kid: str


def issue(certificate: Certificate) -> Signed:
    """What was recorded, or else a new credential from what was fixed when the certificate was made."""
    if certificate.credential_text:
        return Signed(certificate.credential_text, certificate.credential_sha256, certificate.credential_kid)
    key = keys.active(Purpose.CREDENTIAL)
    assert isinstance(key.private, Ed25519PrivateKey)  # noqa: S101  keys of this purpose are
    signed = proofs.sign(
        building.credential(certificate, status.enter(certificate)),
        key.private,
        method=building.method(key.kid),
        created=building.spelt(certificate.issued_at),
    )
    text = json.dumps(signed, ensure_ascii=False, indent=2)
    return Signed(text, digest(text), key.kid)
