"""Our signature over a whole PDF: PAdES B-B, certified so that nothing may change; with a time stamp where one is set.

pyHanko signs. What costs time is done once: the key stays loaded, the chain is parsed once, and the room for the
signature is known beforehand, or pyHanko would sign everything twice.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from asn1crypto import pem, x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates import keys
from certificates.keys.holding import Private
from certificates.models import Purpose
from certificates.sealing.completing import completed
from certificates.tags import Tag

FIELD = "Seal"
ROOM = {"P-256": 8192, "RSA-3072": 16384}  # bytes for the signature and its chain; an even number
STAMP_ROOM = 16384  # and for the token of a time stamp service
STAMP_PATIENCE = 10  # seconds


@dataclass(frozen=True)
class Sealed:
    """A signed file, and the SHA-256 of the certificate that signed it."""

    pdf: bytes
    fingerprint: str


class _HeldSigner(Signer):
    """Signs with a key that stays loaded; pyHanko's own decodes and checks it for every signature."""

    def __init__(self, chain: list[x509.Certificate], private: Private) -> None:
        self.private = private
        leaf, *others = chain
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(others)
        self.fingerprint = hashlib.sha256(leaf.dump()).hexdigest()
        super().__init__(signing_cert=leaf, cert_registry=store, embed_roots=True)

    @property
    def room(self) -> int:
        return ROOM["RSA-3072" if isinstance(self.private, RSAPrivateKey) else "P-256"]

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), SHA256())
        assert isinstance(self.private, EllipticCurvePrivateKey)  # noqa: S101  seal keys are P-256 or RSA
        return self.private.sign(data, ECDSA(SHA256()))


def chain_of(text: str) -> list[x509.Certificate]:
    """The certificates of a chain in PEM, in their order: leaf first, root last."""
    return [x509.Certificate.load(der) for _kind, _headers, der in pem.unarmor(text.encode("ascii"), multiple=True)]


@lru_cache(maxsize=4)
def _signer(chain: str, private: Private) -> _HeldSigner:
    return _HeldSigner(chain_of(chain), private)


@lru_cache(maxsize=1)
def _stamper(url: str) -> TimeStamper:
    return HTTPTimeStamper(url, timeout=STAMP_PATIENCE)


def finished(
    page_pdf: bytes, tags: Tag, *, statement: Mapping[str, Any], credential: str | None, reason: str, name: str
) -> Sealed:
    """A drawn file completed and sealed. Raises what `seal` raises."""
    return seal(completed(page_pdf, tags, statement=statement, credential=credential), reason=reason, name=name)


def seal(pdf: bytes, *, reason: str, name: str) -> Sealed:
    """Sign a file as it is with the active seal key.

    Raises `keys.KeysMissing`, or what the time stamp service raised: both are worth another try later.
    """
    key = keys.active(Purpose.SEAL)
    signer = _signer(key.row.certificates, key.private)
    stamper = _stamper(settings.TIME_STAMP_URL) if settings.TIME_STAMP_URL else None
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    room = signer.room + (STAMP_ROOM if stamper else 0)
    work = PdfSigner(about, signer=signer, timestamper=stamper, new_field_spec=SigFieldSpec(FIELD, on_page=0))

    def signed() -> bytes:
        whole: bytes = work.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=room).getvalue()
        return whole

    return Sealed(_in_a_loop_of_its_own(signed), signer.fingerprint)


def _in_a_loop_of_its_own(act: Callable[[], bytes]) -> bytes:
    """pyHanko starts an event loop, which cannot be done where one runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return act()
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(act).result()
