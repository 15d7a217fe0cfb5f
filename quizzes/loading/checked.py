"""Takes values out of a marked mapping, noting what is wrong with each and where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any, TypeVar

from courses.loading import Marked, Problems


def fingerprint(content: Any) -> str:
    """The same content, the same hash, whatever the order of its keys."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


T = TypeVar("T")


class Reader:
    """One mapping. Every method answers with something usable, so that one load shows every problem."""

    def __init__(self, marked: Marked, problems: Problems) -> None:
        self.marked = marked
        self.problems = problems
        self.is_mapping = isinstance(marked.value, dict)
        if not self.is_mapping:
            problems.at(marked, "Write this as named fields.")

    def only(self, known: Collection[str]) -> None:
        if self.is_mapping:
            for name, child in self.marked.items():
                if name not in known:
                    self.problems.at(
                        child, f"Nothing reads “{name}” here. It may be one of: {', '.join(sorted(known))}."
                    )

    def has(self, name: str) -> bool:
        child = self.marked.get(name)
        return child is not None and child.value is not None

    def wrong(self, name: str, message: str) -> None:
        self.problems.at(self.marked, message, name)

    def text(self, name: str, default: str | None = None, *, longest: int = 200) -> str:
        value = self._value(name, default)
        if isinstance(value, str) and (value.strip() or default == value) and len(value) <= longest:
            return value.strip()
        return self._no(name, value, f"“{name}” must be a text of at most {longest} characters.", default or "")

    def choice(self, name: str, known: Collection[str], default: str) -> str:
        value = self._value(name, default)
        if isinstance(value, str) and value in known:
            return value
        return self._no(name, value, f"“{name}” must be one of: {', '.join(known)}.", default)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._value(name, default)
        return value if isinstance(value, bool) else self._no(name, value, f"“{name}” must be true or false.", default)

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        value = self._value(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        words = f"“{name}” must be a whole number from {least} to {most}."
        return self._no(name, value, words, least if default is None else default)

    def hundredths(self, name: str, most: int, default: int | None = None) -> int:
        """A number such as 85 or 72.5, as whole hundredths."""
        value = self._value(name, default)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            exact = Decimal(str(value)) * 100
            if 0 <= exact <= most * 100 and exact == int(exact):
                return int(exact)
        words = f"“{name}” must be a number from 0 to {most} with at most two decimals."
        return self._no(name, value, words, 0)

    def words(self, name: str) -> list[str]:
        """A list of short texts; missing is empty."""
        value = self._value(name, [])
        if isinstance(value, list) and all(isinstance(word, str) and 0 < len(word) <= 60 for word in value):
            return value
        return self._no(name, value, f"“{name}” must be a list of short texts.", [])

    def _value(self, name: str, default: Any) -> Any:
        if not self.is_mapping:
            return default
        child = self.marked.get(name)
        return default if child is None else child.value

    def _no(self, name: str, value: Any, words: str, instead: T) -> T:
        if self.is_mapping:
            self.problems.at(self.marked, f"“{name}” is missing." if value is None else words, name)
        return instead
