"""Works out the analysis of a quiz in a job, and keeps it until a new result arrives."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from jobs.models import Job
from jobs.running import enqueue, job, sweeper
from quizzes.analysis import gathering
from quizzes.analysis.figures import FORMAT, figures
from quizzes.models.analysis import ItemAnalysis
from quizzes.models.attempt import Mode, State
from quizzes.models.marking import Result
from quizzes.models.quiz import Quiz

KIND = "analyse_quiz"
PAUSE = timedelta(minutes=5)  # while a class hands in, it is not worked out anew after every paper


def bases(**only: Any) -> dict[int, str]:
    """Quiz -> a name for the results it has; every paper handed in and every correction adds a result."""
    results = Result.objects.filter(attempt__mode=Mode.GRADED, attempt__state=State.GRADED, **only)
    rows = results.order_by().values("attempt__quiz").annotate(last=Max("pk"), count=Count("pk"))
    return {row["attempt__quiz"]: f"{FORMAT}.{row['last']}.{row['count']}" for row in rows}


def basis_of(quiz: Quiz) -> str:
    """Empty while nobody has handed anything in."""
    return bases(attempt__quiz=quiz).get(quiz.pk, "")


def ask(quiz_id: int, basis: str) -> Job:
    """For these results once, however often it is asked."""
    return enqueue(KIND, f"{quiz_id}:{basis}", {"quiz": quiz_id})


@job(KIND)
def analyse(payload: dict[str, Any]) -> None:
    """Safe to repeat: what is worked out already is left alone."""
    quiz = Quiz.objects.filter(pk=payload["quiz"]).first()
    if quiz is not None:
        compute(quiz)


def compute(quiz: Quiz) -> None:
    # Named before anything is read: a result that arrives meanwhile makes what is kept out of date, not wrong.
    basis = basis_of(quiz)
    if not basis or ItemAnalysis.objects.filter(quiz=quiz, basis=basis).exists():
        return
    begun = time.perf_counter()
    found = figures(gathering.gather(quiz))
    ItemAnalysis.objects.update_or_create(
        quiz=quiz,
        defaults={
            "basis": basis,
            "figures": found,
            "seconds": round(time.perf_counter() - begun, 3),
            "computed_at": timezone.now(),
        },
    )


@sweeper
def look_after_analyses() -> None:
    """Ask for what new results have made out of date, and for what was never worked out."""
    kept = {quiz: (basis, at) for quiz, basis, at in ItemAnalysis.objects.values_list("quiz", "basis", "computed_at")}
    now = timezone.now()
    for quiz, basis in bases().items():
        known, at = kept.get(quiz, ("", None))
        if known != basis and (at is None or at <= now - PAUSE):
            ask(quiz, basis)
