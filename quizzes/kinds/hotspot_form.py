"""What an author fills in for marks on a drawing, and two whole examples."""

from typing import Any

from django.utils.translation import gettext_lazy

from quizzes import plates
from quizzes.kinds.forms import Field

OUTSIDE = ("costs", "free")
MOST_MARKS = 12
SCALP = (
    "A scalp seen from above, forehead at the top. C3: one small brown spot of uneven shape. D5 to E5: a thin line "
    "with fine cross-lines. E2 to F4: a reddened area, fresh since yesterday. All else: even skin with fine hair."
)
MOLE = {"id": "a", "text": "Mole with its 5 mm margin", "kind": "circle", "x": 369, "y": 362, "r": 72}
SCAR = {
    "id": "b",
    "text": "Scar",
    "kind": "polygon",
    "points": ["380, 730", "640, 715", "640, 800", "380, 850"],
}
SUNBURN = {
    "id": "c",
    "text": "Sunburned skin",
    "kind": "polygon",
    "points": [
        "581, 230", "647, 260", "697, 345", "709, 451", "681, 545", "622, 557", "581, 481", "559, 374", "556, 281",
    ],
}  # fmt: skip
EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "source": {
            "kind": "hotspot",
            "stem": "Mark every place that stays free of pigment today.",
            "plate": "scalp-from-above",
            "alt": SCALP,
            "regions": [
                {**MOLE, "role": "required"},
                {**SCAR, "role": "acceptable"},
                {**SUNBURN, "role": "required"},
            ],
            "marks": 3,
            "feedback": {
                "right": "Right: never a mole, and no work on sunburned scalp.",
                "wrong": "Leave the mole with 5 mm around it, and the sunburned area.",
            },
        },
        "right": {"mark-0": ["C3"], "mark-1": ["f3"]},
        "wrong": {"mark-0": ["C3"], "mark-1": ["A1"]},
    },
    {
        "source": {
            "kind": "hotspot",
            "stem": "The scar is three years old, flat, pale and unchanged. Mark where you set the small test area.",
            "plate": "scalp-from-above",
            "alt": SCALP,
            "regions": [
                {**SCAR, "role": "required"},
                {**MOLE, "role": "critical"},
                {**SUNBURN, "role": "critical"},
                {"id": "d", "text": "Ear", "role": "forbidden", "kind": "circle", "x": 205, "y": 515, "r": 40},
            ],
            "marks": 1,
            "outside": "free",
            "grid": {"columns": 8, "rows": 6},
            "feedback": {
                "right": "Right: a small test first, because scars are unpredictable.",
                "wrong": "The test area lies on the scar, away from the mole and the sunburn.",
            },
        },
        "right": {"mark-0": ["460, 780"]},
        "wrong": {"mark-0": ["C3"]},
    },
)

CIRCLE, POLYGON = ("circle",), ("polygon",)
FORM = (
    Field(
        "plate",
        gettext_lazy("Drawing"),
        "choice",
        choices=tuple((name, name.replace("-", " ")) for name in plates.names()),
        help=gettext_lazy("Take one whose own words do not give the answer away."),
    ),
    Field(
        "alt",
        gettext_lazy("The drawing in words"),
        "prose",
        help=gettext_lazy(
            "For everybody to read, and for whoever does not see it the only way to answer: say what lies at which "
            "place of the grid (C3, D5 to E5), and not what to do about it."
        ),
    ),
    Field(
        "regions",
        gettext_lazy("Regions"),
        "rows",
        ids=True,
        help=gettext_lazy(
            "In thousandths: 0, 0 is the upper left corner, 1000, 1000 the lower right; a touch on the drawing of the "
            "preview tells the numbers. Regions where a mark is right must not meet regions where it is wrong."
        ),
        columns=(
            Field("text", gettext_lazy("What it is"), "text"),
            Field(
                "role",
                gettext_lazy("A mark here"),
                "choice",
                choices=(
                    ("required", gettext_lazy("is asked for")),
                    ("acceptable", gettext_lazy("costs nothing")),
                    ("forbidden", gettext_lazy("takes off as much as a right one earns")),
                    ("critical", gettext_lazy("takes off, and misses a safety-critical question")),
                ),
            ),
            Field(
                "kind",
                gettext_lazy("Shape"),
                "choice",
                choices=(("circle", gettext_lazy("Circle")), ("polygon", gettext_lazy("Polygon"))),
            ),
            Field("x", gettext_lazy("Middle, from the left"), "whole", modes=CIRCLE),
            Field("y", gettext_lazy("Middle, from the top"), "whole", modes=CIRCLE),
            Field("r", gettext_lazy("Radius, in thousandths of the width"), "whole", modes=CIRCLE),
            Field(
                "points",
                gettext_lazy("Corners"),
                "texts",
                help=gettext_lazy("A corner a line, going round: 312, 455"),
                modes=POLYGON,
            ),
        ),
    ),
    Field(
        "marks",
        gettext_lazy("Most marks"),
        "whole",
        help=gettext_lazy("Empty: as many as are asked for. More of them do not tell how many there are to find."),
        optional=True,
    ),
    Field(
        "outside",
        gettext_lazy("A mark outside of every region"),
        "choice",
        choices=(("costs", gettext_lazy("takes off")), ("free", gettext_lazy("costs nothing"))),
    ),
    Field(
        "grid",
        gettext_lazy("Named grid"),
        "group",
        help=gettext_lazy("Empty: columns A to H, rows 1 to 6. Each asked region must hold the middle of a place."),
        columns=(
            Field("columns", gettext_lazy("Columns"), "whole", optional=True),
            Field("rows", gettext_lazy("Rows"), "whole", optional=True),
        ),
        optional=True,
    ),
)
