"""What leaves for a clinic's address goes there itself, and nowhere else on the way."""

import socket

import pytest
from pytest_django import Settings

from clinics import reaching


def test_no_proxy_of_our_surroundings_is_asked(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.WEBHOOKS_ON_LOOPBACK = True
    monkeypatch.setattr(reaching, "SECONDS", 0.5)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as proxy, socket.create_server(("127.0.0.1", 0)) as clinic:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        proxy.settimeout(0.2)
        clinic.settimeout(0.2)

        with pytest.raises(reaching.Unreachable):  # it takes the connection, and never answers
            reaching.post(f"http://127.0.0.1:{clinic.getsockname()[1]}/alerts", b"{}", {})

        clinic.accept()[0].close()
        with pytest.raises(TimeoutError):
            proxy.accept()
