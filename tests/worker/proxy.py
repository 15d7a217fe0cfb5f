"""A door between a portal and a server it needs, which a test can shut: what a server that is down looks like."""

import socket
import threading
from contextlib import suppress


class Door:
    """Passes every byte on to a port of this machine. Shut, it breaks what is open and lets nobody in."""

    def __init__(self, to: int) -> None:
        self.to = to
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.open()

    def open(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._let_in, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        if self._listener is not None:
            # Closing alone leaves the thread in accept(), which would let one more in.
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            broken, self._open = self._open, set()
        for each in broken:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _let_in(self, listener: socket.socket) -> None:
        while True:
            try:
                visitor, _address = listener.accept()
                host = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            with self._lock:
                self._open |= {visitor, host}
            for one, other in ((visitor, host), (host, visitor)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while part := one.recv(65536):
                other.sendall(part)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
