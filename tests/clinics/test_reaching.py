"""What leaves for a clinic's address goes there itself, and nowhere else on the way."""

import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
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


def vouched_for_by_itself(file: Path) -> None:
    """A key and a certificate for this machine that no authority signed."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))


def test_a_host_whose_tls_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path, settings: Settings) -> None:
    settings.WEBHOOKS_ON_LOOPBACK = True
    vouched_for_by_itself(tmp_path / "host.pem")
    context, got = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[bytes]()
    context.load_cert_chain(tmp_path / "host.pem")

    def listen() -> None:
        with contextlib.suppress(OSError), context.wrap_socket(host.accept()[0], server_side=True) as connected:
            got.append(connected.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(5)
        thread = threading.Thread(target=listen)
        thread.start()
        with pytest.raises(reaching.Unreachable, match="TLS certificate is not accepted"):
            reaching.post(f"https://127.0.0.1:{host.getsockname()[1]}/alerts", b"{}", {})
        thread.join()

    assert not any(got)
