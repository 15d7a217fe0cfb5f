"""Servers of our own beside the ones of the machine: a PostgreSQL cluster that may be restarted, a RabbitMQ vhost."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path:
    """Where Debian keeps what is not on the path; elsewhere the path has it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("pg_ctl")
    if not found and on_path is None:
        raise RuntimeError("These tests start a PostgreSQL of their own: install the postgresql package.")
    return found[-1] if found else Path(str(on_path)).parent


class Postgres:
    """A cluster in a folder of its own, on a port of its own. PostgreSQL refuses to run as root, so root steps down."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stipple-pg-"))
        self.port = _free_port()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "--auth", "trust", "--username", "postgres", "--no-sync", "--pgdata", self.data)
        self._run(
            "pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", self.folder / "log", "--options", self.options
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def options(self) -> str:
        return f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(_programs() / program), *map(str, arguments)]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # Its answer goes to a file: the server would keep a pipe open for as long as it runs.
        with (self.folder / f"{program}.out").open("ab") as out:
            done = subprocess.run(command, stdout=out, stderr=out, cwd="/", check=False)
        assert done.returncode == 0, (self.folder / f"{program}.out").read_text()

    def make(self, name: str, *, like: str = "template1") -> None:
        with psycopg.connect(f"postgres://postgres@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")

    def restart(self) -> None:
        """As after a power cut: connections break and the log is replayed."""
        self._run(
            "pg_ctl", "restart", "--wait", "--mode", "immediate", "--pgdata", self.data, "--log", self.folder / "log",
            "--options", self.options,
        )  # fmt: skip

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", self.data)
        shutil.rmtree(self.folder, ignore_errors=True)


class Vhost:
    """A part of the machine's RabbitMQ that nobody else uses."""

    port = 5672

    def __init__(self) -> None:
        self.name = f"stipple-{uuid.uuid4().hex[:12]}"
        self._run("add_vhost", self.name)
        self._run("set_permissions", "-p", self.name, "guest", ".*", ".*", ".*")

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(["rabbitmqctl", "--quiet", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"These tests need RabbitMQ on this machine. {done.stderr}"

    def stop(self) -> None:
        self._run("delete_vhost", self.name)
