"""How often one address may ask. Counted in this process first: the cache is asked only about who asks often.

So a clinic with a few papers costs a look into memory, and a machine that guesses is stopped wherever it turns: it gets
what the cache allows it in all, and what each process gave it before asking.
"""

import logging
import time
from collections import OrderedDict
from threading import Lock

from allauth.core.internal import ratelimit
from django.http import HttpRequest

log = logging.getLogger("certificates")

MINUTE = 60.0
ADDRESSES = 20_000  # remembered at most; the longest silent is forgotten first
UNASKED = {"check": 20, "seal": 20, "card": 5, "file": 10}  # a minute, in this process, before the cache is asked
# A clinic with a stack of papers, not a machine.
ASKED = {"check": "40/m/ip", "seal": "40/m/ip", "card": "15/m/ip", "file": "20/m/ip"}

_seen: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()
_lock = Lock()


def is_too_much(request: HttpRequest, action: str) -> bool:
    """With the cache down, checks go on: codes cannot be guessed."""
    try:
        if _count(action, ratelimit.get_ip(request)) <= UNASKED[action]:
            return False
        return not ratelimit.consume(request, app="certificates", action=action, config=ASKED, limit_get=True)
    except Exception:  # any cache, any fault
        log.exception("Checks are not counted: the cache does not answer.")
        return False


def _count(action: str, address: str) -> int:
    """How often this address asked for this in the minute that began with its first time."""
    key, now = (action, address), time.monotonic()
    with _lock:
        began, count = _seen.pop(key, (now, 0))
        if now - began >= MINUTE:
            began, count = now, 0
        _seen[key] = began, count + 1
        if len(_seen) > ADDRESSES:
            _seen.popitem(last=False)
    return count + 1


def forget() -> None:
    """Everybody begins anew."""
    with _lock:
        _seen.clear()
