"""Reaching an address that a clinic gave us, and nothing inside our own walls by it.

The name is resolved at the moment of connecting, every address it stands for is looked at, and the socket goes to
the very address that was looked at: a name that answers differently a moment later leads nowhere. No redirect is
followed, no proxy is asked, and a whole exchange ends after ten seconds, however slowly somebody answers.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SECONDS = 5  # for connecting, and for each wait after it
MOST_SECONDS = 10  # for all of it
GLOBAL = ip_network("2000::/3")  # all that is given out of IPv6: the rest carries IPv4 addresses or is for inside
# Of it, what carries an IPv4 address to somewhere else: whatever stands in it, we do not go there.
CARRIERS = [ip_network("2002::/16"), ip_network("2001::/32")]


class Refused(Exception):
    """An address we do not connect to. The words may be shown to the clinic."""


class Unreachable(Exception):
    """No answer. The words may be shown to the clinic."""


def is_open(address: str) -> bool:
    """Whether this address is one of the public internet's (or our own machine's, where a demo may use it)."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return bool(settings.WEBHOOKS_ON_LOOPBACK)
    if isinstance(ip, IPv6Address) and (ip not in GLOBAL or any(ip in carrier for carrier in CARRIERS)):
        return False
    return ip.is_global and not ip.is_multicast


def addresses_of(host: str, port: int) -> list[str]:
    """Every address the name stands for. One that is closed closes all: such a name is not a public system's."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("The name of the host is not known.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(is_open(address) for address in addresses):
        raise Refused("The host is not on the public internet.")
    return addresses


class _Looking:
    """A connection that looks where it goes."""

    host: str
    port: int
    _handle: socket.socket | None = None
    _timer: threading.Timer | None = None

    def _new_conn(self) -> socket.socket:
        trouble: OSError | None = None
        until = time.monotonic() + MOST_SECONDS
        for address in addresses_of(self.host, self.port):
            left = until - time.monotonic()
            if left <= 0:  # a name may stand for any number of addresses where nobody answers
                break
            try:
                connected = socket.create_connection((address, self.port), timeout=min(SECONDS, left))
            except OSError as error:
                trouble = error
                continue
            # TLS takes the socket over; a second handle ends the exchange whoever holds the first.
            self._handle = connected.dup()
            self._timer = threading.Timer(until - time.monotonic(), _hang_up, [self._handle])
            self._timer.daemon = True
            self._timer.start()
            return connected
        raise Unreachable("The host does not answer.") from trouble

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._handle:
            self._handle.close()
            self._handle = None
        super().close()  # type: ignore[misc]


def _hang_up(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


class _LookingHTTP(_Looking, HTTPConnection):
    pass


class _LookingHTTPS(_Looking, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _LookingHTTP


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _LookingHTTPS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send it and answer with the status. What else comes back is not read. Raises Refused and Unreachable."""
    if not url.startswith("https://") and not (url.startswith("http://") and settings.WEBHOOKS_ON_LOOPBACK):
        raise Refused("The address does not begin with https://.")
    with requests.Session() as session:
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(max_retries=0))
        try:
            with session.post(
                url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False, stream=True
            ) as response:
                return response.status_code
        except requests.exceptions.SSLError as error:
            raise Unreachable("The host’s TLS certificate is not accepted.") from error
        except requests.exceptions.Timeout as error:
            raise Unreachable(f"No answer within {SECONDS} seconds.") from error
        except (requests.exceptions.RequestException, ValueError, OSError) as error:
            raise Unreachable("The connection broke before an answer came.") from error
