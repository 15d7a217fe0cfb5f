"""Signs something with a key and verifies it with what was published: the only proof that the two belong together."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.utils import timezone

from certificates.keys import chain, revoking
from certificates.keys.holding import KeysMissing, none_active, path_of, private_of
from certificates.models import IssuerKey, Purpose

DOMAIN = b"stipple probe\n"  # so that no probe is a signature of anything else
LAPSES_SOON = timedelta(days=60)
LIST_LAPSES_SOON = timedelta(days=2)


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the keys of a purpose, and what to do. A grave one stops certificates from being issued."""

    purpose: Purpose
    words: str
    hint: str
    is_grave: bool = True


def probe(row: IssuerKey) -> None:
    """Sign and verify. Raises `KeysMissing` with what is wrong."""
    private, public = private_of(row), load_pem_public_key(row.public.encode())
    words = DOMAIN + secrets.token_bytes(32)
    try:
        if isinstance(private, Ed25519PrivateKey) and isinstance(public, Ed25519PublicKey):
            public.verify(private.sign(words), words)
        elif isinstance(private, RSAPrivateKey) and isinstance(public, RSAPublicKey):
            public.verify(private.sign(words, PKCS1v15(), SHA256()), words, PKCS1v15(), SHA256())
        elif isinstance(private, EllipticCurvePrivateKey) and isinstance(public, EllipticCurvePublicKey):
            public.verify(private.sign(words, ECDSA(SHA256())), words, ECDSA(SHA256()))
        else:
            raise KeysMissing(f"{row.kid} and its private key are of different kinds.")
    except InvalidSignature:
        raise KeysMissing(f"What {row.kid} signs does not verify with the key that was published.") from None
    if row.purpose == Purpose.SEAL and chain.parsed(row.certificates)[0].public_key() != public:
        raise KeysMissing(f"The certificate of {row.kid} is for another key.")


def troubles() -> list[Trouble]:
    """What is wrong with the keys that sign now. Reads only."""
    return [trouble for purpose in Purpose for trouble in _troubles(purpose)]


def _troubles(purpose: Purpose) -> list[Trouble]:
    row = IssuerKey.objects.for_(purpose).signing().first()
    if row is None:
        if settings.KEYS_MAY_BE_MADE:  # made when it is first needed
            return []
        hint = f"manage.py keys make {purpose.value}, then manage.py keys activate KID"
        return [Trouble(purpose, none_active(purpose), hint)]
    try:
        probe(row)
    except KeysMissing as error:
        hint = f"Give the machine the private key of {row.kid}; without it no certificate is issued. Checking goes on."
        return [Trouble(purpose, str(error), hint)]
    found = []
    path = path_of(row.kid)
    if path.is_file() and path.stat().st_mode & 0o077:
        words = f"Others on this machine may read the private key of {row.kid}."
        found.append(Trouble(purpose, words, f"chmod 600 {path}", is_grave=False))
    if purpose == Purpose.SEAL:
        found += _of_chain(row)
    return found


def _of_chain(row: IssuerKey) -> list[Trouble]:
    now = timezone.now()
    whole = chain.parsed(row.certificates)
    until = min(each.not_valid_after_utc for each in whole)
    if until <= now:
        words = f"The chain of {row.kid} lapsed on {until:%-d %B %Y}."
        return [Trouble(Purpose.SEAL, words, "manage.py keys make seal, then manage.py keys activate KID")]
    found = []
    if until <= now + LAPSES_SOON:
        words = f"The chain of {row.kid} lapses on {until:%-d %B %Y}."
        found.append(Trouble(Purpose.SEAL, words, "Make the next seal key now.", is_grave=False))
    for role, authority in (("authority", whole[1]), ("root", whole[-1])):
        newest = revoking.newest_of(authority)
        # An authority that was never here publishes its list elsewhere.
        is_missing = newest is None and (Path(settings.KEYS_DIR) / f"{role}.pem").is_file()
        if is_missing or (newest and newest.valid_until <= now + LIST_LAPSES_SOON):
            words = f"The revocation list of the {role} is missing or about to lapse."
            hint = "manage.py keys crl, on a machine whose KEYS_DIR holds its key"
            found.append(Trouble(Purpose.SEAL, words, hint, is_grave=False))
    return found
