"""Item analysis of ten thousand papers of sixty items, beside a bare NumPy pass over the same matrix.

`python -m bench.analysis [--attempts 10000] [--items 60] [--drawn] [--database postgres://…]`

Makes a scratch database (SQLite in a temporary folder, or a database of its own on the server named), fills it,
and prints: reading the answers, the figures, both together and the most memory, each in a process of its own; then
the statistics and a bare pass over the same matrix, in bursts A B B A, with the ratio of each round.
"""

import argparse
import json
import os
import resource
import statistics as plain
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 8
BURST = 5  # passes in a burst
AIM_SECONDS, AIM_MEGABYTES = 3.0, 300


def memory() -> float:
    """The most this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(marks: Any) -> Any:
    """The least a pass over the matrix can do: totals, variances, each item against its rest, as it is and sorted.

    The same sums written out, with no regard for what is undefined and no figure made of them.
    """
    import numpy as np

    total = marks.sum(axis=1)
    rest = total[:, None] - marks
    xc, rc = marks - marks.mean(axis=0), rest - rest.mean(axis=0)
    pairs = ((xc, rc), (xc, xc), (rc, rc), (np.sort(xc, axis=0), np.sort(rc, axis=0)))
    return [np.einsum("ij,ij->j", one, other) for one, other in pairs], total.var()


def burst(act: Callable[[], Any]) -> float:
    begun = time.process_time()
    for _turn in range(BURST):
        act()
    return (time.process_time() - begun) / BURST


def measure_matrix(attempts: int, items: int) -> dict[str, Any]:
    import numpy as np

    from quizzes.analysis import statistics

    chance = np.random.default_rng(1)
    able = chance.normal(size=(attempts, 1))
    marks = (chance.random((attempts, items)) < 1 / (1 + np.exp(-able))) * 1.0
    maxima = np.ones(items)
    product = lambda: statistics.analyse(marks, maxima)  # noqa: E731
    base = lambda: bare(marks)  # noqa: E731
    product(), base()
    ours, theirs = [], []
    for _round in range(ROUNDS):
        order = (base, product, product, base)
        times = [burst(act) for act in order]
        theirs.append((times[0] + times[3]) / 2)
        ours.append((times[1] + times[2]) / 2)
    return {"product": ours, "bare": theirs}


def measure_database() -> dict[str, Any]:
    """Reading and figures, in this fresh process."""
    import django

    django.setup()
    from quizzes.analysis.figures import figures
    from quizzes.analysis.gathering import gather
    from quizzes.models import Quiz

    quiz = Quiz.objects.get(title="Bench")
    before = memory()
    begun, cpu = time.perf_counter(), time.process_time()
    gathered = gather(quiz)
    read, read_cpu = time.perf_counter(), time.process_time()
    rows = len(gathered.columns["item"])
    found = figures(gathered)
    done, done_cpu = time.perf_counter(), time.process_time()
    return {
        "rows": rows,
        "people": found["people"],
        "questions": len(found["questions"]),
        "fixed": found["fixed"],
        "reading": read - begun,
        "reading_cpu": read_cpu - cpu,
        "figures": done - read,
        "figures_cpu": done_cpu - read_cpu,
        "before": before,
        "most": memory(),
    }


def scratch(folder: str, database: str | None) -> dict[str, str]:
    env = {**os.environ, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    env.pop("DATABASE_URL", None)
    if database:
        env |= {"DATABASE_URL": database, "SECRET_KEY": "x1y2" * 20, "WHORL_SECRET": "a9b8" * 20}
    return env


def child(env: dict[str, str], *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.analysis", *arguments], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def report(found: dict[str, Any], matrix: dict[str, Any]) -> None:
    whole = found["reading"] + found["figures"]
    papers = "all the same" if found["fixed"] else "drawn"
    print(f"{found['people']} attempts ({papers}), {found['rows']} answers, {found['questions']} questions")
    for name, step in (("reading the answers", "reading"), ("computing the figures", "figures")):
        print(f"  {name:22}{found[step]:7.2f} s   {found[step + '_cpu']:7.2f} s CPU")
    whole_cpu = found["reading_cpu"] + found["figures_cpu"]
    print(f"  {'together':22}{whole:7.2f} s   {whole_cpu:7.2f} s CPU   aim {AIM_SECONDS:.0f} s")
    print(f"  {'most memory':22}{found['most']:7.0f} MB  ({found['before']:.0f} MB before)   aim {AIM_MEGABYTES} MB")
    ratios = [base / ours for base, ours in zip(matrix["bare"], matrix["product"], strict=True)]
    product, base = plain.median(matrix["product"]), plain.median(matrix["bare"])
    print("the statistics of the fixed paper over the same matrix, CPU, alternating A B B A:")
    print(f"  ours {1000 * product:.1f} ms   bare NumPy {1000 * base:.1f} ms")
    wide = "" if max(ratios) < 3 * min(ratios) else "  inconclusive: the range is wider than a factor of three"
    print(f"  ratio bare/ours {plain.median(ratios):.2f}   range {min(ratios):.2f} to {max(ratios):.2f}{wide}")
    figures_to_bare = found["figures_cpu"] / base
    print(f"  all figures (tables, times, changes, findings) cost {figures_to_bare:.0f} bare passes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--drawn", action="store_true", help="each paper draws its items from the whole pool")
    parser.add_argument("--database", help="an empty scratch database, instead of SQLite in a temporary folder")
    parser.add_argument("--keep", help="a folder to fill once and use again")
    parser.add_argument("--step", choices=("measure", "matrix"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step == "measure":
        print(json.dumps(measure_database()))
    elif given.step == "matrix":
        print(json.dumps(measure_matrix(given.attempts, given.items)))
    else:
        with tempfile.TemporaryDirectory() as folder:
            env = scratch(given.keep or folder, given.database)
            if not (given.keep and (Path(given.keep) / "filled").exists()):
                begun = time.perf_counter()
                size = ["--attempts", str(given.attempts), "--items", str(given.items)]
                drawn = ["--drawn"] if given.drawn else []
                subprocess.run([sys.executable, "-m", "bench.papers", *size, *drawn], env=env, check=True)
                print(f"filled in {time.perf_counter() - begun:.0f} s")
                if given.keep:
                    (Path(given.keep) / "filled").touch()
            found = child(env, "--step", "measure")
            matrix = child(env, "--step", "matrix", "--attempts", str(given.attempts), "--items", str(given.items))
            report(found, matrix)


if __name__ == "__main__":
    main()
