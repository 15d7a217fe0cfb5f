"""Whether the proof of a credential was made by the key that the register names, over what it says.

Asked only of a document that says, word for word, what the register holds: no stranger's is ever brought into canonical
form, which one made for it can keep busy for hours. And the register is not believed either: whoever could write into
it has no key of ours.
"""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from certificates.credentials import building, proofs


def is_proved(document: dict[str, Any], kid: str, public_key: str) -> bool:
    """By the key of that name, whose public part is given as PEM."""
    proof = document.get("proof")
    named = proof.get("verificationMethod") if isinstance(proof, dict) else None
    if named != building.method(kid):
        return False
    public = load_pem_public_key(public_key.encode())
    try:
        return isinstance(public, Ed25519PublicKey) and proofs.is_signed_by(document, public)
    except (proofs.Unsignable, KeyError, TypeError):
        return False
