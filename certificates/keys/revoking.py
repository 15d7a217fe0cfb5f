"""The revocation lists of the seal's chain, for other people's software: /pki/root.crl and /pki/authority.crl."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.keys.chain import AUTHORITIES, authority_key, parsed
from certificates.keys.holding import KeysMissing, Private
from certificates.models import CertificateRevocationList, IssuerKey, Purpose

VALID = {"root": timedelta(days=400), "authority": timedelta(days=8)}
RENEWED = {"root": timedelta(days=30), "authority": timedelta(days=1)}  # after which it is signed anew
KEPT = 10  # of each authority


def publish() -> list[str]:
    """Sign anew the list of each authority whose key is here. Returns whose."""
    folder, done = Path(settings.KEYS_DIR), []
    for authority in AUTHORITIES:
        certificate, key = folder / f"{authority}.pem", authority_key(folder, authority)
        if key is None or not certificate.is_file():
            continue
        _sign(authority, x509.load_pem_x509_certificate(certificate.read_bytes()), key)
        done.append(authority)
    return done


def renew() -> None:
    """Before a list lapses, and after a compromise that it does not name, it is signed anew where its key is."""
    folder = Path(settings.KEYS_DIR)
    latest = IssuerKey.objects.for_(Purpose.SEAL).order_by("-compromised_at").exclude(compromised_at=None).first()
    for authority in AUTHORITIES:
        path = folder / f"{authority}.pem"
        if not path.is_file():
            continue
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        newest = newest_of(certificate)
        is_old = newest is None or newest.made_at < timezone.now() - RENEWED[authority]
        is_behind = (
            newest is not None and latest is not None and newest.made_at < (latest.compromised_at or newest.made_at)
        )
        if not is_old and not is_behind:
            continue
        try:
            key = authority_key(folder, authority)
        except (KeysMissing, OSError):
            continue
        if key is not None:
            _sign(authority, certificate, key)


def newest_of(authority: x509.Certificate) -> CertificateRevocationList | None:
    return CertificateRevocationList.objects.filter(issuer=authority.fingerprint(SHA256()).hex()).first()


def der(found: CertificateRevocationList) -> bytes:
    return x509.load_pem_x509_crl(found.body.encode()).public_bytes(Encoding.DER)


def _sign(role: str, authority: x509.Certificate, key: Private) -> None:
    """One more list: all certificates below this authority whose keys are compromised."""
    now = timezone.now()
    until = now + VALID[role]
    issuer = authority.fingerprint(SHA256()).hex()
    newest = newest_of(authority)
    number = newest.number + 1 if newest else 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(now.replace(microsecond=0))
        .next_update(until.replace(microsecond=0))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for row in IssuerKey.objects.for_(Purpose.SEAL).exclude(compromised_at=None):
        leaf, above, *_rest = parsed(row.certificates)
        if above.fingerprint(SHA256()) != authority.fingerprint(SHA256()):
            continue
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(leaf.serial_number)
            .revocation_date((row.compromised_at or now).replace(microsecond=0))
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    body = builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
    try:
        with transaction.atomic():
            CertificateRevocationList.objects.create(
                issuer=issuer, number=number, body=body, made_at=now, valid_until=until
            )
            CertificateRevocationList.objects.filter(issuer=issuer, number__lte=number - KEPT).delete()
    except IntegrityError:
        pass  # another process signed the same list at this moment
