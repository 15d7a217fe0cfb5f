"""A portal of its own for a test: its data, its broker and its workers, embedded or grown."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.worker.proxy import Door
from tests.worker.servers import Postgres, Vhost

DONE = {
    "certificates": 1,
    "files that are whole": 1,
    "letters": 1,
    "letters delivered": 1,
    "events": ["issued", "sealed", "delivered"],
    "jobs left": 0,
}
PATIENCE = 90


class Machine:
    """Embedded: SQLite, a folder for a broker, and one worker at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "JOB_LEASE_SECONDS": "3",
            "SWEEP_SECONDS": "1",
        }
        self.workers: list[subprocess.Popen[bytes]] = []

    @classmethod
    def prepared(cls, folder: Path) -> "Machine":
        made = cls(folder)
        made.run("manage.py", "migrate", "--verbosity", "0")
        made.scene("prepare")
        return made

    def copied(self, folder: Path) -> "Machine":
        """Another with the same data."""
        shutil.copytree(self.folder, folder)
        return Machine(folder)

    def process(self, *command: str, **faults: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=self.environment | faults,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, *command: str) -> str:
        done = self.process(*command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def scene(self, what: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("-m", "tests.worker.scene", what))
        return told

    def start_worker(self, *, inside: tuple[str, ...] = (), **faults: str) -> subprocess.Popen[bytes]:
        """`inside` is a command that runs the worker's, such as one that gives it less room."""
        command = [*inside, sys.executable, "-m", "celery", "--app", "portal", "--quiet", "worker", "--beat"]
        command += ["--schedule", str(self.folder / "schedule"), "--pool", "threads", "--concurrency", "2"]
        command += ["--queues", ",".join(settings.JOB_QUEUES), "--without-gossip", "--without-mingle"]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "portal.settings", **faults},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")

    def wait_until_done(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while (told := self.scene("tell")) != DONE and time.monotonic() < end:
            time.sleep(0.5)
        return told

    def stop(self) -> None:
        self.stop_workers()

    def stop_workers(self) -> None:
        for worker in self.workers:
            try:  # the whole session: beat is a process beside its worker
                os.killpg(worker.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            worker.wait()
        self.workers.clear()


class Grown(Machine):
    """PostgreSQL and RabbitMQ, each behind a door that can be shut."""

    def __init__(self, folder: Path, postgres: Postgres, vhost: Vhost, database: str) -> None:
        super().__init__(folder)
        self.postgres, self.vhost, self.database = postgres, vhost, database
        self.broker = Door(Vhost.port)
        self.environment |= {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{postgres.port}/{database}",
            "BROKER_URL": f"amqp://guest:guest@127.0.0.1:{self.broker.port}/{vhost.name}",
            "SECRET_KEY": "of a portal that lives for one test",
            "WHORL_SECRET": "of a portal that lives for one test",
        }

    def copied(self, folder: Path) -> "Grown":
        shutil.copytree(self.folder, folder)
        name = f"copy_{uuid.uuid4().hex[:12]}"
        self.postgres.make(name, like=self.database)
        return Grown(folder, self.postgres, Vhost(), name)

    def stop(self) -> None:
        super().stop()
        self.broker.shut()
        self.vhost.stop()
