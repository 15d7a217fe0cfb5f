"""What a load made and changed, in words for the terminal and in counts for tests."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    act: str  # "made", "changed", "retired"
    what: str  # "course", "lesson version", "question"
    name: str

    def __str__(self) -> str:
        return f"{self.act} {self.what} {self.name}"


@dataclass
class Report:
    dry_run: bool = False
    changes: list[Change] = field(default_factory=list)
    unchanged: Counter[str] = field(default_factory=Counter)

    def made(self, what: str, name: object) -> None:
        self.changes.append(Change("made", what, str(name)))

    def changed(self, what: str, name: object) -> None:
        self.changes.append(Change("changed", what, str(name)))

    def retired(self, what: str, name: object) -> None:
        self.changes.append(Change("retired", what, str(name)))

    def same(self, what: str) -> None:
        self.unchanged[what] += 1

    def count(self, act: str, what: str) -> int:
        return sum(1 for change in self.changes if (change.act, change.what) == (act, what))

    @property
    def is_empty(self) -> bool:
        return not self.changes

    def lines(self) -> list[str]:
        """A summary: one line for each act and kind of thing."""
        counts = Counter((change.act, change.what) for change in self.changes)
        lines = [f"{act} {count} × {what}" for (act, what), count in counts.items()]
        lines += [f"unchanged {count} × {what}" for what, count in self.unchanged.items()]
        return lines
