"""The kinds that a part of a case may be, and how an author fills in a case."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from quizzes.kinds.base import Field, Kind
from quizzes.kinds.depth_band import DepthBand
from quizzes.kinds.matching import Matching
from quizzes.kinds.multiple_response import MultipleResponse
from quizzes.kinds.numeric import Numeric
from quizzes.kinds.ordering import Ordering
from quizzes.kinds.single_choice import SingleChoice
from quizzes.kinds.true_false import TrueFalse

PART_KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (SingleChoice(), MultipleResponse(), TrueFalse(), Numeric(), Ordering(), Matching(), DepthBand())
}


def _own_fields() -> Iterator[Field]:
    """Each kind's own fields, there only while the part is of that kind.

    A row that has a mode of its own is known by it rather than by its kind, so both names are given.
    """
    for name, kind in PART_KINDS.items():
        modes = next((tuple(mode for mode, _words in field.choices) for field in kind.form if field.name == "mode"), ())
        for field in kind.form:
            yield replace(field, modes=field.modes or (name, *modes))


FORM = (
    Field("case", _("Case"), "prose", help=_("It stays in view beside every part.")),
    Field(
        "parts",
        _("Parts"),
        "rows",
        help=_("Two or more. Each is worth a point, so the question has as many points as parts."),
        ids=True,
        columns=(
            Field("kind", _("Kind"), "choice", choices=tuple((kind.name, kind.label) for kind in PART_KINDS.values())),
            Field("stem", _("Question"), "prose"),
            *_own_fields(),
            Field(
                "critical",
                _("This part decides on safety"),
                "flag",
                help=_("With one such part, only these parts can make the question a critical miss."),
                optional=True,
            ),
            Field(
                "feedback",
                _("Feedback"),
                "group",
                columns=(
                    Field("right", _("After a right answer"), "prose"),
                    Field("wrong", _("After a wrong answer"), "prose"),
                ),
            ),
        ),
    ),
)


def example(kind: str, **changed: Any) -> dict[str, Any]:
    return {**PART_KINDS[kind].examples[0].source, **changed}
