"""How often one person may do what reaches others: letters, posts, numbers tried. With the cache down, work goes on."""

import logging

from allauth.core.internal import ratelimit
from django.http import HttpRequest

log = logging.getLogger("clinics")

RATES = {
    "watch": "40/h/user",  # pastes of up to 50 numbers: an afternoon's work, and no way to try numbers out
    "invite": "30/h/user",
    "webhook_test": "10/h/user",
    "bulk": "20/m/user",
}


def is_too_much(request: HttpRequest, action: str) -> bool:
    """Whether this person has done it too often in this while."""
    try:
        return not ratelimit.consume(request, app="clinics", action=action, config=RATES, user=request.user)
    except Exception:  # any cache, any fault: numbers cannot be guessed, and owners are known
        log.exception("%s is not counted: the cache does not answer.", action)
        return False
