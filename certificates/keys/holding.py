"""Finds the private key that belongs to a published one, and keeps it loaded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings

from certificates.models import IssuerKey, Purpose

Private = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
BLOCK = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class KeysMissing(Exception):
    """There is no key to sign with: none is active, or its private part is not on this machine."""


@dataclass(frozen=True)
class SigningKey:
    """What signs now: the published row and its private part."""

    row: IssuerKey
    private: Private = field(repr=False)

    @property
    def kid(self) -> str:
        return self.row.kid


def public_pem(private: Private) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(maxsize=32)
def loaded(pem: bytes) -> Private:
    """The key in a PEM block. Says nothing of the block when it cannot be read."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeysMissing("It is no private key in PEM, or it is locked with a password.") from None
    if not isinstance(key, Private):
        raise KeysMissing("Keys are Ed25519, P-256 or RSA.")
    return key


def variable(purpose: str) -> str:
    """The name of the variable that may hold the private keys of a purpose."""
    return f"{purpose.upper()}_KEY"


def in_variable(purpose: str) -> list[Private]:
    """What the variable of a purpose holds: one key, or two behind each other while one follows the other."""
    said = settings.ISSUER_KEYS.get(purpose)
    if not said:
        return []
    blocks = BLOCK.findall(said.reveal().encode())
    if not blocks:
        raise KeysMissing(f"{variable(purpose)} holds no private key in PEM.")
    return [loaded(block) for block in blocks]


def path_of(kid: str) -> Path:
    return Path(settings.KEYS_DIR) / f"{kid}.pem"


def _candidates(row: IssuerKey) -> Iterator[Private]:
    yield from in_variable(row.purpose)
    try:
        content = path_of(row.kid).read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise KeysMissing(f"The file of {row.kid} in KEYS_DIR cannot be read: {error.strerror}.") from error
    yield loaded(content)


def private_of(row: IssuerKey) -> Private:
    """The private part of a published key: in the variable of its purpose, or in the file named after it."""
    others = 0
    try:
        for private in _candidates(row):
            if public_pem(private) == row.public:
                return private
            others += 1
    except KeysMissing as error:
        raise KeysMissing(f"The private key of {row.kid}: {error}") from None
    where = f"{variable(row.purpose)} or {row.kid}.pem in KEYS_DIR"
    if others:
        raise KeysMissing(f"The private key given for {row.kid} is another one. Put the right one into {where}.")
    raise KeysMissing(f"The private key of {row.kid} is not on this machine. Put it into {where}.")


def active(purpose: Purpose) -> SigningKey:
    """The key that signs now. Where this machine may make its own keys, a missing one is made."""
    rows = IssuerKey.objects.for_(purpose).signing()
    row = rows.first()
    if row is None and settings.KEYS_MAY_BE_MADE:
        from certificates.keys.making import ensure

        ensure()
        row = rows.first()
    if row is None:
        raise KeysMissing(none_active(purpose))
    return SigningKey(row, private_of(row))


def none_active(purpose: Purpose) -> str:
    name = purpose.value
    return (
        f"No {name} key is active. Make one with “manage.py keys make {name}” (or bring one with "
        f"“manage.py keys import {name} FILE”), then “manage.py keys activate” it."
    )


def forget() -> None:
    """Drop what was loaded."""
    loaded.cache_clear()
