"""The statistics of questions and papers; NumPy and nothing else. What is not defined is None, never a NaN.

The definitions of a fixed paper are those Moodle publishes and documents, so that its example can be held against
them. Where each trainee met other questions, a question is compared with the share of the marks that the same person
won on the rest of their own paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z95 = 1.959963984540054  # of the normal distribution: 95 % lie within
NOISE = 1e-12  # relative: a spread below this is rounding, not spread


@dataclass(frozen=True)
class Interval:
    """Where the true value lies, 95 times of 100."""

    low: float
    high: float


@dataclass(frozen=True)
class ItemFigures:
    """One place on a fixed paper."""

    facility: float | None
    standard_deviation: float | None
    intended_weight: float | None
    effective_weight: float | None
    negative_covariance: bool  # why there is no effective weight
    discrimination_index: float | None
    discriminative_efficiency: float | None


@dataclass(frozen=True)
class PaperFigures:
    """The totals, and how far one may rely on them."""

    attempts: int
    mean: float | None
    median: float | None
    standard_deviation: float | None
    skewness: float | None
    kurtosis: float | None
    cic: float | None  # coefficient of internal consistency: Cronbach's alpha, in percent
    error_ratio: float | None
    standard_error: float | None


@dataclass(frozen=True)
class PooledFigures:
    """One question, over all who met it, on whatever paper."""

    facility: float | None
    standard_deviation: float | None  # of the share of its marks
    item_rest: float | None  # correlation with the share won on the rest
    efficiency: float | None  # in percent of the most that these marks allow


def analyse(marks: npt.ArrayLike, maxima: npt.ArrayLike) -> tuple[list[ItemFigures], PaperFigures]:
    """A fixed paper: S attempts by P positions, and what each position is worth."""
    x = np.ascontiguousarray(np.asarray(marks, dtype=np.float64).T)  # a row each position: sums and sorts run along it
    most = np.asarray(maxima, dtype=np.float64)
    total = x.sum(axis=0)
    return _items(x, most, total), _paper(x, total)


def _items(x: Floats, most: Floats, total: Floats) -> list[ItemFigures]:
    places, attempts = x.shape
    if not attempts:
        return [ItemFigures(None, None, weight, None, False, None, None) for weight in _intended(most)]
    mean = x.mean(axis=1)
    facility = [float(m / w) if w > 0 else None for m, w in zip(mean, most, strict=True)]
    if attempts < 2:
        return [
            ItemFigures(f, None, weight, None, False, None, None)
            for f, weight in zip(facility, _intended(most), strict=True)
        ]
    xc, tc = x - mean[:, None], total - total.mean()
    rc = tc - xc  # of the rests, T - x
    n = attempts - 1
    variance = np.einsum("ij,ij->i", xc, xc) / n
    rest_variance = np.einsum("ij,ij->i", rc, rc) / n
    with_total = xc @ tc / n
    with_rest = np.einsum("ij,ij->i", xc, rc) / n
    varies, rest_varies = _varies(xc), _varies(rc)
    xc.sort(axis=1)
    rc.sort(axis=1)
    with_sorted = np.einsum("ij,ij->i", xc, rc) / n
    # What is nothing but rounding is none: its root would be a million times larger.
    with_total[~varies | (np.abs(with_total) <= NOISE * np.sqrt(variance * (tc @ tc) / n))] = 0.0
    weights = _effective(with_total)
    found = []
    for place in range(places):
        spread = bool(varies[place] and rest_varies[place])
        covariance = float(with_rest[place])
        found.append(
            ItemFigures(
                facility=facility[place],
                standard_deviation=math.sqrt(variance[place]) if varies[place] else 0.0,
                intended_weight=_intended(most)[place],
                effective_weight=weights[place],
                negative_covariance=weights[place] is None and bool(with_total[place] < 0),
                discrimination_index=_index(covariance, variance[place], rest_variance[place]) if spread else None,
                discriminative_efficiency=100 * covariance / float(with_sorted[place]) if spread else None,
            )
        )
    return found


def _intended(most: Floats) -> list[float | None]:
    whole = float(most.sum())
    return [100 * float(weight) / whole if whole > 0 else None for weight in most]


def _varies(values: Floats) -> npt.NDArray[np.bool_]:
    """Row by row: more than rounding lies between the smallest and the largest."""
    low, high = values.min(axis=1), values.max(axis=1)
    return np.asarray(high - low > NOISE * np.maximum(np.maximum(-low, high), 1.0))


def _effective(covariances: Floats) -> list[float | None]:
    roots = np.sqrt(np.clip(covariances, 0.0, None))
    whole = float(roots.sum())
    return [
        None if whole <= 0 or covariance < 0 else 100 * float(root) / whole
        for covariance, root in zip(covariances, roots, strict=True)
    ]


def _index(covariance: float, variance: float, other: float) -> float:
    """A correlation in percent; rounding does not carry it past the ends."""
    return 100 * max(-1.0, min(1.0, covariance / math.sqrt(variance * other)))


def _paper(x: Floats, total: Floats) -> PaperFigures:
    places, attempts = x.shape
    if not attempts:
        return PaperFigures(0, *[None] * 8)
    mean, median = float(total.mean()), float(np.median(total))
    k2, k3, k4 = k_statistics(total)
    deviation = None if k2 is None else math.sqrt(k2)
    spread = deviation is not None and deviation > 0
    skewness = k3 / k2**1.5 if k2 and k3 is not None else None
    kurtosis = k4 / k2**2 if k2 and k4 is not None else None
    cic = None
    if spread and k2 and places >= 2 and attempts >= 3:
        cic = 100 * places / (places - 1) * (1 - float(x.var(axis=1, ddof=1).sum()) / k2)
    ratio = None if cic is None else 100 * math.sqrt(max(0.0, 1 - cic / 100))
    error = None if ratio is None or deviation is None else ratio * deviation / 100
    return PaperFigures(attempts, mean, median, deviation, skewness, kurtosis, cic, ratio, error)


def k_statistics(values: Floats) -> tuple[float | None, float | None, float | None]:
    """Fisher's k2, k3 and k4: unbiased for the second, third and fourth cumulant."""
    s = len(values)
    if s < 2:
        return None, None, None
    if not _varies(values[None])[0]:
        return 0.0, 0.0 if s > 2 else None, 0.0 if s > 3 else None
    away = values - values.mean()
    m2, m3, m4 = (float(np.mean(away**power)) for power in (2, 3, 4))
    k2 = s * m2 / (s - 1)
    k3 = s**2 * m3 / ((s - 1) * (s - 2)) if s > 2 else None
    k4 = s**2 * ((s + 1) * m4 - 3 * (s - 1) * m2**2) / ((s - 1) * (s - 2) * (s - 3)) if s > 3 else None
    return k2, k3, k4


