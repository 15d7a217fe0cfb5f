"""An entry that cannot be asked is refused with the place and the reason."""

from copy import deepcopy
from typing import Any

import pytest

from quizzes import kinds
from quizzes.kinds.base import KindError
from tests.quizzes import bank

GONE = object()


def entry(ref: str) -> dict[str, Any]:
    return deepcopy(next(entry for entry in bank.entries() if entry["id"] == ref))


CHOICE, MULTIPLE, TRUTH, NUMBER = "Q-M1-002", "Q-M1-005", "Q-M1-001", "Q-M1-007"
ORDER, FIXED, PAIRS = "Q-M1-017", "Q-M5-004", "Q-M1-026"
CLOSEST, COOLER, RANK, ADJUST, VERDICT = "Q-M3-030", "Q-M3-035", "Q-M3-039", "Q-M3-037", "Q-M3-041"
POINT, VALUE, BAND, CASE = "Q-M2-002", "Q-M2-010", "Q-M2-011", "Q-M1-042"

# ref, where to change it, what to put there, the path that is named
WRONG: list[tuple[str, tuple[Any, ...], Any, str]] = [
    (CHOICE, ("stem",), GONE, "stem"),
    (CHOICE, ("stem",), "   ", "stem"),
    (CHOICE, ("stem",), "x" * 3000, "stem"),
    (CHOICE, ("stem",), "a\x00b", "stem"),
    (CHOICE, ("kind",), "true_false", "kind"),
    (CHOICE, ("feedback",), GONE, "feedback"),
    (CHOICE, ("feedback", "wrong"), GONE, "feedback.wrong"),
    (CHOICE, ("feedback", "hint"), "Think", "feedback.hint"),
    (CHOICE, ("colour",), "red", "colour"),
    (CHOICE, ("scoring",), "all_or_nothing", "scoring"),
    (CHOICE, ("options",), GONE, "options"),
    (CHOICE, ("options",), "a, b", "options"),
    (CHOICE, ("options",), [{"id": "a", "text": "Only one"}], "options"),
    (CHOICE, ("options", 1), "just text", "options[1]"),
    (CHOICE, ("options", 1, "id"), "a", "options[1].id"),
    (CHOICE, ("options", 2, "text"), GONE, "options[2].text"),
    (CHOICE, ("options", 2, "text"), True, "options[2].text"),
    (CHOICE, ("options", 2, "hint"), "x", "options[2].hint"),
    (CHOICE, ("answer",), "z", "answer"),
    (CHOICE, ("answer",), ["a"], "answer"),
    (CHOICE, ("shuffle",), "maybe", "shuffle"),
    (MULTIPLE, ("answer",), [], "answer"),
    (MULTIPLE, ("answer",), ["a", "a"], "answer[1]"),
    (MULTIPLE, ("answer",), ["q"], "answer[0]"),
    (MULTIPLE, ("scoring",), "half", "scoring"),
    (TRUTH, ("answer",), "false", "answer"),
    (NUMBER, ("answer", "tolerance"), -1, "answer.tolerance"),
    (NUMBER, ("answer", "tolerance"), GONE, "answer.accept_min"),
    (NUMBER, ("answer", "accept_min"), 1, "answer.accept_min"),
    (NUMBER, ("answer", "value"), "3", "answer.value"),
    (NUMBER, ("answer", "value"), True, "answer.value"),
    (NUMBER, ("answer", "value"), float("nan"), "answer.value"),
    (NUMBER, ("answer", "value"), 10**15, "answer.value"),
    (NUMBER, ("answer", "unit"), GONE, "answer.unit"),
    (NUMBER, ("answer", "accept_units", "months"), 0, "answer.accept_units.months"),
    (NUMBER, ("answer", "accept_units"), {"years": 1}, "answer.accept_units"),
    (ORDER, ("answer",), ["d", "c", "e", "a"], "answer"),
    (ORDER, ("must_precede",), [["a", "b"], ["b", "c"], ["c", "a"]], "must_precede"),
    (ORDER, ("must_precede", 5), ["b", "c"], "must_precede[5]"),
    (ORDER, ("must_precede", 0), ["d"], "must_precede[0]"),
    (ORDER, ("must_precede", 0), ["d", "d"], "must_precede[0]"),
    (ORDER, ("must_precede", 0), ["d", "z"], "must_precede[0]"),
    (ORDER, ("must_precede",), GONE, "scoring"),
    (ORDER, ("critical_pairs", 0), ["d", "e"], "critical_pairs[0]"),
    (ORDER, ("scoring",), "partial_adjacent_pairs", "scoring"),
    (FIXED, ("answer",), ["a", "b", "c", "d"], "items"),
    (ORDER, ("distractors",), [], "distractors"),
    (ORDER, ("distractors",), ["z"], "distractors[0]"),
    (ORDER, ("distractors",), ["a", "a"], "distractors[1]"),
    (ORDER, ("distractors",), ["a"], "answer[3]"),
    (FIXED, ("distractors",), ["a", "b", "c"], "distractors"),
    (PAIRS, ("answer", "l1"), "r9", "answer.l1"),
    (PAIRS, ("answer", "l3"), GONE, "answer"),
    (PAIRS, ("answer", "l9"), "r1", "answer.l9"),
    (CLOSEST, ("answer",), "a", "answer"),
    (CLOSEST, ("target", "hex"), "#4B4744", "target.hex"),
    (CLOSEST, ("target", "lab", "L"), 31.0, "target.lab.L"),
    (CLOSEST, ("options", 0, "delta_e_2000"), 6.4, "options[0].delta_e_2000"),
    (CLOSEST, ("options", 1, "hex"), "#44484e", "options[1].lab.L"),
    (CLOSEST, ("options", 0, "name"), "Ash", "options[0].name"),
    (CLOSEST, ("metric",), "delta_e_76", "metric"),
    (CLOSEST, ("mode",), "guess", "mode"),
    (CLOSEST, ("rule",), "any", "rule"),
    (CLOSEST, ("sample",), {"hex": "#000000"}, "sample"),
    (COOLER, ("answer",), "a", "answer"),
    (COOLER, ("rule",), "b* at least 1 below target", "rule"),
    (RANK, ("answer",), ["b", "d", "c", "a"], "answer"),
    (RANK, ("answer",), ["b", "c"], "answer"),
    (ADJUST, ("answer", "tolerance_delta_e_2000"), 10, "answer.tolerance_delta_e_2000"),
    (ADJUST, ("start", "delta_e_2000_to_target"), 9.2, "start.delta_e_2000_to_target"),
    (ADJUST, ("options",), [], "options"),
    (VERDICT, ("answer",), "c", "answer"),
    (VERDICT, ("shuffle",), True, "shuffle"),
    (POINT, ("answer", "accept_max_mm"), 0.1, "answer.accept_max_mm"),
    (POINT, ("answer", "accept_max_mm"), 3.5, "answer.accept_max_mm"),
    (POINT, ("answer", "value_mm"), 0.5, "answer.value_mm"),
    (POINT, ("diagram", "label"), GONE, "diagram.label"),
    (POINT, ("diagram", "layers", 1, "from_mm"), 0.2, "diagram.layers[1].from_mm"),
    (POINT, ("diagram", "layers", 3, "to_mm"), 2.9, "diagram.layers"),
    (POINT, ("diagram", "axis_max"), 0, "diagram.axis_max"),
    (VALUE, ("answer", "critical_above_mm"), 0.5, "answer.critical_above_mm"),
    (VALUE, ("answer", "tolerance_mm"), -0.1, "answer.tolerance_mm"),
    (BAND, ("answer", "low_mm"), 0.95, "answer.high_mm"),
    (BAND, ("answer", "low_mm"), 1.2, "answer.high_mm"),
    (BAND, ("answer", "high_mm"), 3.5, "answer.high_mm"),
    (BAND, ("answer", "critical_above_mm"), 1.0, "answer.critical_above_mm"),
    (VALUE, ("answer", "critical_above_mm"), 3.0, "answer.critical_above_mm"),
    (VALUE, ("answer", "critical_above_mm"), "1.0", "answer.critical_above_mm"),
    (VALUE, ("answer", "tolerance_mm"), 0.6, "answer.tolerance_mm"),
    (VALUE, ("answer", "margin_mm"), 0, "answer.margin_mm"),
    (VALUE, ("answer", "margin_mm"), -0.1, "answer.margin_mm"),
    (VALUE, ("answer", "margin_mm"), 3.5, "answer.margin_mm"),
    (VALUE, ("diagram", "layers", 2, "from_mm"), 0.4, "diagram.layers[2].from_mm"),
    (VALUE, ("diagram", "layers", 2, "to_mm"), 0.5, "diagram.layers[2].to_mm"),
    (VALUE, ("diagram", "layers", 3, "to_mm"), 3.1, "diagram.layers[3].to_mm"),
    (VALUE, ("diagram", "layers", 0, "name"), " ", "diagram.layers[0].name"),
    (VALUE, ("diagram", "layers", 0), "Epidermis", "diagram.layers[0]"),
    (VALUE, ("diagram", "show_layer_names"), "yes", "diagram.show_layer_names"),
    (VALUE, ("diagram", "axis_unit"), "cm", "diagram.axis_unit"),
    (CASE, ("points",), 3, "points"),
    (CASE, ("parts", 1, "answer"), [], "parts[1].answer"),
    (CASE, ("parts", 0, "kind"), "colour_match", "parts[0].kind"),
    (CASE, ("parts", 0, "feedback"), GONE, "parts[0].feedback"),
    (CASE, ("parts", 0, "options", 1, "id"), "a", "parts[0].options[1].id"),
    (CASE, ("parts", 1, "id"), "p1", "parts[1].id"),
    (CASE, ("parts", 0, "points"), 1, "parts[0].points"),
    (CASE, ("case",), "", "case"),
    (CASE, ("parts", 0, "critical"), "yes", "parts[0].critical"),
    (CASE, ("parts", 0, "hint"), "Think", "parts[0].hint"),
    (CASE, ("parts",), [], "parts"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ref", "where", "what", "path"),
    WRONG,
    ids=[f"{ref}-{path}-{number}" for number, (ref, _w, _x, path) in enumerate(WRONG)],
)
def test_an_entry_that_cannot_be_asked_is_refused(ref: str, where: tuple[Any, ...], what: Any, path: str) -> None:
    source = entry(ref)
    target: Any = source
    for step in where[:-1]:
        target = target[step]
    if what is GONE:
        del target[where[-1]]
    else:
        target[where[-1]] = what

    with pytest.raises(KindError) as refused:
        kinds.get(entry(ref)["kind"]).parse(source)

    assert refused.value.path == path
    assert refused.value.message
