"""Autosaves at a fixed rate, 100 a second by default: `python -m bench.paced --db sqlite`. Prints p50, p95, p99."""

from __future__ import annotations

import argparse
import itertools

from bench.load import paced, percentile, trainees
from bench.servers import scene

TIMES = {"sqlite": 10, "postgresql": 5}  # p99 may be so many times p50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with scene(options.db, trainees=100) as found:
        people = itertools.cycle(trainees(found.seeds, "open"))
        warm = [next(people).save() for _call in range(200)]
        calls = [next(people).save() for _call in range(int(options.rate * options.seconds))]
        paced(found.product.port, warm, rate=options.rate)
        done = paced(found.product.port, calls, rate=options.rate)
    p50, p95, p99 = (1000 * percentile(done.latencies, share) for share in (0.5, 0.95, 0.99))
    print(f"{options.db}: {done.count} saves at {options.rate:g} a second, {len(done.failed)} failed {done.failed[:1]}")
    print(f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms: {p99 / p50:.1f} × p50 (at most {TIMES[options.db]})")


if __name__ == "__main__":
    main()
