"""The two servers of a run, their scratch data, and the CPU they use."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

TICK = os.sysconf("SC_CLK_TCK")
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
ROOT = Path(__file__).resolve().parent.parent


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process used so far, user and system; children that are gone not counted."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / TICK


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One gunicorn as `manage.py start` runs it: two workers, two threads each on SQLite, four on PostgreSQL."""

    application: str
    port: int
    environment: dict[str, str]
    threads: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, path: str) -> None:
        command = [sys.executable, "-m", "gunicorn", self.application, "--bind", f"127.0.0.1:{self.port}"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", str(self.threads)]
        command += ["--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"]
        command += ["--config", "python:portal.serving"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        for _try in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2).read()
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.application} does not answer")

    @property
    def pids(self) -> list[int]:
        if self.process is None:
            return []
        return [self.process.pid, *children_of(self.process.pid)]

    def cpu(self) -> float:
        return sum(cpu_of(pid) for pid in self.pids)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)


@dataclass
class Scene:
    """Both servers and what the load has to know."""

    engine: str
    product: Server
    baseline: Server
    seeds: dict[str, Any]
    database: str = ""  # of the product on PostgreSQL

    def backends_cpu(self, database: str) -> float:
        """CPU of the PostgreSQL processes that serve this database; nought on SQLite."""
        if not database:
            return 0.0
        import psycopg

        with psycopg.connect(POSTGRES) as connection:
            rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [database]).fetchall()
        return sum(cpu_of(pid) for (pid,) in rows)


def _postgres_database(name: str) -> str:
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))


def _drop(name: str) -> None:
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True)


@contextlib.contextmanager
def scene(engine: str, *, trainees: int = 20, submits: int = 0) -> Iterator[Scene]:
    """Scratch databases filled, both servers up; all of it gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="stipple-bench-"))
    mark = secrets.token_hex(4)
    own = f"stipple_bench_{mark}"
    bare = f"stipple_bare_{mark}"
    on_postgres = engine == "postgresql"
    ports = free_port(), free_port()
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}
    environment = clean | {
        "DATA_DIR": str(folder / "data"),
        "SECRET_KEY": secrets.token_hex(32),
        "WHORL_SECRET": secrets.token_hex(32),
        "PORT": str(ports[0]),
        "DATABASE_URL": _postgres_database(own) if on_postgres else "",
        "TRUSTED_PROXY_COUNT": "1",  # so that a load can come from as many addresses as people have
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    bare_environment = clean | {
        "BASELINE_URL": _postgres_database(bare) if on_postgres else f"sqlite:///{folder / 'bare.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "bench.baseline.settings",
    }
    threads = 4 if on_postgres else 2
    product = Server("portal.wsgi", ports[0], environment, threads)
    baseline = Server("bench.baseline.wsgi", ports[1], bare_environment, threads)
    try:
        (folder / "data").mkdir()
        _run(["-m", "bench.seed", str(folder / "seeds.json"), str(trainees), str(submits)], environment)
        _run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], environment)
        _run(["-m", "bench.bare"], bare_environment)
        product.start("/livez")
        baseline.start("/hello/")
        yield Scene(
            engine, product, baseline, json.loads((folder / "seeds.json").read_text()), own if on_postgres else ""
        )
    finally:
        product.stop()
        baseline.stop()
        if on_postgres:
            _drop(own)
            _drop(bare)
        shutil.rmtree(folder, ignore_errors=True)
