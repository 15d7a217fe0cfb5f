"""A case walked step by step: each choice opens what comes of it, and none is taken back.

The whole tree is the body, because reading an answer needs it; what a page gets is only the way walked so far and the
choices that are open now. What each choice is worth is the key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from graphlib import CycleError, TopologicalSorter
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import units
from quizzes.kinds import authoring, reading
from quizzes.kinds.base import (
    Body,
    Drawn,
    Example,
    Field,
    Fields,
    Key,
    Kind,
    KindError,
    Marked,
    Part,
    Response,
    Tally,
    Unreadable,
)

CHOICES_LIMIT = 8
Node = dict[str, Any]


class BranchingCase(Kind):
    name = "branching_case"
    label = gettext_lazy("Case with branches")
    by_steps = True
    own_fields = frozenset({"case", "nodes", "shuffle"})
    examples = (
        Example(
            source={
                "kind": "branching_case",
                "stem": "What would you do?",
                "case": "A client comes for her second session.",
                "shuffle": False,
                "nodes": [
                    {
                        "id": "a",
                        "text": "Her scalp is still scabbed.",
                        "choices": [
                            {"text": "Put the session off", "then": "b", "points": 2, "told": "She agrees."},
                            {"text": "Ask how she cared for it", "then": "b", "points": 1},
                            {"text": "Go ahead", "critical": True, "told": "Open skin is worked on: stopped."},
                        ],
                    },
                    {
                        "id": "b",
                        "text": "She asks when to come back.",
                        "choices": [
                            {"text": "When it has healed", "points": 1, "told": "A new date is found."},
                            {"text": "Tomorrow", "told": "That is too soon."},
                        ],
                    },
                ],
                "feedback": {"right": "Right: healed skin first.", "wrong": "Never work on skin that has not healed."},
            },
            right={"step-1": ["0"], "step-2": ["0"]},
            wrong={"step-1": ["2"]},
        ),
    )
    form = (
        Field("case", gettext_lazy("The case"), "prose", help=gettext_lazy("Told first, and shown at every step.")),
        Field(
            "nodes",
            gettext_lazy("Situations"),
            "rows",
            ids=True,
            help=gettext_lazy("The first is where the case begins. No way may lead back to where it came from."),
            columns=(
                Field("text", gettext_lazy("What the trainee is told"), "prose"),
                Field(
                    "choices",
                    gettext_lazy("What the trainee may do"),
                    "rows",
                    columns=(
                        Field("text", gettext_lazy("Choice"), "text"),
                        Field(
                            "then",
                            gettext_lazy("Leads to"),
                            "row_id",
                            of="nodes",
                            help=gettext_lazy("Nothing: the case ends here."),
                            optional=True,
                        ),
                        Field("points", gettext_lazy("Points"), "number", optional=True),
                        Field(
                            "critical",
                            gettext_lazy("Unsafe: it ends the case"),
                            "flag",
                            help=gettext_lazy("In a critical question it is a critical miss."),
                            optional=True,
                        ),
                        Field("told", gettext_lazy("What comes of it"), "prose", optional=True),
                    ),
                ),
            ),
        ),
        Field("shuffle", gettext_lazy("Mix the choices anew on every paper"), "flag"),
    )

    # Writing it

    def compose(self, source: Mapping[str, Any]) -> tuple[Body, Key]:
        case = authoring.text(source, "case")
        given = authoring.sequence(source, "nodes")
        known = authoring.ids(given, "nodes", least=1)
        points: dict[str, str] = {}
        critical: list[str] = []
        nodes = []
        for index, (entry, node_id) in enumerate(zip(given, known, strict=True)):
            spot = f"nodes[{index}]"
            authoring.only(entry, {"id", "text", "choices"}, spot)
            choices = [
                _choice(row, f"{node_id}.{number}", known, where, points, critical)
                for number, (row, where) in enumerate(_choice_rows(entry, spot), start=1)
            ]
            nodes.append({"id": node_id, "text": authoring.text(entry, "text", spot), "choices": choices})
        _check_ways(nodes, critical)
        body = {"case": case, "nodes": nodes, "shuffle": authoring.flag(source, "shuffle", default=True)}
        key: Key = {"points": points, "critical": critical}
        if not Tree(body, key).best:
            raise KindError("nodes", _("No way through this case earns a point. Say what the good choices are worth."))
        return body, key

    def source(self, body: Body, key: Key) -> dict[str, Any]:
        nodes = []
        for node in body["nodes"]:
            rows = []
            for choice in node["choices"]:
                row: dict[str, Any] = {"text": choice["text"]}
                if choice["then"] is not None:
                    row["then"] = choice["then"]
                if choice["id"] in key["points"]:
                    row["points"] = Decimal(key["points"][choice["id"]])
                if choice["id"] in key["critical"]:
                    row["critical"] = True
                if choice["told"]:
                    row["told"] = choice["told"]
                rows.append(row)
            nodes.append({"id": node["id"], "text": node["text"], "choices": rows})
        return {"case": body["case"], "nodes": nodes, "shuffle": body["shuffle"]}

    # Putting it on a paper

    def draw(self, body: Body, rng: Random) -> Drawn:
        """A list for each situation, in the stored order of situations."""
        orders = []
        for node in body["nodes"]:
            order = list(range(len(node["choices"])))
            if body["shuffle"]:
                rng.shuffle(order)
            orders.append(order)
        return {"orders": orders}

    def public(self, body: Body, drawn: Drawn) -> dict[str, Any]:
        return self.shown(body, drawn, None)

    def shown(self, body: Body, drawn: Drawn, response: Response, *, read_outs: bool = False) -> dict[str, Any]:
        """The case, the way walked, and the choices open now: nothing of what else might have been."""
        held = self.accept(body, response) or {"path": []}
        walked = [
            {
                "number": number,
                "name": f"step-{number}",
                "text": node["text"],
                "choice": choice["text"],
                "told": choice["told"],
            }
            for number, (node, choice) in enumerate(_walk(body, held["path"]), start=1)
        ]
        now = _after(body, held["path"])
        return {
            "case": body["case"],
            "walked": walked,
            "now": None
            if now is None
            else {
                "number": len(walked) + 1,
                "text": now["text"],
                "options": reading.lettered(choice["text"] for choice in _in_order(body, drawn, now)),
            },
        }

    # Answering it

    def read(self, body: Body, drawn: Drawn, data: Mapping[str, Any]) -> Response:
        """`step-1`, `step-2`, …: places of the choices taken. `next` is a choice not yet taken; `take` takes it."""
        path: list[str] = []
        while sent := reading.one(data, f"step-{len(path) + 1}"):
            path.append(_chosen(body, drawn, path, sent))
        if any(_number(name) > len(path) and reading.one(data, name) for name in _steps(data)):
            raise Unreadable(_("A step is missing before this one. Open the page again."))
        if at := reading.one(data, "take"):
            if at != str(len(path) + 1):
                raise Unreadable(_("This step was taken already. The page now shows how the case stands."))
            sent = reading.one(data, "next")
            if not sent:
                raise Unreadable(_("Choose what you would do first, then take the step."))
            path.append(_chosen(body, drawn, path, sent))
        return {"path": path} if path else None

    def accept(self, body: Body, response: Any) -> dict[str, Any] | None:
        if not isinstance(response, dict) or set(response) != {"path"}:
            return None
        path = response["path"]
        if not isinstance(path, list) or not path or not all(isinstance(step, str) for step in path):
            return None
        return response if len(list(_walk(body, path))) == len(path) else None

    def follows(self, body: Body, before: Response, after: Response) -> bool:
        """Only further along the same way: a stored step is never taken back."""
        held = self.accept(body, before)
        if held is None:
            return True
        gone_on = self.accept(body, after)
        return gone_on is not None and gone_on["path"][: len(held["path"])] == held["path"]

    def skips(self, body: Body, before: Response, data: Mapping[str, Any]) -> bool:
        """Steps beyond the open one would tell how the case goes on, by whether they can be taken."""
        held = self.accept(body, before)
        far = len(held["path"]) + 1 if held else 1
        steps = [name for name in _steps(data) if any(value.strip() for value in data[name])]
        taken = [f"step-{value.strip()}" for value in data.get("take", []) if value.strip()]
        return any(_number(name) > far for name in steps + taken)

    def random(self, body: Body, rng: Random) -> dict[str, Any]:
        path: list[str] = []
        node: Node | None = body["nodes"][0]
        while node is not None and (not path or rng.random() < 0.8):  # some cases are left unfinished
            choice = rng.choice(node["choices"])
            path.append(choice["id"])
            node = _node(body, choice["then"])
        return {"path": path}

    def fill(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> Fields:
        filled: Fields = {}
        for number, (node, choice) in enumerate(_walk(body, held["path"]), start=1):
            ids = [each["id"] for each in _in_order(body, drawn, node)]
            filled[f"step-{number}"] = [str(ids.index(choice["id"]))]
        return filled

    # Marking it

    def judge(self, body: Body, key: Key, held: dict[str, Any], *, critical: bool) -> Marked:
        """Where unsafe choices are named, only taking one, or stopping before the end, misses a critical case."""
        fraction, detail = self.weigh(body, key, held)
        missed = detail["critical"] or not detail["ended"] if key["critical"] else fraction < 1
        return Marked(fraction, critical_missed=critical and missed, answered=True, detail=detail)

    def weigh(self, body: Body, key: Key, held: dict[str, Any]) -> tuple[Fraction, dict[str, Any]]:
        tree, path = Tree(body, key), held["path"]
        earned = sum((tree.points(step) for step in path), Fraction(0))
        detail = {
            "points": str(earned),
            "best": str(tree.best),
            "ended": _after(body, path) is None,
            "critical": path[-1] in key["critical"],
        }
        return earned / tree.best, detail

    def solve(self, body: Body, key: Key) -> dict[str, Any]:
        """The way that earns most; of several, the first in the author's order."""
        tree = Tree(body, key)
        path: list[str] = []
        node: Node | None = body["nodes"][0]
        while node is not None:
            choice = tree.best_choice(node)
            path.append(choice["id"])
            node = _node(body, choice["then"])
        return {"path": path}

    # Counting it

    def tallies(self, body: Body, key: Key) -> list[Tally]:
        tree = Tree(body, key)
        return [
            Tally(
                choice["id"],
                choice["text"],
                is_key=tree.is_best(node, choice),
                is_critical=choice["id"] in key["critical"],
                group=node["text"],
            )
            for node in body["nodes"]
            for choice in node["choices"]
        ]

    def tallied(self, body: Body, key: Key, held: dict[str, Any]) -> list[str]:
        return list(held["path"])

    # Putting it into words

    def tell(self, body: Body, drawn: Drawn, held: dict[str, Any]) -> list[str]:
        return [f"{number}. {choice['text']}" for number, (_n, choice) in enumerate(_walk(body, held["path"]), start=1)]

    def remarks(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[str]:
        held = self.accept(body, response)
        if held is None:
            return []
        if held["path"][-1] in key["critical"]:
            return [_("Your last choice was unsafe, and ended the case.")]
        if _after(body, held["path"]) is not None:
            return [_("The case was not walked to its end. The steps you took were counted.")]
        return []

    def part_feedback(self, body: Body, key: Key, drawn: Drawn, response: Response) -> list[Part]:
        """A part for each step taken: the choice that was best there, and what came of the one that was made."""
        held = self.accept(body, response)
        if held is None:
            return []
        tree = Tree(body, key)
        return [
            Part(
                stem=node["text"],
                right=tree.is_best(node, choice),
                answer=[choice["text"]],
                key=[tree.best_choice(node)["text"]],
                feedback=choice["told"],
            )
            for node, choice in _walk(body, held["path"])
        ]


class Tree:
    """What the ways through a case are worth, exactly."""

    def __init__(self, body: Body, key: Key) -> None:
        self._body = body
        self._points = {step: Fraction(points) for step, points in key["points"].items()}
        self._beyond = cache(self._most)

    def points(self, step: str) -> Fraction:
        return self._points.get(step, Fraction(0))

    @property
    def best(self) -> Fraction:
        """The most that any way from the beginning earns."""
        return self._beyond(self._body["nodes"][0]["id"])

    def worth(self, choice: dict[str, Any]) -> Fraction:
        """What is earned by this choice and the best way on from it."""
        return self.points(choice["id"]) + self._beyond(choice["then"])

    def best_choice(self, node: Node) -> dict[str, Any]:
        best: dict[str, Any] = max(node["choices"], key=self.worth)
        return best

    def is_best(self, node: Node, choice: dict[str, Any]) -> bool:
        return self.worth(choice) == self._beyond(node["id"])

    def _most(self, node_id: str | None) -> Fraction:
        node = _node(self._body, node_id)
        return Fraction(0) if node is None else max(map(self.worth, node["choices"]))


def _choice_rows(entry: Mapping[str, Any], spot: str) -> list[tuple[Mapping[str, Any], str]]:
    given = authoring.sequence(entry, "choices", spot)
    where = authoring.join(spot, "choices")
    if not 1 <= len(given) <= CHOICES_LIMIT:
        raise KindError(where, _("Give 1 to %(most)s choices.") % {"most": CHOICES_LIMIT})
    rows = []
    for index, row in enumerate(given):
        if not isinstance(row, Mapping):
            raise KindError(f"{where}[{index}]", _("Write this as named fields."))
        rows.append((row, f"{where}[{index}]"))
    return rows


def _choice(
    row: Mapping[str, Any], choice_id: str, known: list[str], where: str, points: dict[str, str], critical: list[str]
) -> dict[str, Any]:
    """One choice of a situation; what it is worth goes to the key."""
    authoring.only(row, {"text", "then", "points", "critical", "told"}, where)
    then = row.get("then")
    if then is not None:
        then = authoring.known_id(then, known, f"{where}.then")
    is_critical = authoring.flag(row, "critical", default=False, path=where)
    if is_critical and then is not None:
        raise KindError(f"{where}.then", _("An unsafe choice ends the case, so it leads nowhere."))
    if row.get("points") is not None:
        worth = authoring.number(row, "points", where)
        if worth < 0 or (is_critical and worth):
            wrong = _("An unsafe choice earns nothing.") if is_critical else _("Points are nought or more.")
            raise KindError(f"{where}.points", wrong)
        if worth:
            points[choice_id] = units.plain(worth)
    if is_critical:
        critical.append(choice_id)
    told = authoring.text(row, "told", where) if row.get("told") is not None else ""
    return {"id": choice_id, "text": authoring.text(row, "text", where), "then": then, "told": told}


def _check_ways(nodes: list[Node], critical: list[str]) -> None:
    """Every situation is reached, none comes back to itself, and from each there is a safe way on."""
    place = {node["id"]: index for index, node in enumerate(nodes)}
    for index, node in enumerate(nodes):
        texts = [choice["text"] for choice in node["choices"]]
        for number, text in enumerate(texts):
            if text in texts[:number]:
                raise KindError(f"nodes[{index}].choices[{number}].text", _("The same text stands twice."))
        if all(choice["id"] in critical for choice in node["choices"]):
            raise KindError(f"nodes[{index}].choices", _("Every choice here is unsafe. Give one that is not."))
    leads = {node["id"]: [choice["then"] for choice in node["choices"] if choice["then"] is not None] for node in nodes}
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as circle:
        around = " → ".join(reversed(circle.args[1]))
        safe_ends = any(
            each["then"] is None and each["id"] not in critical for node in nodes for each in node["choices"]
        )
        words = (
            _("This way comes back to where it was: %(way)s. A step is never taken twice.")
            if safe_ends
            else _("No safe way through this case comes to an end: %(way)s. Let a choice lead nowhere.")
        )
        raise KindError("nodes", words % {"way": around}) from None
    reached, waiting = set[str](), [nodes[0]["id"]]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += leads[here]
    for node_id, index in place.items():
        if node_id not in reached:
            raise KindError(f"nodes[{index}].id", _("No choice leads here. Let one, or remove this situation."))


def _node(body: Body, node_id: str | None) -> Node | None:
    return next((node for node in body["nodes"] if node["id"] == node_id), None)


def _walk(body: Body, path: list[str]) -> Iterator[tuple[Node, dict[str, Any]]]:
    """Each situation met and the choice made there, as far as the path can be walked."""
    node: Node | None = body["nodes"][0]
    for step in path:
        choice = next((each for each in node["choices"] if each["id"] == step), None) if node else None
        if node is None or choice is None:
            return
        yield node, choice
        node = _node(body, choice["then"])


def _after(body: Body, path: list[str]) -> Node | None:
    """The situation this path has come to; None when the case is over."""
    node: Node | None = body["nodes"][0]
    for _here, choice in _walk(body, path):
        node = _node(body, choice["then"])
    return node


def _in_order(body: Body, drawn: Drawn, node: Node) -> list[dict[str, Any]]:
    orders = drawn.get("orders")
    rows: list[dict[str, Any]] = node["choices"]
    return [rows[place] for place in orders[body["nodes"].index(node)]] if orders else rows


def _chosen(body: Body, drawn: Drawn, path: list[str], sent: str) -> str:
    node = _after(body, path)
    if node is None:
        raise Unreadable(_("The case is over: there is no further step."))
    rows = _in_order(body, drawn, node)
    chosen: str = rows[reading.place(sent, len(rows))]["id"]
    return chosen


def _steps(data: Any) -> list[str]:
    return [name for name in data if isinstance(name, str) and name.startswith("step-")] if data else []


def _number(name: str) -> int:
    number = name.removeprefix("step-")
    return int(number) if reading.PLACE.fullmatch(number) else 999
