"""The authoring form of the colour match: which of its fields each mode has."""

from django.utils.translation import gettext_lazy as _

from quizzes.kinds import patches
from quizzes.kinds.forms import Field
from quizzes.kinds.nearness import DIRECTIONS, LIMITED

PICKED = ("choose_closest", "cooler_same_lightness", "darker_same_hue")
MODES = (
    ("choose_closest", _("Pick the closest")),
    ("cooler_same_lightness", _("Pick the cooler one of the same lightness")),
    ("darker_same_hue", _("Pick the darker one of the same cast")),
    ("rank", _("Rank by closeness")),
    ("verdict", _("Name the band of a difference")),
    ("adjust", _("Adjust lightness, chroma and hue")),
    ("mix", _("Mix pigments in parts")),
)
HEX = Field("hex", _("Colour"), "hex", help=_("Six lower-case hex digits after a hash."))
SIDES = {"dark": _("too dark"), "light": _("too light"), "warm": _("too warm"), "cool": _("too cool")}
RULED = {
    "not_darker": _("A colour that is too dark earns nothing"),
    "not_lighter": _("A colour that is too light earns nothing"),
    "not_warmer": _("A colour that is too warm earns nothing"),
    "not_cooler": _("A colour that is too cool earns nothing"),
}
NEARNESS = (
    Field("d1", _("Full marks up to a difference (CIEDE2000) of"), "number", optional=True),
    Field("d2", _("No marks from a difference of"), "number", help=_("Linear between the two."), optional=True),
    Field(
        "tolerance_delta_e_2000",
        _("Or all or nothing, up to a difference of"),
        "number",
        help=_("Instead of the two above."),
        optional=True,
    ),
    Field(
        "direction",
        _("Direction rule"),
        "choice",
        help=_("Applies between the two differences above."),
        choices=tuple((name, RULED[name]) for name in DIRECTIONS),
        optional=True,
    ),
    Field(
        "critical_too",
        _("Critical when"),
        "choice",
        help=_("If this question is safety-critical, only what lies past this limit misses it."),
        choices=tuple((name, SIDES[name]) for name in LIMITED),
        optional=True,
    ),
    Field(
        "critical_beyond",
        _("by more than"),
        "number",
        help=_("In units of L* for dark and light, of b* for warm and cool."),
        optional=True,
    ),
)
PIGMENT = (
    Field("name", _("Name"), "text"),
    HEX,
    Field("parts", _("Parts in an example solution"), "whole", help=_("1 to 9, in up to three rows."), optional=True),
)
FORM = (
    Field("mode", _("What is asked"), "choice", choices=MODES),
    Field("metric", _("Difference"), "choice", choices=(("delta_e_2000", _("CIEDE2000")),)),
    Field("target", _("Target"), "group", columns=(HEX,)),
    Field("sample", _("Test dot"), "group", columns=(HEX,), modes=("verdict",)),
    Field("start", _("Sample at the start"), "group", columns=(HEX,), modes=("adjust",)),
    Field(
        "pigments",
        _("Pigments"),
        "rows",
        help=_("Two to eight, without one that stands twice."),
        columns=PIGMENT,
        ids=True,
        modes=("mix",),
    ),
    Field("options", _("Samples"), "rows", columns=(HEX,), ids=True, modes=(*PICKED, "rank")),
    Field(
        "options",
        _("Bands"),
        "rows",
        help=_("The four training bands, best first."),
        columns=(Field("text", _("Text"), "text"),),
        ids=True,
        modes=("verdict",),
    ),
    Field("shuffle", _("Mix the order for each paper"), "flag", modes=(*PICKED, "rank", "verdict")),
    *(
        Field("rule", _("Rule"), "choice", choices=((words, words),), modes=(mode,))
        for mode, words in patches.RULES.items()
    ),
    Field("answer", _("Right answer"), "row_id", of="options", modes=(*PICKED, "verdict")),
    Field("answer", _("Right order, closest first"), "order", of="options", modes=("rank",)),
    Field("answer", _("What counts as right"), "group", columns=NEARNESS, modes=("adjust", "mix")),
    Field(
        "scoring",
        _("Scoring"),
        "choice",
        choices=(("partial_adjacent_pairs", _("Neighbours in order")),),
        modes=("rank",),
    ),
)
