"""The web server itself: nobody's silence stops it for the others."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.worker

APP = """
def app(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]
"""
IMPATIENT = """
from portal import serving

serving.SILENCE = 1
pre_request = serving.pre_request
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server of ours with a single thread."""
    (tmp_path / "small.py").write_text(APP)
    (tmp_path / "impatient.py").write_text(IMPATIENT)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "small:app", "--bind", f"127.0.0.1:{number}"]
    command += ["--config", str(tmp_path / "impatient.py"), "--worker-class", "gthread", "--workers", "1"]
    command += ["--threads", "1", "--pythonpath", f"{tmp_path},{settings.BASE_DIR}", "--no-control-socket"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield number
    finally:
        server.terminate()
        server.wait(20)


def answer(port: int, body: bytes, within: float) -> bytes:
    """What comes back, asked again until the server stands."""
    end = time.monotonic() + within
    while True:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
        try:
            asking.request("POST", "/", body)
            return asking.getresponse().read()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        finally:
            asking.close()


def test_a_form_that_stops_in_the_middle_does_not_hold_up_the_next_one(port: int) -> None:
    assert answer(port, b"first", within=20) == b"first"
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf of it")
        time.sleep(0.3)  # it has the only thread now

        assert answer(port, b"second", within=10) == b"second"


def test_the_servers_we_start_and_describe_read_that_file() -> None:
    for place in ("portal/management/commands/start.py", "README.md"):
        assert "python:portal.serving" in (settings.BASE_DIR / place).read_text(encoding="utf-8"), place
