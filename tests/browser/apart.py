"""A portal of its own for one test: its data made and read by processes beside the test's database.

`python -m tests.browser.apart set_up` makes the portal in DATA_DIR, `begin` a trainee with an open paper, and `read`
tells what became of it. They speak JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import django

KINDS = (
    *("true_false", "single_choice", "multiple_response", "numeric", "ordering", "matching"),
    *("depth_band", "short_text", "matrix"),
)


def set_up(_given: None) -> None:
    """Tables, files for the browser, and a quiz that asks all these kinds."""
    from django.core.management import call_command

    from portal.management.commands.start import collect_static
    from quizzes import kinds
    from tests.quizzes.making import add_entry, make_course, make_quiz

    call_command("migrate", verbosity=0)
    collect_static()
    course = make_course(lessons=1)
    for place, name in enumerate(KINDS):
        add_entry(course, f"Q-{place}", kinds.get(name).examples[0].source)
    make_quiz(course, {"M1.1a": len(KINDS)})


def begin(seed: int) -> dict[str, Any]:
    """A new trainee with an open paper, and ways to answer each question."""
    from quizzes import kinds
    from quizzes.models import Quiz
    from tests.cast import PASSWORD, person
    from tests.quizzes.making import items_of, study_all

    quiz = Quiz.objects.get()
    tess = person(f"tess-{seed}@example.com", "Tess Trainee")
    study_all(tess, quiz.course)  # type: ignore[arg-type]
    attempt = quiz.begin(tess, declared=True)
    rng = Random(seed)
    items = []
    for item in items_of(attempt):
        version, kind = item.question_version, kinds.get(item.question_version.kind)
        ways = [kind.solve(version.body, version.key), *(kind.random(version.body, rng) for _way in range(4))]
        answers = [kind.fields(version.body, item.drawn, way) for way in ways]
        items.append({"pk": item.pk, "position": item.position, "kind": kind.name, "answers": answers})
    return {"address": tess.email, "password": PASSWORD, "attempt": attempt.pk, "items": items}


def read(given: dict[str, Any]) -> dict[str, Any]:
    """Each item's stored answer beside what was typed, read the way the portal reads it; and the mark it was given."""
    from quizzes import grading, kinds
    from quizzes.models import Attempt

    attempt, typed = Attempt.objects.get(pk=given["attempt"]), given["typed"]
    told, raw = {}, 0
    for item in attempt.items.select_related("question_version", "response").order_by("position"):
        version, kind = item.question_version, kinds.get(item.question_version.kind)
        fields = typed.get(str(item.pk))
        wanted = None if fields is None else kind.read(version.body, item.drawn, fields)
        marked = kind.mark(version.body, version.key, item.drawn, wanted, critical=version.is_critical)
        raw += grading.mark_of(marked.fraction, item.max_mark)
        told[item.pk] = {"kind": kind.name, "typed": wanted, "stored": item.response.body}
    return {"items": told, "state": attempt.state, "raw": attempt.result and attempt.result.raw, "wanted": max(0, raw)}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    acts: dict[str, Callable[[Any], Any]] = {"set_up": set_up, "begin": begin, "read": read}
    sys.stdout.write(json.dumps(acts[sys.argv[1]](json.loads(sys.stdin.read()))))
