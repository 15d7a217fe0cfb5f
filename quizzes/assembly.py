"""Draws a form that meets its blueprint, or says which limit cannot be met. Knows no framework and no database.

The search goes through the objectives in random order and takes from each as many questions as it must or may,
unseen ones first. Before every step it counts what the objectives still to come could give at best, so it turns
back as soon as a minimum is out of reach. The same seed draws the same form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random

# Steps of each walk before another order is tried: luck first, patience last.
PATIENCE = (150, 150, 300, 300, 600, 1_200, 2_400, 20_000)
CRITICAL = ("critical", "")


@dataclass(frozen=True)
class Limit:
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True)
class Section:
    """Either `draw` (objective -> how many) or `count` from all of the course's objectives."""

    title: str = ""
    draw: Mapping[str, int] = field(default_factory=dict)
    count: int = 0
    course: str = ""
    kinds: Mapping[str, Limit] = field(default_factory=dict)
    must_pass: int | None = None  # hundredths of a percent

    @property
    def size(self) -> int:
        return sum(self.draw.values()) if self.draw else self.count


@dataclass(frozen=True)
class Blueprint:
    sections: tuple[Section, ...]
    max_per_objective: Mapping[str, int] = field(default_factory=dict)  # where only a count is given
    default_max: int = 1
    kinds: Mapping[str, Limit] = field(default_factory=dict)  # over the whole form
    critical_min: int = 0

    @property
    def size(self) -> int:
        return sum(section.size for section in self.sections)


@dataclass(frozen=True)
class Candidate:
    """A question that may be drawn. `met` is 0 for an unseen one; the higher, the later it is used."""

    id: int
    ref: str
    course: str
    objective: str
    kind: str
    is_critical: bool = False
    case: str = ""
    not_with: frozenset[str] = frozenset()
    met: int = 0


@dataclass(frozen=True)
class Drawn:
    section: int
    candidate: Candidate


