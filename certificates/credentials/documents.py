"""What the academy says of its keys to machines: the did document and the set of JSON web keys."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from certificates.credentials import building, proofs
from certificates.credentials.vocabulary import DID, MULTIKEY
from certificates.models import IssuerKey, Purpose


def did_document() -> dict[str, Any]:
    """Every key that signs or signed credentials. A compromised one stays named, but asserts nothing any more."""
    rows = list(IssuerKey.objects.for_(Purpose.CREDENTIAL))
    return {
        "@context": [DID, MULTIKEY],
        "id": building.did(),
        "verificationMethod": [_method(row) for row in rows],
        "assertionMethod": [building.method(row.kid) for row in rows if not row.compromised_at],
    }


def _method(row: IssuerKey) -> dict[str, str]:
    public = load_pem_public_key(row.public.encode())
    assert isinstance(public, Ed25519PublicKey)  # noqa: S101  keys of this purpose are
    method = {
        "id": building.method(row.kid),
        "type": "Multikey",
        "controller": building.did(),
        "publicKeyMultibase": proofs.multikey(public),
    }
    return {**method, "revoked": building.spelt(row.compromised_at)} if row.compromised_at else method


def key_set() -> dict[str, Any]:
    """Every key that counts, whatever it signs."""
    return {"keys": [_key(row) for row in IssuerKey.objects.trusted()]}


def _key(row: IssuerKey) -> dict[str, str]:
    public = load_pem_public_key(row.public.encode())
    shared = {"kid": row.kid, "use": "sig"}
    if isinstance(public, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": _text(public.public_bytes_raw()), **shared}
    if isinstance(public, EllipticCurvePublicKey):
        point = public.public_numbers()
        place = {"x": _text(point.x.to_bytes(32, "big")), "y": _text(point.y.to_bytes(32, "big"))}
        return {"kty": "EC", "crv": "P-256", "alg": "ES256", **place, **shared}
    assert isinstance(public, RSAPublicKey)  # noqa: S101  there is no fourth kind
    numbers = public.public_numbers()
    return {"kty": "RSA", "alg": "RS256", "n": _number(numbers.n), "e": _number(numbers.e), **shared}


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
