"""CPU a request of our pages beside a bare baseline: `python -m bench.http --db sqlite` (or postgresql).

Rounds of bursts in the order A B B A (A the baseline, B ours), the first round dropped; the figure judged is the ratio
of CPU a request, baseline over ours, its median and range over the rounds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.load import Burst, Call, burst, percentile, trainees
from bench.servers import Scene, Server, scene

TARGETS = tomllib.loads(Path(__file__).with_name("targets.toml").read_text())
SUBMITS_A_BURST = 40


@dataclass
class Side:
    """One server's bursts in one round."""

    cpu: float = 0.0
    backends: float = 0.0
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / len(self.latencies)


@dataclass
class View:
    name: str
    calls: Iterator[Call]
    baseline: Iterator[Call]
    limit: int = 0  # calls a burst, where each can be made once only


def measured(scene_: Scene, server: Server, calls: Iterator[Call], seconds: float, side: Side, database: str) -> None:
    before, backends = server.cpu(), scene_.backends_cpu(database)
    done: Burst = burst(server.port, calls, seconds=seconds)
    if done.failed:
        raise SystemExit(f"{len(done.failed)} of {done.count} failed, first: {done.failed[0]}")
    side.cpu += server.cpu() - before
    side.backends += scene_.backends_cpu(database) - backends
    side.latencies += done.latencies
    side.seconds += done.seconds


def rounds(scene_: Scene, view: View, count: int, seconds: float) -> list[tuple[Side, Side]]:
    found = []
    for _round in range(count + 1):
        bare, ours = Side(), Side()
        for which in "ABBA":
            if which == "A":
                measured(scene_, scene_.baseline, view.baseline, seconds, bare, "")
            else:
                calls = itertools.islice(view.calls, view.limit) if view.limit else view.calls
                measured(scene_, scene_.product, calls, seconds, ours, scene_.database)
        found.append((bare, ours))
    return found[1:]  # the first warms both up


def views(scene_: Scene) -> Iterator[View]:
    def ever(path: str) -> Iterator[Call]:
        return (Call("GET", path.format(number % 20_000)) for number in itertools.count())

    people = itertools.cycle(trainees(scene_.seeds, "open"))
    yield View("autosave", (next(people).save() for _ in itertools.count()), ever("/update/row-{}/"))
    yield View("quiz_page_20", (next(people).read() for _ in itertools.count()), ever("/select/row-{}/"))
    long = itertools.cycle(trainees(scene_.seeds, "long"))
    yield View("quiz_page_60", (next(long).read() for _ in itertools.count()), ever("/select/row-{}/"))
    yield View("verify_page", strangers(scene_.seeds["codes"], "/v/{}"), ever("/select/row-{}/"))
    yield View("verify_json", strangers(scene_.seeds["codes"], "/api/v1/certificates/{}"), ever("/select/row-{}/"))
    once = iter(trainees(scene_.seeds, "submit"))
    yield View("submit_20", (each.submit() for each in once), ever("/update/row-{}/"), limit=SUBMITS_A_BURST)


def strangers(codes: list[str], path: str) -> Iterator[Call]:
    """Each check from another address, without a cookie: nobody asks often enough to be slowed down."""
    for number, code in enumerate(itertools.cycle(codes)):
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        yield Call("GET", path.format(code), {"X-Forwarded-For": address})


def judged(name: str, engine: str, found: list[tuple[Side, Side]]) -> dict[str, Any]:
    ratios = [bare.cpu_ms / ours.cpu_ms for bare, ours in found]
    ours = [side for _bare, side in found]
    latencies = [each for side in ours for each in side.latencies]
    target = TARGETS[name].get(engine)
    middle = statistics.median(ratios)
    steady = max(ratios) <= 3 * min(ratios)
    verdict = "–" if target is None else "met" if middle >= target else "missed"
    return {
        "view": name,
        "against": TARGETS[name]["baseline"],
        "ratio": round(middle, 3),
        "range": [round(min(ratios), 3), round(max(ratios), 3)],
        "target": target,
        "verdict": verdict if steady else "inconclusive",
        "cpu_ms": round(statistics.median(side.cpu_ms for side in ours), 2),
        "bare_cpu_ms": round(statistics.median(side.cpu_ms for side, _ours in found), 2),
        "database_cpu_ms": round(1000 * sum(side.backends for side in ours) / len(latencies), 2),
        "requests_a_second": round(len(latencies) / sum(side.seconds for side in ours), 1),
        "p50_ms": round(1000 * percentile(latencies, 0.5), 1),
        "p99_ms": round(1000 * percentile(latencies, 0.99), 1),
        "requests": len(latencies),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", default="")
    options = parser.parse_args()
    submits = SUBMITS_A_BURST * 2 * (options.rounds + 1)
    results = []
    with scene(options.db, trainees=20, submits=submits if options.only in {"", "submit_20"} else 0) as found:
        heads = (
            "view",
            "ratio",
            "range",
            "target",
            "verdict",
            "cpu_ms",
            "bare_cpu_ms",
            "database_cpu_ms",
            "p50_ms",
            "p99_ms",
        )
        print(options.db, *heads, sep=" | ")
        for view in views(found):
            if options.only in {"", view.name}:
                result = judged(view.name, options.db, rounds(found, view, options.rounds, options.seconds))
                results.append(result)
                print(*(result[head] for head in heads), f"{result['requests_a_second']}/s", sep=" | ", flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps({"engine": options.db, "views": results}, indent=1))
    sys.exit(any(result["verdict"] in {"missed", "inconclusive"} for result in results))


if __name__ == "__main__":
    main()
