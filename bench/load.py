"""A plain load: keep-alive sockets, requests made beforehand, so that the client is cheap beside the server."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    wanted: tuple[int, ...] = (200,)


@dataclass
class Burst:
    """What came of it: latencies in seconds, and the seconds it took in all."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failed: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.latencies)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _ask(connection: http.client.HTTPConnection, call: Call) -> str:
    """Empty when the answer was as wanted."""
    connection.request(call.method, call.path, call.body, call.headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status in call.wanted:
        return ""
    return f"{call.method} {call.path}: {answer.status} {content[:200]!r}"


def burst(port: int, calls: Iterator[Call], *, seconds: float, connections: int = 4) -> Burst:
    """A closed loop: each connection asks again as soon as it is answered, until the time or the calls run out."""
    result, lock = Burst(), threading.Lock()
    end = time.perf_counter() + seconds

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < end:
            with lock:
                call = next(calls, None)
            if call is None:
                break
            began = time.perf_counter()
            try:
                wrong = _ask(connection, call)
            except (OSError, http.client.HTTPException) as error:
                wrong = f"{call.path}: {error!r}"
                connection.close()
            with lock:
                result.latencies.append(time.perf_counter() - began)
                if wrong:
                    result.failed.append(wrong)
        connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=run) for _connection in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    return result


def paced(port: int, calls: list[Call], *, rate: float, connections: int = 32) -> Burst:
    """An open loop: call n is due at n / rate seconds whatever became of those before it; latency counts from then."""
    result, lock = Burst(), threading.Lock()
    due = iter(enumerate(calls))
    began = time.perf_counter() + 0.2

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                number, call = next(due, (0, None))
            if call is None:
                break
            moment = began + number / rate
            time.sleep(max(0.0, moment - time.perf_counter()))
            try:
                wrong = _ask(connection, call)
            except (OSError, http.client.HTTPException) as error:
                wrong = f"{call.path}: {error!r}"
                connection.close()
            with lock:
                result.latencies.append(time.perf_counter() - moment)
                if wrong:
                    result.failed.append(wrong)
        connection.close()

    threads = [threading.Thread(target=run) for _connection in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - began
    return result


Calls = Callable[[], Iterator[Call]]


@dataclass
class Trainee:
    """One browser: its cookies, its paper, and how far its numbers have come."""

    entry: dict[str, Any]
    cookies: str
    token: str
    seq: int = 1

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookies, "X-CSRFToken": self.token, "Host": "localhost"}

    @property
    def attempt(self) -> int:
        return int(self.entry["attempt"])

    def _posted(self, path: str, answers: list[dict[str, Any]]) -> Call:
        body = json.dumps({"client": "bench", "epoch": self.entry["epoch"], "answers": answers}).encode()
        return Call("POST", path, self.headers | {"Content-Type": "application/json"}, body)

    def _answer(self, item: dict[str, Any]) -> dict[str, Any]:
        return item | {"epoch": self.entry["epoch"], "seq": self.seq, "flagged": False}

    def save(self) -> Call:
        """The next answer of the paper, numbered above all before."""
        item = self.entry["items"][self.seq % len(self.entry["items"])]
        self.seq += 1
        return self._posted(f"/quizzes/attempts/{self.attempt}/responses/", [self._answer(item)])

    def read(self) -> Call:
        return Call("GET", f"/quizzes/attempts/{self.attempt}/", self.headers)

    def submit(self) -> Call:
        """Two answers of three: a paper that fails, as the first one often does, and awards nothing."""
        self.seq += 1
        answers = [self._answer(item) for number, item in enumerate(self.entry["items"]) if number % 3]
        return self._posted(f"/quizzes/attempts/{self.attempt}/submission/", answers)

    def start(self) -> Call:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return Call("POST", f"/quizzes/{self.entry['quiz']}/attempts/", headers, b"declared=yes", wanted=(302,))


def trainees(seeds: dict[str, Any], group: str) -> list[Trainee]:
    token = "b" * 32
    return [
        Trainee(entry, f"{seeds['cookie']}={entry['session']}; {seeds['csrf']}={token}", token)
        for entry in seeds[group]
    ]
