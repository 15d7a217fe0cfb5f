"""What people can be invited to. Floors above register a role and the things it can be about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choices = Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Role:
    """A kind of invitation: its name, its words, and what it can be about."""

    name: str
    label: "StrOrPromise"
    choices: Choices


_roles: dict[str, Role] = {}


def register(role: str, label: "StrOrPromise", choices: Choices) -> None:
    """Offer invitations of this role. `choices()` lists pairs of (about, words), read when the page is shown."""
    _roles[role] = Role(role, label, choices)


def roles() -> list[Role]:
    """Every role somebody can be invited to."""
    return list(_roles.values())


def label(role: str) -> str:
    """The role in words; its bare name when no floor knows it any more."""
    return str(_roles[role].label) if role in _roles else role


def about_label(role: str, about: str) -> str:
    """What the invitation is about, in words; empty when it is gone."""
    return dict(_roles[role].choices()).get(about, "") if role in _roles else ""
