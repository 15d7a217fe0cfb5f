"""200 trainees press start within two seconds: `python -m bench.spike --db sqlite`. All get one attempt, none two."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys

from bench.load import paced, percentile, trainees
from bench.servers import ROOT, scene

COUNT = (
    "import django; django.setup(); from quizzes.models import Attempt; from django.db.models import Count;"
    "mine = Attempt.objects.filter(trainee__email__startswith='bench-');"
    "print(mine.count(), max(mine.values_list('trainee').annotate(n=Count('pk')).values_list('n', flat=True)))"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with scene(options.db, trainees=1) as found:
        people = trainees(found.seeds, "start")
        calls = [each.start() for each in people]
        twice = random.sample(calls, 40)  # and some press twice
        calls += twice
        random.shuffle(calls)
        done = paced(found.product.port, calls, rate=len(calls) / 2, connections=len(calls))
        counted = subprocess.run(
            [sys.executable, "-c", COUNT], cwd=ROOT, env=found.product.environment, check=True, capture_output=True
        )
    attempts, most = map(int, counted.stdout.split())
    p50, p99 = (percentile(done.latencies, share) for share in (0.5, 0.99))
    print(
        f"{options.db}: {len(calls)} presses by {len(people)} trainees within 2 s, answered within {done.seconds:.1f} s"
    )
    print(f"{attempts - 5} attempts begun, {most} at most for one; {len(done.failed)} failed {done.failed[:1]}")
    print(f"p50 {p50:.2f} s, p99 {p99:.2f} s")
    sys.exit(bool(done.failed) or most != 1 or attempts != len(people) + 5)


if __name__ == "__main__":
    main()