def pooled(share: Floats, rest: Floats) -> PooledFigures:
    """One question: what share of its marks each person won, and what share of the rest of their own paper.

    A paper of one question has no rest; such rows carry NaN in `rest` and are left out where it is asked for.
    """
    if not len(share):
        return PooledFigures(None, None, None, None)
    facility = float(share.mean())
    deviation = float(share.std(ddof=1)) if len(share) > 1 else None
    known = ~np.isnan(rest)
    x, r = share[known], rest[known]
    if len(x) < 3 or not _varies(x[None])[0] or not _varies(r[None])[0]:
        return PooledFigures(facility, deviation, None, None)
    xc, rc = x - x.mean(), r - r.mean()
    covariance = float(xc @ rc)
    item_rest = _index(covariance, float(xc @ xc), float(rc @ rc)) / 100
    return PooledFigures(facility, deviation, item_rest, 100 * covariance / float(np.sort(xc) @ np.sort(rc)))


def wilson(share: float | None, count: int) -> Interval | None:
    """Wilson's interval for a share of `count`. For part marks it is a little too wide, never too narrow."""
    if share is None or count < 1 or not 0 <= share <= 1:
        return None
    square = Z95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z95 / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def fisher(correlation: float | None, count: int) -> Interval | None:
    """The interval for a correlation over `count` pairs, by Fisher's z."""
    if correlation is None or count < 4 or abs(correlation) >= 1:
        return None
    middle, half = math.atanh(correlation), Z95 / math.sqrt(count - 3)
    return Interval(math.tanh(middle - half), math.tanh(middle + half))


def quartiles(values: npt.NDArray[Any]) -> tuple[float, float, float] | None:
    """The lower quartile, the median, the upper quartile."""
    if not len(values):
        return None
    low, middle, high = np.percentile(values, (25, 50, 75))
    return float(low), float(middle), float(high)


def thirds(values: Floats) -> npt.NDArray[np.int8]:
    """0 for the weakest third, 1 for the middle, 2 for the strongest; who is equal stands together."""
    if not len(values):
        return np.zeros(0, dtype=np.int8)
    ordered = np.sort(values)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    rank = (below + upto) / (2 * len(values))  # the middle of everybody equal, in (0, 1)
    third: npt.NDArray[np.int8] = np.where(rank < 1 / 3, 0, np.where(rank > 2 / 3, 2, 1)).astype(np.int8)
    return third


def two_shares(first: int, of_first: int, second: int, of_second: int) -> float | None:
    """By how many standard errors the first share is above the second; None where nobody was asked."""
    if not of_first or not of_second:
        return None
    together = (first + second) / (of_first + of_second)
    if not 0 < together < 1:
        return 0.0
    error = math.sqrt(together * (1 - together) * (1 / of_first + 1 / of_second))
    return (first / of_first - second / of_second) / error
