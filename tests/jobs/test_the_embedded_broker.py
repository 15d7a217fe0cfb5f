"""The embedded broker's files are whole whenever somebody reads them, and no binding is lost."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue

from jobs.broker import SCHEME

THREADS, ROUNDS = 6, 25


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    (tmp_path / "messages").mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    return Connection(f"{SCHEME}://", transport_options=options)


def together(work: list[threading.Thread]) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def test_a_message_arrives_as_it_was_sent(connection: Connection) -> None:
    queue = connection.SimpleQueue("one")

    queue.put({"job": 7})

    assert queue.get(timeout=2).payload == {"job": 7}


def test_a_file_gets_its_name_only_once_it_is_whole(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    replace = Path.replace

    def look_first(draft: Path, target: Path) -> Path:
        assert not target.exists()
        assert json.loads(draft.read_text())
        seen.append(target.name)
        return replace(draft, target)

    monkeypatch.setattr(Path, "replace", look_first)
    connection.SimpleQueue("whole").put({"job": 7})

    assert [name.partition(".")[2] for name in seen] == ["exchange", "whole.msg"]


def test_many_who_bind_at_once_lose_no_binding(connection: Connection) -> None:
    failed: list[BaseException] = []

    def bind(number: int) -> None:
        try:
            with connection.clone() as own:
                for turn in range(ROUNDS):
                    name = f"q{number}-{turn % 5}"
                    Queue(name, Exchange("all", type="direct"), routing_key=name)(own.channel()).declare()
        except Exception as error:
            failed.append(error)

    together([threading.Thread(target=bind, args=(number,)) for number in range(THREADS)])

    assert failed == []
    channel: Any = connection.default_channel
    bound = {row.queue for row in channel.get_table("all")}
    assert bound == {f"q{number}-{turn}" for number in range(THREADS) for turn in range(5)}


def test_a_reader_never_meets_half_a_message(connection: Connection) -> None:
    failed: list[BaseException] = []
    got: list[int] = []
    connection.SimpleQueue("busy").close()  # declared before the threads, which share kombu's list of what is bound

    def send(number: int) -> None:
        with connection.clone() as own:
            queue = own.SimpleQueue("busy")
            for turn in range(ROUNDS):
                queue.put({"n": number * ROUNDS + turn, "padding": "x" * 50_000})

    def receive() -> None:
        try:
            with connection.clone() as own:
                queue = own.SimpleQueue("busy")
                while len(got) < THREADS * ROUNDS:
                    message = queue.get(timeout=5)
                    got.append(message.payload["n"])
                    message.ack()
        except Exception as error:
            failed.append(error)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
    together([*senders, threading.Thread(target=receive)])

    assert failed == []
    assert sorted(got) == list(range(THREADS * ROUNDS))
