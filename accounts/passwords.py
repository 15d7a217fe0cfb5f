"""Passwords that are easy to guess for whoever knows the person or the place."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST_WORD = 4
LEAST_LEFT = 10

WordsOf = Callable[["User"], Iterable[str]]
_words_of: list[WordsOf] = []


def register(words_of: WordsOf) -> None:
    """Floors above know more that is easy to guess, such as the name of someone's clinic."""
    if words_of not in _words_of:
        _words_of.append(words_of)


def context_words(user: "User | None") -> set[str]:
    """The product, the academy, and what everyone can know of the person."""
    texts = ["stipple", settings.ACADEMY["name"], settings.ACADEMY["place"]]
    if user is not None:
        texts += [user.name, user.email]
        if user.pk:
            texts += [text for words_of in _words_of for text in words_of(user)]
    words = {word for text in texts for word in re.split(r"[\W_]+", text.casefold())}
    return {word for word in words if len(word) >= SHORTEST_WORD}


class ContextWordsValidator:
    """Such words count for nothing: without them a password must still be long enough to be one."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        rest = found = password.casefold()
        for word in sorted(context_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != found and len(re.sub(r"[\W_]+", "", rest)) < LEAST_LEFT:
            raise ValidationError(
                _("This leans on your name, your address or ours, which is what others try first. Use other words."),
                code="context_word",
            )

    def get_help_text(self) -> str:
        return _("Leave out your name, your address and ours.")
