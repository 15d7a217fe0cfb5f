"""Proofs on linked data: the suite eddsa-rdfc-2022, which signs what a document means rather than how it is spelt.

The document and the options of its proof are each brought into one canonical form (RDFC-1.0) and hashed; Ed25519 signs
the two hashes. A word that no vocabulary defines would vanish before that and go unsigned, so it is refused.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _
from pyld import jsonld

from certificates.credentials import vocabulary

SUITE = "eddsa-rdfc-2022"
MOST_CONTEXTS = 3
# Without a base of its own choosing: PyLD would make a whole address of every word.
EXPANDING = {"documentLoader": vocabulary.load, "base": None}
OPTIONS = {**EXPANDING, "algorithm": "URDNA2015", "format": "application/n-quads"}
ED25519 = b"\xed\x01"  # multicodec: what follows is an Ed25519 public key

Document = dict[str, Any]


class Unsignable(Exception):
    """The document says something that a proof would not cover."""


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]  # it comes without types
    """PyLD, refusing what it would drop in silence, and working through each vocabulary once."""

    def __init__(self) -> None:
        super().__init__(on_property_dropped=self._refuse)
        # What is active and what is added to it -> what is active then. Both are held, so that no id is used again.
        self._active: dict[tuple[Any, ...], tuple[Any, Any, Any]] = {}

    def _process_context(
        self, active_ctx: Any, local_ctx: Any, options: Any, *rules: Any, cycles: Any = None, **more: Any
    ) -> Any:
        """PyLD keeps some of these, but never the vocabulary of a type, which is most of the work."""
        added = tuple(local_ctx) if isinstance(local_ctx, list) and all(map(_is_text, local_ctx)) else id(local_ctx)
        key = (id(active_ctx), added, rules, *sorted(more.items()))
        if cycles is not None or key not in self._active:
            made = super()._process_context(active_ctx, local_ctx, options, *rules, cycles=cycles, **more)
            if cycles is not None:
                return made
            self._active[key] = (active_ctx, local_ctx, made)
        return self._active[key][2]

    def _refuse(self, word: str | None) -> None:
        raise Unsignable(_("It uses a word that no vocabulary defines: %(word)s") % {"word": str(word)[:80]})

    def expand(self, input_: Any, options: Any) -> Any:
        expanded = super().expand(input_, options)
        _check_addresses(expanded)
        return expanded


def _check_addresses(expanded: Any) -> None:
    """Types and names must be whole addresses: PyLD drops what rests on another without a word."""
    waiting = [expanded]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            types = node.get("@type", [])
            for name in [*(types if isinstance(types, list) else [types]), node.get("@id", ":")]:
                if ":" not in name and not name.startswith("@"):
                    words = _("It uses a type or a name that is no address: %(word)s")
                    raise Unsignable(words % {"word": name[:80]})
            waiting += node.values()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _check_contexts(document: Document) -> None:
    """Vocabularies are named at the top, by address, and nowhere else: none comes with the document itself."""
    named = document.get("@context")
    if not isinstance(named, list) or not all(map(_is_text, named)) or len(named) > MOST_CONTEXTS:
        raise Unsignable(_("It does not name its vocabularies in a list."))
    for url in named:
        if url not in vocabulary.bundled():
            raise Unsignable(_("It uses a vocabulary that is not known here: %(address)s") % {"address": url[:120]})
    waiting = [value for key, value in document.items() if key != "@context"]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "@context" in value:
                raise Unsignable(_("It brings a vocabulary of its own."))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


_ALONE = threading.Lock()  # PyLD keeps what it worked out without a lock of its own
_processor = _Processor()


@contextmanager
def _in_words() -> Iterator[None]:
    """Whatever PyLD refuses, said as what cannot be signed."""
    try:
        with _ALONE:
            yield
    except jsonld.JsonLdError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, Unsignable):
                raise cause from error
            cause = cause.__cause__
        raise Unsignable(_("It is not linked data.")) from error


def canonical(document: Document) -> str:
    """The one spelling of what the document means, as N-Quads. For documents that are ours: a stranger's may be made
    so that this takes for ever."""
    _check_contexts(document)
    with _in_words():
        return str(_processor.normalize(document, OPTIONS))


def check_words(document: Document) -> None:
    """Refuse what no vocabulary defines, in a document from anyone: nothing of it is kept."""
    _check_contexts(document)
    with _in_words():
        _Processor().expand(document, EXPANDING)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _signed_bytes(document: Document, proof: Document) -> bytes:
    options = {"@context": document["@context"], **{key: proof[key] for key in proof if key != "proofValue"}}
    bare = {key: document[key] for key in document if key != "proof"}
    return _hash(canonical(options)) + _hash(canonical(bare))


def sign(document: Document, private: Ed25519PrivateKey, *, method: str, created: str) -> Document:
    """The document with its proof. The same each time: Ed25519 has no chance in it."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = private.sign(_signed_bytes(document, proof))
    return {**document, "proof": {**proof, "proofValue": "z" + base58.b58encode(value).decode()}}


def is_signed_by(document: Document, public: Ed25519PublicKey) -> bool:
    """Whether that key made its proof. Raises `Unsignable` for a document that no proof could cover."""
    proof = document["proof"]
    value = proof.get("proofValue")
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE or not isinstance(value, str):
        return False
    if not value.startswith("z") or len(value) > 100:
        return False
    try:
        public.verify(base58.b58decode(value[1:]), _signed_bytes(document, proof))
    except (InvalidSignature, ValueError):
        return False
    return True


def multikey(public: Ed25519PublicKey) -> str:
    """A public key as did documents spell it."""
    return "z" + base58.b58encode(ED25519 + public.public_bytes_raw()).decode()
