"""Whether a credential is one that the academy issued, word for word.

The register holds each credential as it was issued, so one that was brought is compared with that first, and only what
says the same is brought into canonical form for its proof: a file made to keep a reader busy never gets that far.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.utils.translation import gettext as _

from certificates.canonical import digest
from certificates.credentials import building, proofs
from certificates.credentials.reading import Unreadable, read
from certificates.models import Certificate, IssuerKey, Purpose

State = Literal["valid", "altered", "not_ours", "unreadable"]
TYPES = {"OpenBadgeCredential", "AchievementCredential"}


@dataclass(frozen=True)
class Checked:
    """What was found: the code of the certificate it names, and what is wrong, in words for people."""

    state: State
    code: str | None = None
    problems: tuple[str, ...] = ()
    is_exact: bool = False  # byte for byte what was issued; else it may only be spelt in another way
    differences: tuple[tuple[str, str, str], ...] = ()  # label, what it says, what is true


def check(content: str | bytes) -> Checked:
    """Issuer, register, key and proof; two queries. Whether it still stands is asked of the register by the code."""
    try:
        document = read(content)
    except Unreadable as error:
        return Checked("unreadable", problems=(str(error),))
    types = document.get("type")
    if not isinstance(types, list) or not TYPES.intersection(each for each in types if isinstance(each, str)):
        return Checked("unreadable", problems=(_("It is JSON, but not an Open Badges credential."),))
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if named != building.did():
        return Checked("not_ours", problems=(_("It does not name this academy as its issuer."),))
    certificate = _certificate_of(document)
    if certificate is None:
        return Checked("not_ours", problems=(_("The register holds no credential of this name."),))
    recorded = json.loads(certificate.credential_text)
    if _plain(document) != _plain(recorded):
        problems = (_("It does not say what was issued."), *_foreign_words(document))
        return Checked("altered", certificate.code, problems, differences=tuple(_differences(document, recorded)))
    return _proved(document, certificate, content)


def _proved(document: dict[str, Any], certificate: Certificate, content: str | bytes) -> Checked:
    key = IssuerKey.objects.for_(Purpose.CREDENTIAL).filter(kid=certificate.credential_kid).first()
    proof = document.get("proof")
    named = proof.get("verificationMethod") if isinstance(proof, dict) else None
    if key is None or named != building.method(key.kid):
        return Checked("not_ours", certificate.code, (_("It is signed with a key that is not published."),))
    if key.compromised_at:
        return Checked("not_ours", certificate.code, (_("It is signed with a key that no longer counts."),))
    if not _is_signed_by(document, key):
        return Checked("altered", certificate.code, (_("Its proof does not fit what it says."),))
    text = content.encode() if isinstance(content, str) else content
    is_exact = text == certificate.credential_text.encode() and digest(text.decode()) == certificate.credential_sha256
    return Checked("valid", certificate.code, is_exact=is_exact)


def _is_signed_by(document: dict[str, Any], key: IssuerKey) -> bool:
    """What the register holds is not believed either: whoever could write into it has no key of ours."""
    public = load_pem_public_key(key.public.encode())
    try:
        return isinstance(public, Ed25519PublicKey) and proofs.is_signed_by(document, public)
    except (proofs.Unsignable, KeyError, TypeError):
        return False


def _certificate_of(document: dict[str, Any]) -> Certificate | None:
    """The certificate it names, if its credential was issued."""
    start, name = f"{settings.SITE_URL}/credentials/", document.get("id")
    if not isinstance(name, str) or not name.startswith(start):
        return None
    try:
        uuid = UUID(name.removeprefix(start))
    except ValueError:
        return None
    return Certificate.objects.filter(uuid=uuid).exclude(credential_text="").first()


def _plain(value: Any) -> Any:
    """One form for what means the same: in lists the order counts for nothing, and one thing is a list of one."""
    if isinstance(value, dict):
        return {key: value[key] if key == "@context" else _plain(value[key]) for key in value}
    if isinstance(value, list):
        plain = sorted((_plain(each) for each in value), key=repr)
        return plain[0] if len(plain) == 1 else plain
    return (type(value).__name__, value)  # 1 and True are equal in Python, and nowhere else


def _foreign_words(document: dict[str, Any]) -> tuple[str, ...]:
    try:
        proofs.check_words(document)
    except proofs.Unsignable as error:
        return (str(error),)
    return ()


def _differences(document: dict[str, Any], recorded: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for label, *steps in (
        (_("Name"), "credentialSubject", "identifier", "identityHash"),
        (_("Certificate"), "credentialSubject", "achievement", "name"),
        (_("Valid from"), "validFrom"),
        (_("Valid until"), "validUntil"),
    ):
        shown, true = _value(document, steps), _value(recorded, steps)
        if shown != true:
            yield label, shown, true


def _value(document: Any, steps: list[str]) -> str:
    """What stands there, as text; nothing where the path is broken."""
    for step in steps:
        if isinstance(document, list):
            document = document[0] if document else None
        document = document.get(step) if isinstance(document, dict) else None
    return document[:300] if isinstance(document, str) else ""
