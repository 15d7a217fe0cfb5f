"""Our signature over a whole PDF: PAdES B-B, certified so that nothing may change; with a time stamp where one is set.

pyHanko signs. What costs time is done once: the key stays loaded, the words that name our certificate stay written,
and the room for the signature is known beforehand, or pyHanko would sign everything twice.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Any

from asn1crypto import pem, tsp, x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec, SigningCertificateV2Provider
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate_v2
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


class _NamedCertificate(SigningCertificateV2Provider):
    """Which certificate signed, written once. Built anew for every signature it was four fifths of the work."""

    def __init__(self, certificate: x509.Certificate) -> None:
        super().__init__(certificate)
        self.written = as_signing_certificate_v2(certificate).dump()

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        return tsp.SigningCertificateV2.load(self.written)


class _PadesAttributes(SignedAttributeProviderSpec):
    """What PAdES has signed beside the digest and its kind: the certificate, and no time (that is the file's)."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self.named = _NamedCertificate(certificate)

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[CMSAttributeProvider]:
        return [self.named]


class _HeldSigner(Signer):
    """Signs with a key that stays loaded; pyHanko's own decodes and checks it for every signature.

    Certificates are kept as bytes and given out unparsed: asn1crypto parses them as they are read, and two threads
    that read one at once find it half parsed.
    """

    def __init__(self, chain: Sequence[bytes], private: Private) -> None:
        super().__init__(embed_roots=True)
        self.chain, self.private = chain, private
        self.signed_attr_prov_spec = _PadesAttributes(self.signing_cert)
        self.fingerprint = hashlib.sha256(chain[0]).hexdigest()

    @property
    def signing_cert(self) -> x509.Certificate:
        return x509.Certificate.load(self.chain[0])

    @property
    def cert_registry(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(x509.Certificate.load(each) for each in self.chain[1:])
        return store

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


_one_at_a_time = Lock()


@lru_cache(maxsize=4)
def _made_signer(chain: str, private: Private) -> _HeldSigner:
    made = _HeldSigner([each.dump() for each in chain_of(chain)], private)
    # asn1crypto sets its classes up at their first use, which two threads must not do at once either.
    _in_a_loop_of_its_own(lambda: asyncio.run(made.async_sign(bytes(32), "sha256", use_pades=True)).dump())
    return made


def _signer(chain: str, private: Private) -> _HeldSigner:
    with _one_at_a_time:
        return _made_signer(chain, private)


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
