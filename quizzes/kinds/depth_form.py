"""How an author fills in a depth question, and examples of one."""

from django.utils.translation import gettext_lazy as _

from quizzes.kinds import section
from quizzes.kinds.base import Example, Field

POINT, VALUE, BAND = "click_point", "set_value", "set_band"
MODES = (
    (POINT, _("Mark any point of a band")),
    (VALUE, _("Set one depth")),
    (BAND, _("Set both ends of a band")),
)
MARGIN = Field(
    "margin_mm",
    _("Margin (mm)"),
    "number",
    help=_("Marks fall evenly to nought over this distance outside of what counts. Empty: right or nothing."),
    optional=True,
)
LIMIT = Field(
    "critical_above_mm",
    _("Deepest that is safe (mm)"),
    "number",
    help=_("A deeper answer is worth nothing and, in a safety-critical question, a critical miss."),
    optional=True,
)
TOLERANCE = Field("tolerance_mm", _("Tolerance (mm)"), "number", help=_("How far off still counts, on both sides."))

FORM = (
    Field("diagram", _("Drawing"), "group", columns=section.FORM),
    Field("mode", _("What is asked"), "choice", choices=MODES),
    Field(
        "answer",
        _("The right depth"),
        "group",
        columns=(
            Field("accept_min_mm", _("From (mm)"), "number"),
            Field("accept_max_mm", _("To (mm)"), "number"),
            MARGIN,
            LIMIT,
        ),
        modes=(POINT,),
    ),
    Field(
        "answer",
        _("The right depth"),
        "group",
        columns=(Field("value_mm", _("Depth (mm)"), "number"), TOLERANCE, MARGIN, LIMIT),
        modes=(VALUE,),
    ),
    Field(
        "answer",
        _("The right band"),
        "group",
        columns=(
            Field("low_mm", _("From (mm)"), "number"),
            Field("high_mm", _("To (mm)"), "number"),
            TOLERANCE,
            MARGIN,
            LIMIT,
        ),
        modes=(BAND,),
    ),
)

EXAMPLES = (
    Example(
        source={
            "kind": "depth_band",
            "stem": "Set the depth of the first test dots.",
            "diagram": section.EXAMPLE,
            "mode": VALUE,
            "answer": {"value_mm": 0.5, "tolerance_mm": 0.05, "critical_above_mm": 1.0},
            "feedback": {"right": "Right: start at the bottom of the band.", "wrong": "Start at 0.5 mm."},
        },
        right={"depth": ["0,55"]},
        wrong={"depth": ["0.56"]},
    ),
    Example(
        source={
            "kind": "depth_band",
            "stem": "Set the working band.",
            "diagram": section.EXAMPLE,
            "mode": BAND,
            "answer": {"low_mm": 0.5, "high_mm": 1.0, "tolerance_mm": 0.05},
            "feedback": {"right": "Right.", "wrong": "The band is 0.5-1.0 mm."},
        },
        right={"low": ["0.45"], "high": ["1.05"]},
        wrong={"low": ["0.5"], "high": ["1.1"]},
    ),
    Example(
        source={
            "kind": "depth_band",
            "stem": "Mark a point in the epidermis.",
            "diagram": section.EXAMPLE,
            "mode": POINT,
            "answer": {"accept_min_mm": 0, "accept_max_mm": 0.1},
            "feedback": {"right": "Right.", "wrong": "Only the top 0.1 mm."},
        },
        right={"depth": ["0.1"]},
        wrong={"depth": ["0.11"]},
    ),
    Example(
        source={
            "kind": "depth_band",
            "stem": "Set the depth of the first test dots, as near as you can.",
            "diagram": {**section.EXAMPLE, "show_layer_names": True},
            "mode": VALUE,
            "answer": {"value_mm": 0.5, "tolerance_mm": 0.05, "margin_mm": 0.2, "critical_above_mm": 1.0},
            "feedback": {"right": "Right: start at the bottom of the band.", "wrong": "Start at 0.5 mm."},
        },
        right={"depth": ["0.5"]},
        wrong={"depth": ["0.65"]},
    ),
)
