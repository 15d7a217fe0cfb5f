"""How the web server treats a connection; gunicorn reads this file (`--config python:portal.serving`)."""

from typing import Any

SILENCE = 10  # seconds


def pre_request(worker: Any, request: Any) -> None:
    """A phone that loses its network in the middle of a form says nothing, for ever, and would keep a thread as long.
    With four threads the fourth such phone would stop the portal. (Headers are waited for by gunicorn itself.)
    """
    request.unreader.sock.settimeout(SILENCE)
