"""What a kind of question promises: to be written, drawn, shown, read, marked and put into words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from quizzes.kinds import authoring
from quizzes.kinds.authoring import KindError
from quizzes.kinds.forms import Field
from quizzes.kinds.reading import Unreadable

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

__all__ = [
    "Body",
    "Drawn",
    "Example",
    "Field",
    "Fields",
    "Key",
    "Kind",
    "KindError",
    "Marked",
    "Part",
    "Response",
    "Tally",
    "Unreadable",
]

Body = dict[str, Any]
Key = dict[str, Any]
Drawn = dict[str, Any]
Response = dict[str, Any] | None  # None is unanswered
Fields = dict[str, list[str]]  # what a form holds, names without the item's prefix


@dataclass(frozen=True)
class Marked:
    """What one response is worth, exactly."""

    fraction: Fraction
    critical_missed: bool
    answered: bool
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One part of an item, told apart on the feedback page."""

    stem: str
    right: bool
    answer: list[str]
    key: list[str]
    feedback: str


@dataclass(frozen=True)
class Example:
    """An entry as the bank writes it, with a right and a wrong answer to it in its stored order."""

    source: Mapping[str, Any]
    right: Fields
    wrong: Fields


@dataclass(frozen=True)
class Tally:
    """One line of the table of who answered what: an option, a band, a broken pair."""

    code: str  # stable for this version of the question
    words: str
    is_key: bool = False  # part of a right answer
    is_critical: bool = False  # who answered so missed what is safety-critical
    group: str = ""  # heading, where an item is answered in several places (a row of a matrix, a part of a case)


class Kind(ABC):
    """A kind of question. A subclass with a name, in a file of this folder, is all it takes.

    What `parse` makes travels in two halves: the body may be shown, the key never is. A response is kept under the
    option ids of the body, so that it means the same on every paper; the page only ever sees places in the frozen
    order.
    """

    name: ClassVar[str] = ""
    label: ClassVar[StrPromise | str] = ""
    version: ClassVar[int] = 1
    shows_colour: ClassVar[bool] = False  # judged by eye, unless its numbers are granted
    by_person: ClassVar[bool] = False  # judged by people; the machine marks only a blank
    by_steps: ClassVar[bool] = False  # answered step by step: what is stored is never taken back, only gone on from
    own_fields: ClassVar[frozenset[str]]
    form: ClassVar[tuple[Field, ...]] = ()  # the kind's own fields, as an author fills them in
    examples: ClassVar[tuple[Example, ...]]

    @property
    def template(self) -> str:
        return f"quizzes/kinds/{self.name}.html"

    # Writing it

    def parse(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        """One whole bank entry to its public body and secret key, or a KindError that says what to mend."""
        authoring.check_entry(source, kind=self.name, own_fields=self.own_fields)
        return self.compose(source)

    @abstractmethod
    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        """Check the fields that only this kind has, and part what may be shown from what may not."""

    @abstractmethod
    def source(self, body: Body, key: Key) -> dict[str, Any]:
        """The kind's own fields as the bank writes them: `compose` of it gives this body and this key again."""

    # Putting it on a paper

    def draw(self, body: Body, rng: Random) -> Drawn:
        """What is left to chance, frozen with the item."""
        return {}

    @abstractmethod
    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        """What its control may know: no key, no feedback, places instead of ids."""

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        """What its control may know now, with what was answered so far.

        With `read_outs` (granted to a colour-blind trainee) colours come with their L*, a*, b*.
        """
        return self.public(body, drawn)

    # Answering it

    @abstractmethod
    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        """Posted fields to a response; blank is None, nonsense is Unreadable."""

    @abstractmethod
    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        """The response if it is one that `read` could have made, else None. Takes any JSON."""

    def follows(self, body: Body, before: Response, after: Response) -> bool:
        """May this response take the place of that one? Only a case that is walked step by step ever says no."""
        return True

    def skips(self, body: Body, before: Response, data: Mapping[str, Any]) -> bool:
        """Does what was posted go further than the page can have shown? Only a case ever says so."""
        return False

    @abstractmethod
    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        """Any response that `accept` accepts, by chance: for fuzzing, and for benchmarks that want busy papers."""

    def fields(self, body: Body, drawn: Drawn, response: Response) -> Fields:
        """The form fields that would be read as this response."""
        held = self.accept(body, response)
        return {} if held is None else self.fill(body, drawn, held)

    @abstractmethod
    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields: ...

    # Marking it

    def mark(self, body: Body, key: Key, drawn: Drawn, response: Any, *, critical: bool) -> Marked:
        """Pure, and total: whatever was stored, there is a mark for it."""
        if response is None:
            return Marked(Fraction(0), critical_missed=critical, answered=False)
        held = self.accept(body, response)
        if held is None:
            return Marked(Fraction(0), critical_missed=critical, answered=True, detail={"unreadable": True})
        return self.judge(body, key, held, critical=critical)

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """Anything less than fully right is a critical miss, unless the kind knows better."""
        fraction, detail = self.weigh(body, key, held)
        return Marked(fraction, critical_missed=critical and fraction < 1, answered=True, detail=detail)

    @abstractmethod
    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        """The fraction in [0, 1] and what feedback may tell about it."""

    @abstractmethod
    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        """A response that is fully right."""

    def guess(self, body: Body, key: Key) -> Fraction | None:
        """What blind chance earns, where that can be said."""
        return None

    # Counting it

    @abstractmethod
    def tallies(self, body: Body, key: Key) -> list[Tally]:
        """Every line that answers to this question can be counted under, in the author's order."""

    @abstractmethod
    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        """The codes of the lines that this response counts under."""

    # Putting it into words

    def answer_words(self, body: Body, drawn: Drawn, response: Response) -> list[str]:
        """The trainee's own answer, a line each."""
        held = self.accept(body, response)
        return [] if held is None else self.tell(body, drawn, held)

    def key_words(self, body: Body, key: Key, drawn: Drawn) -> list[str]:
        """The right answer, a line each."""
        return self.tell(body, drawn, self.solve(body, key))

    @abstractmethod
    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]: ...

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        """What this answer in particular deserves to hear, beside the author's feedback."""
        return []

    def picture(self, body: Body, key: Key, drawn: Drawn, response: Response) -> dict[str, Any] | None:
        """The right answer drawn, with the one that was given: `template` and what it draws. For feedback only."""
        return None

    def part_feedback(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[Part]:
        """Only an item made of parts has any."""
        return []
