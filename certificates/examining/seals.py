"""Whose signatures a PDF carries, and what each of them still covers. It runs in the examining process.

Ours is a signature by one of the certificates we were told of, by its fingerprint: a chain that only bears our names
leads to another root, and of our own chain only the keys that were never reported as compromised count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from errno import EMFILE, ENFILE
from io import BytesIO
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

MOST = 8  # signatures looked at

Chain = Sequence[x509.Certificate]


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """Run what never waits: with nothing to fetch, validation needs no event loop, and a loop would need open files."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    finally:
        work.close()
    raise RuntimeError("Validation wanted to wait for something.")


def is_our_fault(error: Exception) -> bool:
    """Something should have been loaded before the process was confined."""
    return isinstance(error, ImportError) or (isinstance(error, OSError) and error.errno in {EMFILE, ENFILE})


def moment_of(chain: Chain) -> datetime:
    """Now; after a certificate of our chain has ended, its last hour: the register tells when a file was sealed."""
    now = datetime.now(UTC)
    end = min(each.not_valid_after for each in chain) - timedelta(hours=1)
    moment: datetime = min(max(now, chain[0].not_valid_before), end)
    return moment


def seals_of(content: bytes, chains: Mapping[str, Chain]) -> list[dict[str, Any]]:
    """Every signature, the earliest first. Raises what pyHanko raises for a file that it cannot follow."""
    reader = PdfFileReader(BytesIO(content))
    return [_seal(signature, chains, len(content)) for signature in reader.embedded_regular_signatures[:MOST]]


def _seal(signature: Any, chains: Mapping[str, Chain], size: int) -> dict[str, Any]:
    found: dict[str, Any] = {"fingerprint": "", "signer": "", "ours": False, "holds": False, "intact": False, "to": 0}
    try:
        leaf = signature.signer_cert
        found["fingerprint"] = hashlib.sha256(leaf.dump()).hexdigest()
        found["signer"] = str(leaf.subject.native.get("common_name", ""))[:200]
        chain = chains.get(found["fingerprint"])
        if chain is None:
            return found
        found["ours"] = True
        found["to"] = min(int(signature.byte_range[2]) + int(signature.byte_range[3]), size)
        context = ValidationContext(
            trust_roots=[chain[-1]], other_certs=list(chain[1:-1]), allow_fetching=False, moment=moment_of(chain)
        )
        status = done(async_validate_pdf_signature(signature, signer_validation_context=context))
        found["intact"] = bool(status.intact and status.valid)
        # pyHanko's `bottom_line`, but for the time stamp: its service is not ours, and the register knows the moment.
        stands = status.intact and status.valid and status.trusted and status.docmdp_ok
        found["holds"] = bool(stands and status.coverage == SignatureCoverageLevel.ENTIRE_FILE)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # a stranger's signature may be broken in any way; then it does not hold
        if is_our_fault(error):
            raise
        found["error"] = type(error).__name__
    return found
