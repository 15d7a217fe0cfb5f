"""Who asks, and whether they ask too often. Cookies count for nothing here.

Without a key an address has the limits that it has on the pages for people, and shares them with these. With one the
key has limits of its own, counted in the cache, which all processes share. With the cache down, checks go on: codes
cannot be guessed and keys even less.
"""

import logging
import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from certificates.throttling import is_too_much
from clinics import access
from clinics.api.problems import DETAILS, Problem
from clinics.models import ApiKey
from clinics.models.access import Scope

log = logging.getLogger("clinics")

APP = "api"
MINUTE = 60
LIMITS = {  # README, "API"
    "unknown_key": "20/m/ip",
    "verify": "30/m/key",  # 30 × 500 certificates a minute
    "document": "30/m/key",
    "changes": "60/m/key",
}


def count(request: HttpRequest, action: str, key: ApiKey | None = None) -> None:
    """One more request of this kind; too many are refused, with the seconds to wait."""
    sent = key.prefix if key else None
    try:
        if ratelimit.consume(request, app=APP, action=action, config=LIMITS, key=sent, limit_get=True):
            return
        wait = _seconds_left(request, action, sent)
    except Exception:  # any cache, any fault
        log.exception("Requests to the API are not counted: the cache does not answer.")
        return
    raise _too_many(wait)


def _too_many(wait: int) -> Problem:
    return Problem(429, DETAILS[429], headers={"Retry-After": str(wait)})


def _seconds_left(request: HttpRequest, action: str, key: str | None) -> int:
    """Until the oldest request that counts no longer does."""
    (rate,) = ratelimit.get_rates(app=APP, action=action, config=LIMITS)
    history = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)) or [time.time()]
    wait: float = history[-1] + rate.duration - time.time()
    return max(1, math.ceil(wait))


class Anyone:
    """No key is asked for, and none is looked at; each address has its limit."""

    def __init__(self, action: str) -> None:
        self.action = action

    def __call__(self, request: HttpRequest) -> bool:
        if is_too_much(request, self.action):
            raise _too_many(MINUTE)
        return True


class ApiKeyHolder(HttpBearer):
    """A program of a clinic, with a key that counts and is allowed this."""

    def __init__(self, scope: Scope, action: str) -> None:
        super().__init__()
        self.scope = scope
        self.action = action

    @staticmethod
    def scheme() -> dict[str, str]:
        words = "A key that an owner of the clinic made under “API keys”. It is shown there once."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "stp_…", "description": words}

    def __call__(self, request: HttpRequest) -> ApiKey | None:
        """Answers with the reason where the framework would only say no."""
        holder = super().__call__(request)
        if holder is None:
            count(request, "unknown_key")
            raise Problem(401, DETAILS[401])
        key: ApiKey = holder
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = access.find(token.strip())
        if key is None:
            return None
        count(request, self.action, key)
        if self.scope not in key.scopes:
            raise Problem(
                403,
                f"This API key may not do this. It needs the scope “{self.scope}”.",
                headers={"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{self.scope}"'},
            )
        access.note_use(key)
        return key


class AnyoneOrApiKeyHolder(ApiKeyHolder):
    """Without a key the limit of an address, with one that of the key. A key that does not count is refused."""

    def __init__(self, scope: Scope, action: str, *, without: str) -> None:
        super().__init__(scope, action)
        self.without = Anyone(without)

    def __call__(self, request: HttpRequest) -> ApiKey | bool:  # type: ignore[override]
        if "Authorization" in request.headers:
            return super().__call__(request) or False
        return self.without(request)
