"""Makes keys and takes in keys made elsewhere: the private part into a file of mode 600, the public part into a row."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certificates.keys.chain import chain_for
from certificates.keys.holding import BLOCK, KeysMissing, Private, in_variable, loaded, path_of, public_pem
from certificates.models import IssuerKey, Purpose

KIND = {Purpose.CREDENTIAL: "ed25519", Purpose.TOKEN: "token", Purpose.SEAL: "seal"}
NAME = re.compile(r"^(ed25519|token|seal)-\d{4}-(\d+)$")
RSA_BITS = 3072
LAST_NUMBER = 255  # a token has one byte for it


def _new_private(purpose: Purpose) -> Private:
    if purpose != Purpose.SEAL:
        return ed25519.Ed25519PrivateKey.generate()
    if settings.SEAL_KEY_TYPE == "RSA-3072":
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


@contextmanager
def alone() -> Iterator[Path]:
    """Web and worker start together: one of them makes the keys."""
    folder = Path(settings.KEYS_DIR)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise KeysMissing(f"KEYS_DIR {folder} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by us only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def make(purpose: Purpose, *, activate: bool = False) -> IssuerKey:
    """A new key: its file first, then its row. Without `activate` it is published and waits."""
    with alone() as folder:
        return _make(folder, purpose, activate=activate)


def _make(folder: Path, purpose: Purpose, *, activate: bool) -> IssuerKey:
    kid, number = _next(folder, purpose)
    private = _new_private(purpose)
    chain = chain_for(folder, kid, private) if purpose == Purpose.SEAL else ""
    _keep(kid, private)
    return _publish(purpose, kid, number, private, chain, activate=activate)


def take_in(purpose: Purpose, content: bytes) -> tuple[IssuerKey, bool]:
    """Publish a key that was made elsewhere; it waits. Whether we wrote its file: not if its variable holds it.

    For a seal, certificates may follow the key in the same file.
    """
    blocks = BLOCK.findall(content)
    if len(blocks) != 1:
        raise KeysMissing(f"The file must hold one private key in PEM, and holds {len(blocks)}.")
    private = loaded(blocks[0])
    _fits(purpose, private)
    known = IssuerKey.objects.filter(public=public_pem(private)).first()
    if known is not None:
        raise KeysMissing(f"That key is published already, as {known.kid}.")
    with alone() as folder:
        kid, number = _next(folder, purpose)
        certificates = content.decode("ascii", errors="ignore") if b"BEGIN CERTIFICATE" in content else ""
        chain = chain_for(folder, kid, private, certificates) if purpose == Purpose.SEAL else ""
        is_in_variable = any(public_pem(each) == public_pem(private) for each in in_variable(purpose))
        if not is_in_variable:
            _keep(kid, private)
        return _publish(purpose, kid, number, private, chain, activate=False), not is_in_variable


def _fits(purpose: Purpose, private: Private) -> None:
    if purpose != Purpose.SEAL:
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise KeysMissing(f"A {purpose.value} key must be Ed25519.")
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        if not isinstance(private.curve, ec.SECP256R1):
            raise KeysMissing("A seal key on a curve must be P-256.")
    elif not isinstance(private, rsa.RSAPrivateKey) or private.key_size != RSA_BITS:
        raise KeysMissing(f"A seal key must be P-256 or RSA with {RSA_BITS} bits.")


def _next(folder: Path, purpose: Purpose) -> tuple[str, int]:
    """Name and number of the next key: never those of a row or of a file that is there."""
    last = IssuerKey.objects.for_(purpose).order_by("-number").first()
    number = max([last.number if last else 0, *(number for number, _kid in _files(folder, purpose))]) + 1
    if purpose == Purpose.TOKEN and number > LAST_NUMBER:
        raise KeysMissing(f"Token keys are numbered up to {LAST_NUMBER}, and all numbers are used.")
    return f"{KIND[purpose]}-{timezone.now().year}-{number}", number


def _files(folder: Path, purpose: Purpose) -> list[tuple[int, str]]:
    """(number, kid) of each private key of a purpose that lies in the folder."""
    found = [(NAME.match(path.stem), path.stem) for path in folder.glob("*.pem")]
    return sorted((int(name[2]), kid) for name, kid in found if name and name[1] == KIND[purpose])


def _keep(kid: str, private: Private) -> None:
    write_private(path_of(kid), private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def ensure() -> None:
    """Where this machine may make its own keys: one active key for each purpose, from its variable or file if there
    is one."""
    with alone() as folder:
        for purpose in Purpose:
            rows = IssuerKey.objects.for_(purpose)
            if rows.signing().exists():
                continue
            given = [each for each in in_variable(purpose) if not rows.filter(public=public_pem(each)).exists()]
            kept = [found for found in _files(folder, purpose) if not rows.filter(kid=found[1]).exists()]
            if given:
                kid, number = _next(folder, purpose)
                private = given[0]
            elif kept:
                number, kid = kept[-1]
                private = loaded(path_of(kid).read_bytes())
            else:
                _make(folder, purpose, activate=True)
                continue
            chain = chain_for(folder, kid, private) if purpose == Purpose.SEAL else ""
            _publish(purpose, kid, number, private, chain, activate=True)


def _publish(purpose: Purpose, kid: str, number: int, private: Private, chain: str, *, activate: bool) -> IssuerKey:
    from certificates.keys import revoking

    now = timezone.now()
    with transaction.atomic():
        row, _made = IssuerKey.objects.get_or_create(
            kid=kid,
            defaults={
                "purpose": purpose,
                "number": number,
                "public": public_pem(private),
                "certificates": chain,
                "published_at": now,
                "active_from": now if activate else None,
            },
        )
        if purpose == Purpose.SEAL:
            revoking.publish()
    return row
