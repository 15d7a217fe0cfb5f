"""Looking at a dropped file beside validating its signature: `python -m bench.examine [--rounds 6] [--burst 10]`.

Raw: pyHanko opens the same bytes and validates the signature, in memory, trusting our root. Ours: the whole look, by
the view and its page (Django's test client): upload parsed, register asked, and for a file that is not byte for byte
ours also the confined process, seal, words, attachment and comparison. Two kinds of upload: a file as it was issued,
which its hash decides, and one altered outside of what the seal covers, which has to be opened. In bursts A B B A;
judged by CPU, of this process and of the one that opens files with its children.
"""

import argparse
import json
import os
import re
import statistics
import time
import tomllib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.apart import measured_apart

TARGETS = Path(__file__).with_name("targets.toml")
TICK = os.sysconf("SC_CLK_TCK")


def others_cpu(pid: int | None) -> float:
    """Seconds of CPU of the keeper and of its children that have ended."""
    if pid is None:
        return 0.0
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(part) for part in parts[11:15]) / TICK


def raw_check() -> Callable[[bytes], object]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from certificates import keys
    from certificates.models import Purpose
    from certificates.sealing.signing import chain_of

    _leaf, *authorities, root = chain_of(keys.active(Purpose.SEAL).row.certificates)

    def check(content: bytes) -> object:
        context = ValidationContext(trust_roots=[root], other_certs=authorities, allow_fetching=False)
        signature = PdfFileReader(BytesIO(content)).embedded_regular_signatures[0]
        status = validate_pdf_signature(signature, signer_validation_context=context)
        assert status.bottom_line
        return status

    return check


def our_check(wanted: str) -> Callable[[bytes], object]:
    """Through the view, and never slowed down for coming often."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from certificates import documents

    documents.is_too_much = lambda *_: False  # type: ignore[assignment]
    client = Client(SERVER_NAME="localhost")

    def check(content: bytes) -> object:
        answer = client.post("/check/file/", {"file": SimpleUploadedFile("certificate.pdf", content)})
        assert answer.status_code == 200, answer.status_code
        assert answer.context["document"] == wanted, answer.context["document"]
        return answer

    return check


def files(count: int) -> list[tuple[bytes, bytes]]:
    """(as issued, altered in the padding of the signature) of several people."""
    from bench.issue import awarded
    from certificates import issuing

    found = []
    for certificate in awarded(count):
        issuing.record_file(certificate, **issuing.make_file(certificate))
        certificate.refresh_from_db()
        content = issuing.stored(certificate)
        assert content is not None
        covered = re.search(rb"/ByteRange\s*\[\s*\d+\s+(\d+)", content)
        assert covered is not None
        # A digit of the signature itself, which it cannot cover, in the other case.
        place = next(at for at in range(int(covered[1]), len(content)) if content[at : at + 1] in b"ABCDEFabcdef")
        found.append((content, content[:place] + content[place : place + 1].swapcase() + content[place + 1 :]))
    return found


def burst(act: Callable[[bytes], object], contents: list[bytes], pid: int | None) -> tuple[float, float]:
    """CPU and seconds for one of them."""
    cpu, wall = time.process_time() + others_cpu(pid), time.perf_counter()
    for content in contents:
        act(content)
    time.sleep(0.1)  # the last child is counted once it is buried
    spent = time.process_time() + others_cpu(pid) - cpu
    return spent / len(contents), (time.perf_counter() - wall - 0.1) / len(contents)


def measure(rounds: int, size: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from certificates.examining import sandbox

    settings.KEYS_MAY_BE_MADE = True
    setup_test_environment(debug=False)  # the client tells what a page was drawn from
    made = files(size)
    raw = raw_check()
    found: dict[str, Any] = {}
    for name, place, wanted in (("as issued", 0, "exact"), ("altered", 1, "seal_only")):
        contents = [each[place] for each in made]
        ours = our_check(wanted)
        ours(contents[0])
        with CaptureQueriesContext(connection) as queries:
            ours(contents[0])
        asked = len(queries)  # the next request forgets them
        turns = []
        for turn in range(rounds + 1):
            pid = sandbox.keeper.pid
            a, b, c, d = (burst(act, contents, pid) for act in (raw, ours, ours, raw))
            if turn:
                turns.append([(a[0] + d[0]) / 2, (b[0] + c[0]) / 2, (b[1] + c[1]) / 2])
        found[name] = {"turns": turns, "queries": asked}
    sandbox.keeper.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--burst", type=int, default=10)
    parser.add_argument("--database", help="an empty scratch database; without it SQLite in a temporary folder")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.rounds, options.burst)))
        return
    found = measured_apart(
        "bench.examine",
        rounds=options.rounds,
        burst=options.burst,
        database=options.database,
        before=(["collectstatic", "--noinput", "--verbosity", "0"],),  # the page names its files by their hashes
    )
    show(found, "postgresql" if options.database else "sqlite")


def show(found: dict[str, Any], engine: str) -> None:
    rows = tomllib.loads(TARGETS.read_text())
    for name, row in (("as issued", "verify_upload"), ("altered", "verify_upload_altered")):
        turns = found[name]["turns"]
        ratios = [raw / ours for raw, ours, _wall in turns]
        middle, target = statistics.median(ratios), rows[row].get(engine)
        verdict = "–" if target is None else "met" if middle >= target else "missed"
        if max(ratios) > 3 * min(ratios):
            verdict = "inconclusive"
        raw, ours, wall = (1000 * statistics.median(turn[place] for turn in turns) for place in range(3))
        print(
            f"{name}: ratio raw ÷ ours {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f}),",
            f"target {target}: {verdict};",
            f"raw {raw:.1f} ms CPU, ours {ours:.1f} ms CPU ({wall:.1f} ms by the clock),",
            f"{found[name]['queries']} queries",
        )


if __name__ == "__main__":
    main()
