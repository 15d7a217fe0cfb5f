"""How an author fills in an ordering question, and examples of one."""

from django.utils.translation import gettext_lazy as _

from quizzes.kinds.base import Example, Field

NEIGHBOURS, REQUIRED = "partial_adjacent_pairs", "partial_required_pairs"
SCORINGS = (
    (NEIGHBOURS, _("One order: neighbouring pairs count")),
    (REQUIRED, _("Several orders: necessary pairs count, a broken one double")),
)

FORM = (
    Field(
        "items",
        _("Steps, as they are shown"),
        "rows",
        help=_("Mix them: they must not stand in a right order."),
        ids=True,
        columns=(Field("text", _("Text"), "text"),),
    ),
    Field("answer", _("The right order"), "order", help=_("Leave steps empty that do not belong."), of="items"),
    Field(
        "distractors",
        _("Steps that do not belong"),
        "row_ids",
        help=_("They have to be left out. With one of these, every step can be left out."),
        of="items",
        optional=True,
    ),
    Field("scoring", _("Marks"), "choice", choices=SCORINGS),
    Field(
        "must_precede",
        _("What must come before what"),
        "pairs",
        help=_("Only where several orders are right."),
        of="items",
        optional=True,
    ),
    Field(
        "critical_pairs",
        _("Pairs that are safety-critical"),
        "pairs",
        help=_("In a safety-critical question only breaking one of these is a critical miss."),
        of="items",
        optional=True,
    ),
)

EXAMPLES = (
    Example(
        source={
            "kind": "ordering",
            "stem": "Put the steps of a hand wash in order.",
            "items": [{"id": "a", "text": "Dry"}, {"id": "b", "text": "Wet"}, {"id": "c", "text": "Soap"}],
            "answer": ["b", "c", "a"],
            "must_precede": [["b", "c"], ["c", "a"]],
            "critical_pairs": [["b", "a"]],
            "scoring": REQUIRED,
            "feedback": {"right": "Right: dry last.", "wrong": "Water first, dry last."},
        },
        right={"position-0": ["3"], "position-1": ["1"], "position-2": ["2"]},
        wrong={"position-0": ["1"], "position-1": ["2"], "position-2": ["3"]},
    ),
    Example(
        source={
            "kind": "ordering",
            "stem": "Put the steps of a hand wash in order. Leave out what does not belong.",
            "items": [
                {"id": "a", "text": "Dry"},
                {"id": "b", "text": "Shake the water off"},
                {"id": "c", "text": "Wet"},
                {"id": "d", "text": "Soap"},
            ],
            "answer": ["c", "d", "a"],
            "distractors": ["b"],
            "scoring": NEIGHBOURS,
            "feedback": {"right": "Right.", "wrong": "Wet, soap, dry; nothing is shaken."},
        },
        right={"position-0": ["3"], "position-1": ["out"], "position-2": ["1"], "position-3": ["2"]},
        wrong={"position-0": ["4"], "position-1": ["3"], "position-2": ["1"], "position-3": ["2"]},
    ),
)
