"""Certificates a second through the real pipeline, beside a raw loop that draws the same page and signs it.

`python -m bench.issue [--rounds 8] [--burst 10] [--key P-256|RSA-3072] [--database postgres://…]`

Raw: the same page, drawn by the same code, signed by pyHanko as its manual shows it, with the same key, in memory.
Ours: `issuing.make_file` and `record_file`: credential signed, token, page, tags and attachment, seal, file stored
(with fsync), row and event recorded. In bursts A B B A in one process; judged by the CPU of this process, the ratio of
each round. Printed beside it: the same with the letter's row (`issuing.draw`), and the parts.
"""

import argparse
import json
import statistics
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.apart import measured_apart

TARGETS = Path(__file__).with_name("targets.toml")


def raw_signer() -> Callable[[bytes], bytes]:
    """pyHanko with its own signer, the room for the signature given so that it need not sign twice."""
    from io import BytesIO

    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.keys import load_private_key_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from certificates import keys
    from certificates.models import Purpose
    from certificates.sealing.signing import chain_of

    key = keys.active(Purpose.SEAL)
    leaf, *others = chain_of(key.row.certificates)
    store = SimpleCertificateStore()
    store.register_multiple(others)
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(leaf, load_private_key_from_pemder_data(private, passphrase=None), store)
    room = 16384 if "RSA" in type(key.private).__name__ else 8192
    said = PdfSignatureMetadata(
        field_name="Seal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES, name="Academy", reason="Issued",
    )  # fmt: skip

    def sign(pdf: bytes) -> bytes:
        pen = PdfSigner(said, signer=signer, new_field_spec=SigFieldSpec("Seal", on_page=0))
        signed: bytes = pen.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=room).getvalue()
        return signed

    return sign


def awarded(count: int) -> Iterator[Any]:
    """Certificates whose files are not made yet, each of another person."""
    from accounts.models import User
    from certificates import issuing
    from certificates.models import Achievement

    achievements = list(Achievement.objects.order_by("pk"))
    for number in range(count):
        holder = User.objects.create(email=f"holder{number}@example.com", name=f"Maya Okafor-Núñez {number}")
        yield issuing.issue(achievements[number % len(achievements)], holder, name=holder.name, cycle=1)


def burst(act: Callable[[Any], object], certificates: list[Any]) -> tuple[float, float]:
    """CPU and seconds for one of them."""
    cpu, wall = time.process_time(), time.perf_counter()
    for certificate in certificates:
        act(certificate)
    count = len(certificates)
    return (time.process_time() - cpu) / count, (time.perf_counter() - wall) / count


def measure(rounds: int, size: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings

    from certificates import credentials, drawing, issuing, sealing, tokens

    settings.KEYS_MAY_BE_MADE = True
    sign = raw_signer()
    token = "A" * 144  # as long as a real one, which the raw loop does not make
    waiting = iter(list(awarded((rounds + 1) * size * 3 + size)))
    take = lambda: [next(waiting) for _turn in range(size)]  # noqa: E731

    def raw(certificate: Any) -> object:
        return sign(drawing.draw(certificate.statement, certificate.seal, token).pdf)

    def ours(certificate: Any) -> object:
        return issuing.record_file(certificate, **issuing.make_file(certificate))

    found: dict[str, list[tuple[float, float]]] = {"raw": [], "ours": [], "with the letter": []}
    for turn in range(rounds + 1):
        again = take()
        timed = [burst(raw, again), burst(ours, take()), burst(ours, again), burst(raw, again)]
        letters = burst(issuing.draw, take())
        if turn:  # the first warms both up
            for name, (one, other) in {"raw": (timed[0], timed[3]), "ours": (timed[1], timed[2])}.items():
                found[name].append(((one[0] + other[0]) / 2, (one[1] + other[1]) / 2))
            found["with the letter"].append(letters)
    last = take()
    pages = {each.pk: drawing.draw(each.statement, each.seal, token) for each in last}
    texts = {each.pk: credentials.issue(each).text for each in last}
    parts: dict[str, Callable[[Any], object]] = {
        "credential": credentials.issue,
        "token": tokens.issue,
        "page": lambda each: drawing.draw(each.statement, each.seal, token),
        "completed and sealed": lambda each: sealing.finished(
            pages[each.pk].pdf, pages[each.pk].tags, statement=each.statement, credential=texts[each.pk],
            reason="Issued", name="Academy",
        ),
        "pyHanko's signature": lambda each: sign(pages[each.pk].pdf),
    }  # fmt: skip
    return found | {"parts": {name: burst(act, last)[0] for name, act in parts.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--burst", type=int, default=10)
    parser.add_argument("--key", choices=("P-256", "RSA-3072"), default="P-256")
    parser.add_argument("--database", help="an empty scratch database; without it SQLite in a temporary folder")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.rounds, options.burst)))
        return
    found = measured_apart(
        "bench.issue",
        rounds=options.rounds,
        burst=options.burst,
        database=options.database,
        SEAL_KEY_TYPE=options.key,
    )
    show(found, "postgresql" if options.database else "sqlite")


def show(found: dict[str, Any], engine: str) -> None:
    target = tomllib.loads(TARGETS.read_text())["certificates"][engine]
    ratios = [raw[0] / ours[0] for raw, ours in zip(found["raw"], found["ours"], strict=True)]
    middle = statistics.median(ratios)
    steady = max(ratios) <= 3 * min(ratios)
    verdict = ("met" if middle >= target else "missed") if steady else "inconclusive"
    print(f"ratio raw ÷ ours {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f}), target {target}: {verdict}")
    for name in ("raw", "ours", "with the letter"):
        cpu, wall = (1000 * statistics.median(each[place] for each in found[name]) for place in (0, 1))
        print(f"  {name:22} {cpu:6.1f} ms CPU, {1000 / cpu:5.1f} a second of CPU ({wall:.1f} ms by the clock)")
    for name, seconds in found["parts"].items():
        print(f"    {name:20} {1000 * seconds:6.1f} ms CPU")


if __name__ == "__main__":
    main()
