"""Where a person lands after signing in. Floors above register their own first page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User

Landing = Callable[["User"], str | None]

_landings: list[Landing] = []


def register(landing: Landing) -> Landing:
    """`landing(user)` answers with the name of a page, or None to leave the choice to the next."""
    if landing not in _landings:
        _landings.append(landing)
    return landing


def page_for(user: "User") -> str:
    """The name of the page this person starts on."""
    return next((page for landing in _landings if (page := landing(user))), "today")
