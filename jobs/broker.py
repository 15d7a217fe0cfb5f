"""The embedded broker: kombu's file system transport, with every file written whole.

As shipped, a process may read a message or the table of queues while another is still writing it, finds no JSON
there, and its worker ends. Here a file gets its name only once it is complete, and one binder works at a time.
"""

import fcntl
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from time import monotonic, sleep
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps, loads

log = logging.getLogger("jobs")

SCHEME = "whole-files"
UNREADABLE = 1.0  # seconds before it is looked at again
TRANSPORT_ALIASES[SCHEME] = "jobs.broker:Transport"


def write_whole(path: Path, words: str) -> None:
    """Readers see the old file or the new one, never half of it."""
    draft = path.with_name(f".{uuid.uuid4().hex}")
    draft.write_bytes(str_to_bytes(words))
    draft.replace(path)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # its own bases disagree
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)  # type: ignore[no-untyped-call,unused-ignore]
        except OSError as error:
            # A folder that cannot be read now holds no message now. The worker lives on, and the rows keep the work.
            log.warning("The broker's folder cannot be read: %s", error)
            sleep(UNREADABLE)
            raise Empty from error

    def _table_file(self, exchange: str) -> Path:
        return Path(self.control_folder) / f"{exchange}.exchange"  # the names are our settings' own

    def get_table(self, exchange: str) -> list[Any]:
        try:
            table = loads(self._table_file(exchange).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        return [filesystem.exchange_queue_t(*row) for row in table]

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if row not in table:
                write_whole(self._table_file(exchange), dumps([row, *table]))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Web, worker and beat bind at the same moment; the slower must not undo the faster."""
        self.control_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.control_folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


class Transport(filesystem.Transport):
    Channel = Channel
    # A folder that is not there is a broker that is down: the worker tries again, as it does with every other one.
    recoverable_connection_errors = (*filesystem.Transport.connection_errors, OSError)
    connection_errors = recoverable_connection_errors