class CannotAssemble(Exception):
    """No form meets the blueprint; the messages say which limit, in words."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = tuple(messages)


def assemble(blueprint: Blueprint, candidates: Sequence[Candidate], *, seed: int) -> list[Drawn]:
    """A form in the order it is asked: sections as they stand, the questions of each well mixed."""
    rng = _rng(seed)
    form = _search(blueprint, candidates, rng)
    if form is None:
        raise CannotAssemble(_reasons(blueprint, candidates))
    form.prefer_unseen(rng)
    drawn: list[Drawn] = []
    for index in range(len(blueprint.sections)):
        section = sorted((pick for pick in form.picks if pick.section == index), key=lambda pick: pick.candidate.ref)
        rng.shuffle(section)
        drawn += section
    return drawn


def _rng(seed: int = 0) -> Random:
    return Random(seed)  # noqa: S311  a draw that can be repeated, no secret


def check(blueprint: Blueprint, candidates: Sequence[Candidate], *, seeds: int = 5) -> tuple[str, ...]:
    """What stands in the way of drawing a form, or nothing: for authors, before anything is published."""
    for seed in range(seeds):
        try:
            assemble(blueprint, candidates, seed=seed)
        except CannotAssemble as refusal:
            return refusal.messages
    return ()


# The groups: what one objective may give to one section


@dataclass(frozen=True)
class _Group:
    section: int
    objective: str
    least: int
    most: int
    pool: tuple[Candidate, ...]

    def give(self, feature: Feature) -> int:
        """How many with this feature it could give at best."""
        return min(self.most, sum(_has(self.section, candidate, feature) for candidate in self.pool))


Feature = tuple[str, str] | tuple[str, str, int]


def _has(section: int, candidate: Candidate, feature: Feature) -> bool:
    if feature == CRITICAL:
        return candidate.is_critical
    if len(feature) == 3 and feature[2] != section:
        return False
    return candidate.kind == feature[1]


def _limits(blueprint: Blueprint) -> dict[Feature, Limit]:
    """Everything that is counted over the form or over a section."""
    limits: dict[Feature, Limit] = {}
    if blueprint.critical_min:
        limits[CRITICAL] = Limit(blueprint.critical_min)
    limits |= {("kind", kind): limit for kind, limit in blueprint.kinds.items()}
    for index, section in enumerate(blueprint.sections):
        limits |= {("kind", kind, index): limit for kind, limit in section.kinds.items()}
    return limits


def _groups(blueprint: Blueprint, candidates: Sequence[Candidate]) -> list[_Group]:
    ordered = sorted(candidates, key=lambda candidate: candidate.ref)
    groups = []
    for index, section in enumerate(blueprint.sections):
        pools: dict[str, list[Candidate]] = {objective: [] for objective in section.draw}
        for candidate in ordered:
            if not section.course or candidate.course == section.course:
                if section.draw and candidate.objective not in section.draw:
                    continue
                pools.setdefault(candidate.objective, []).append(candidate)
        for objective, pool in sorted(pools.items()):
            if section.draw:
                least = most = section.draw[objective]
            else:
                least, most = 0, blueprint.max_per_objective.get(objective, blueprint.default_max)
            groups.append(_Group(index, objective, least, min(most, max(least, len(pool))), tuple(pool)))
    return groups


# The form so far


class _Form:
    """Picks so far, with the counts that limits are about."""

    def __init__(self, blueprint: Blueprint, groups: Sequence[_Group]) -> None:
        self.blueprint = blueprint
        self.groups = groups
        self.limits = _limits(blueprint)
        self.picks: list[Drawn] = []
        self.counts: Counter[Feature] = Counter()
        self.sizes: Counter[int] = Counter()
        self.refs: set[str] = set()
        self.banned: Counter[str] = Counter()
        self.cases: set[str] = set()

    def fits(self, candidate: Candidate) -> bool:
        return (
            candidate.ref not in self.refs
            and not self.banned[candidate.ref]
            and self.refs.isdisjoint(candidate.not_with)
            and (not candidate.case or candidate.case not in self.cases)
        )

    def add(self, section: int, candidate: Candidate) -> None:
        self.picks.append(Drawn(section, candidate))
        self._count(section, candidate, 1)
        self.refs.add(candidate.ref)
        if candidate.case:
            self.cases.add(candidate.case)

    def remove(self, pick: Drawn) -> None:
        self.picks.remove(pick)
        self._count(pick.section, pick.candidate, -1)
        self.refs.discard(pick.candidate.ref)
        self.cases.discard(pick.candidate.case)

    def _count(self, section: int, candidate: Candidate, step: int) -> None:
        self.sizes[section] += step
        for ref in candidate.not_with:
            self.banned[ref] += step
        for feature in self.limits:
            if _has(section, candidate, feature):
                self.counts[feature] += step

    def keeps_limits(self) -> bool:
        return all(
            limit.at_least <= self.counts[feature] <= (self.counts[feature] if limit.at_most is None else limit.at_most)
            for feature, limit in self.limits.items()
        )

    def prefer_unseen(self, rng: Random) -> None:
        """Exchange what was met before for what was not, wherever every limit still holds."""
        by_place = {(group.section, group.objective): group for group in self.groups}
        for pick in sorted(self.picks, key=lambda pick: (-pick.candidate.met, pick.candidate.ref)):
            if not pick.candidate.met:
                break
            self.remove(pick)
            better = [
                (candidate.met, rng.random(), group.section, candidate)
                for group in self._may_replace(pick, by_place)
                for candidate in group.pool
                if candidate.met < pick.candidate.met and self.fits(candidate)
            ]
            for _met, _luck, section, candidate in sorted(better, key=lambda option: option[:2]):
                self.add(section, candidate)
                if self.keeps_limits():
                    break
                self.remove(self.picks[-1])
            else:
                self.add(pick.section, pick.candidate)

    def _may_replace(self, pick: Drawn, by_place: Mapping[tuple[int, str], _Group]) -> list[_Group]:
        """Its own objective; where a section only counts, also any objective that may give one more."""
        own = by_place[pick.section, pick.candidate.objective]
        if own.least == own.most and self.blueprint.sections[pick.section].draw:
            return [own]
        given = Counter((drawn.section, drawn.candidate.objective) for drawn in self.picks)
        return [
            group for place, group in by_place.items() if group.section == pick.section and given[place] < group.most
        ]


# The search


def _search(blueprint: Blueprint, candidates: Sequence[Candidate], rng: Random) -> _Form | None:
    """A form out of unseen questions alone, if there is one; then of those met longest ago; then of all."""
    levels = sorted({candidate.met for candidate in candidates})
    for level in levels[:-1]:
        form = _walk(blueprint, [candidate for candidate in candidates if candidate.met <= level], rng, PATIENCE[:2])
        if form:
            return form
    return _walk(blueprint, candidates, rng, PATIENCE)


def _walk(blueprint: Blueprint, candidates: Sequence[Candidate], rng: Random, patience: Sequence[int]) -> _Form | None:
    groups = _groups(blueprint, candidates)
    for steps in patience:
        search = _Search(blueprint, groups, rng, steps)
        if search.run():
            return search.form
        if not search.gave_up:
            return None
    return None


class _Search:
    """One walk through the groups in a random order, turning back where it must."""

    def __init__(self, blueprint: Blueprint, groups: Sequence[_Group], rng: Random, patience: int) -> None:
        self.rng = rng
        self.steps_left = patience
        self.form = _Form(blueprint, groups)
        # Groups that give a fixed number first; among those with a choice, unseen questions first.
        luck = {id(group): rng.random() for group in groups}
        self.order = sorted(
            groups,
            key=lambda group: (
                group.least == 0,
                min((candidate.met for candidate in group.pool), default=0),
                luck[id(group)],
            ),
        )
        sections = range(len(blueprint.sections))
        self.room = {section: [0] * (len(groups) + 1) for section in sections}  # what later groups can still hold
        self.must = {section: [0] * (len(groups) + 1) for section in sections}  # and must
        self.hope: dict[Feature, list[int]] = {feature: [0] * (len(groups) + 1) for feature in self.form.limits}
        for place in reversed(range(len(groups))):
            group = self.order[place]
            for section in sections:
                mine = group.section == section
                self.room[section][place] = self.room[section][place + 1] + (group.most if mine else 0)
                self.must[section][place] = self.must[section][place + 1] + (group.least if mine else 0)
            for feature, hope in self.hope.items():
                hope[place] = hope[place + 1] + group.give(feature)

    @property
    def gave_up(self) -> bool:
        """Otherwise a walk that failed has seen every way: there is no form."""
        return self.steps_left <= 0

    def run(self, place: int = 0) -> bool:
        if not self._is_hopeful(place):
            return False
        if place == len(self.order):
            return True
        for chosen in self._choices(place):
            self.steps_left -= 1
            if self.steps_left <= 0:
                return False
            group = self.order[place]
            for candidate in chosen:
                self.form.add(group.section, candidate)
            if self.run(place + 1):
                return True
            for _candidate in chosen:
                self.form.remove(self.form.picks[-1])
        return False

    def _is_hopeful(self, place: int) -> bool:
        """Could the groups from here on still bring every number where it must be?"""
        form = self.form
        for index, section in enumerate(form.blueprint.sections):
            missing = section.size - form.sizes[index]
            if not self.must[index][place] <= missing <= self.room[index][place]:
                return False
        for feature, limit in form.limits.items():
            if form.counts[feature] + self.hope[feature][place] < limit.at_least:
                return False
            if limit.at_most is not None and form.counts[feature] > limit.at_most:
                return False
        return True

    def _choices(self, place: int) -> Iterator[tuple[Candidate, ...]]:
        group = self.order[place]
        missing = self.form.blueprint.sections[group.section].size - self.form.sizes[group.section]
        pool = [candidate for candidate in group.pool if self.form.fits(candidate)]
        self.rng.shuffle(pool)
        pool.sort(key=lambda candidate: candidate.met)
        for size in self._sizes(group, missing, self.room[group.section][place]):
            for chosen in combinations(pool, size):
                if size < 2 or _agree(chosen):
                    yield chosen

    def _sizes(self, group: _Group, missing: int, room: int) -> list[int]:
        """How many to take, likeliest first: so that every objective is left out equally often."""
        if group.least == group.most:
            return [group.least]
        share = sum(self.rng.random() * room < missing for _slot in range(group.most))
        rest = [size for size in range(group.least, group.most + 1) if size != share]
        self.rng.shuffle(rest)
        return [size for size in (share, *rest) if size <= missing]


def _agree(chosen: Sequence[Candidate]) -> bool:
    """No two of these name each other or tell the same case."""
    return not any(
        one.ref in other.not_with or other.ref in one.not_with or (one.case and one.case == other.case)
        for one, other in combinations(chosen, 2)
    )


# Why not


def _reasons(blueprint: Blueprint, candidates: Sequence[Candidate]) -> list[str]:
    """The limits that cannot be met even alone; if each could be, the one whose absence would help."""
    groups = _groups(blueprint, candidates)
    reasons = [
        f"{group.objective}: {group.least} asked for, {len(group.pool)} in the pool."
        for group in groups
        if len(group.pool) < group.least
    ]
    for index, section in enumerate(blueprint.sections):
        room = sum(min(group.most, len(group.pool)) for group in groups if group.section == index)
        if not section.draw and room < section.size:
            reasons.append(
                f"{section.title or section.course}: {section.size} asked for, its objectives give at most {room}."
            )
    for feature, limit in _limits(blueprint).items():
        best = sum(group.give(feature) for group in groups)
        if best < limit.at_least:
            reasons.append(
                f"{_name(blueprint, feature)}: at least {limit.at_least} asked for, at most {best} possible."
            )
    return reasons or [_relaxed(blueprint, candidates)]


def _name(blueprint: Blueprint, feature: Feature) -> str:
    if feature == CRITICAL:
        return "Critical questions"
    where = f" in {blueprint.sections[feature[2]].title}" if len(feature) == 3 else ""
    return f"Questions of the kind {feature[1]}{where}"


def _relaxed(blueprint: Blueprint, candidates: Sequence[Candidate]) -> str:
    """Leave out one rule at a time; the first whose absence lets a form be drawn is the one to name."""
    free = [replace(candidate, not_with=frozenset(), case="") for candidate in candidates]
    if _search(blueprint, free, _rng()):
        refs = sorted(candidate.ref for candidate in candidates if candidate.not_with or candidate.case)
        return f"Too many questions may not stand together: {', '.join(refs[:12])}."
    if blueprint.critical_min and _search(replace(blueprint, critical_min=0), candidates, _rng()):
        return (
            f"Critical questions: at least {blueprint.critical_min} asked for, too few remain beside the other limits."
        )
    for kind, limit in blueprint.kinds.items():
        others = {name: other for name, other in blueprint.kinds.items() if name != kind}
        if _search(replace(blueprint, kinds=others), candidates, _rng()):
            return f"Questions of the kind {kind}: the limit of {_words(limit)} cannot be kept beside the others."
    for index, section in enumerate(blueprint.sections):
        for kind, limit in section.kinds.items():
            rest = {name: other for name, other in section.kinds.items() if name != kind}
            sections = tuple(
                replace(other, kinds=rest) if place == index else other
                for place, other in enumerate(blueprint.sections)
            )
            if _search(replace(blueprint, sections=sections), candidates, _rng()):
                return f"{section.title}: {_words(limit)} of the kind {kind} cannot be kept beside the other limits."
    return "The limits contradict each other: no form meets all of them."


def _words(limit: Limit) -> str:
    if limit.at_most is None:
        return f"at least {limit.at_least}"
    if limit.at_least == limit.at_most:
        return f"exactly {limit.at_least}"
    return f"at most {limit.at_most}" if not limit.at_least else f"{limit.at_least} to {limit.at_most}"
