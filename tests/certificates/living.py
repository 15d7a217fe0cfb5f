"""What the tests of a certificate's life share: tampering as somebody with the database would, and acts at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from jobs import final


@contextmanager
def tampering() -> Iterator[Any]:
    """Whoever can write to the database drops the triggers first."""
    final.remove(connection)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        final.install(connection)


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Let threads act at the same moment, each on its own connection; what each got or raised."""
    barrier = threading.Barrier(number)
    got: list[object] = [None] * number

    def run(place: int) -> None:
        try:
            barrier.wait(10)
            got[place] = act(place)
        except Exception as error:  # shown by the assertion
            got[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return got


def faults(got: list[object]) -> list[object]:
    return [found for found in got if isinstance(found, Exception)]
