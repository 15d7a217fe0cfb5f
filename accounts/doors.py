"""Ways of the top bar that only some people have. Floors above register them with the relation that opens each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from accounts.models import User


@dataclass(frozen=True)
class Door:
    view: str  # its name on the map
    label: "StrPromise | str"
    opens_to: Callable[["User"], bool]


_doors: dict[str, Door] = {}


def register(door: Door) -> Door:
    """Registering twice is registering once."""
    return _doors.setdefault(door.view, door)


def open_to(user: "User") -> list[str]:
    """The names of the doors this person has. Asked every few minutes and kept in the session."""
    return [door.view for door in _doors.values() if door.opens_to(user)]


def named(views: list[str]) -> list[Door]:
    return [_doors[view] for view in views if view in _doors]
