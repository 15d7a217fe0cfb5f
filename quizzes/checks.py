"""Knowledge checks in lessons: the block, and what happens when one is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import SignedIn
from courses.blocks import Block, BlockError, Data, Page, Words
from courses.models import Course, Enrolment, Lesson, LessonVersion
from quizzes import accommodating, kinds
from quizzes.kinds import authoring
from quizzes.kinds.base import Drawn, Fields, Kind, KindError, Response, Unreadable
from quizzes.models import CheckAnswer
from quizzes.practising.telling import without_echo

NUMBER = re.compile(r"[0-9]{1,9}")


class CheckBlock(Block):
    """A question of any kind, asked where it is taught. Its key is in the lesson, so no graded quiz ever asks it."""

    needs_id = True
    template = "quizzes/blocks/check.html"

    def parse(self, source: Any) -> Data:
        if not isinstance(source, Mapping):
            raise BlockError(_("Write a question here, as the bank writes them."))
        try:
            kind = kinds.get(authoring.choice(source, "kind", [kind.name for kind in kinds.all_kinds()]))
            if kind.by_person or kind.by_steps:
                words = _("A check is answered whole and told at once, so a question of this kind cannot be one.")
                raise KindError("kind", words)
            body, key = kind.parse(source)
            stem, feedback = authoring.text(source, "stem"), authoring.feedback(source)
        except KindError as wrong:
            raise BlockError(wrong.message, wrong.path) from wrong
        # "kind" is the kind of block, so the kind of question has a name of its own.
        return {"asks": kind.name, "stem": stem, "body": body, "key": key, "feedback": feedback}

    def words(self, data: Data) -> Words:
        return Words(text=data["stem"])

    def show(self, page: Page, blocks: Sequence[Data]) -> Mapping[str, Mapping[str, Any]]:
        kept = {
            answer.block: answer.response
            for answer in CheckAnswer.objects.of(page.trainee).filter(lesson_version=page.version)
        }
        return {
            data["id"]: Check(page.trainee, page.lesson, page.version, data).context(
                kept.get(data["id"]), number=number, total=len(blocks)
            )
            for number, data in enumerate(blocks, start=1)
        }


@dataclass(frozen=True)
class Check:
    """One check of one edition of a lesson, as one person sees it."""

    trainee: User
    lesson: Lesson
    version: LessonVersion
    data: Data

    @property
    def kind(self) -> Kind:
        return kinds.get(self.data["asks"])

    @property
    def prefix(self) -> str:
        return f"{self.data['id']}-"

    @property
    def drawn(self) -> Drawn:
        """The same order at every visit, another one for another person."""
        return self.kind.draw(self.data["body"], Random(f"{self.version.pk}:{self.data['id']}:{self.trainee.pk}"))  # noqa: S311

    def read(self, posted: Mapping[str, list[str]]) -> Response:
        fields = {
            name.removeprefix(self.prefix): values for name, values in posted.items() if name.startswith(self.prefix)
        }
        return self.kind.read(self.data["body"], self.drawn, fields)

    def answer(self, response: dict[str, Any]) -> None:
        CheckAnswer.objects.all().remember(
            trainee=self.trainee,
            version=self.version,
            block=self.data["id"],
            response=response,
            right=self._marked(response).fraction == 1,
        )

    def told(self, response: Response) -> dict[str, Any] | None:
        """What is said about an answer: whether it is right, why, and what the right one is."""
        if response is None:
            return None
        kind, body, key, drawn = self.kind, self.data["body"], self.data["key"], self.drawn
        fraction = self._marked(response).fraction
        is_right = fraction == 1
        why = self.data["feedback"]["right" if is_right else "wrong"]
        return {
            "is_right": is_right,
            "is_partly": 0 < fraction < 1,
            "why": without_echo(why),
            "remarks": [] if is_right else kind.remarks(body, key, drawn, response),
            "parts": [
                (part.right, without_echo(part.feedback)) for part in kind.part_feedback(body, key, drawn, response)
            ],
            "key": [] if is_right else kind.key_words(body, key, drawn),
            "picture": None if is_right else kind.picture(body, key, drawn, response),
            "is_old": self.version.pk != self.lesson.current_id,
            "lesson_href": self.lesson.get_absolute_url(),
        }

    def context(
        self, response: Response, *, number: int | None = None, total: int | None = None, fields: Fields | None = None
    ) -> dict[str, Any]:
        kept = self.kind.fields(self.data["body"], self.drawn, response)
        return {
            "id": self.data["id"],
            "number": number,
            "total": total,
            "control": self.kind.template,
            "q": self.kind.shown(
                self.data["body"], self.drawn, response, read_outs=accommodating.reads_out(self.trainee, self.kind)
            ),
            "prefix": self.prefix,
            "value": kept if fields is None else fields,
            "stem": self.data["stem"],
            "stem_id": f"{self.prefix}stem",
            "version": self.version.number,
            "told": self.told(response),
            "href": reverse("quizzes:check", args=[self.lesson.course.slug, self.lesson.slug, self.data["id"]]),
        }

    def _marked(self, response: Response) -> Any:
        return self.kind.mark(self.data["body"], self.data["key"], self.drawn, response, critical=False)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedIn, slug: str, lesson_slug: str, block_id: str) -> HttpResponse:
    """Answer a check: at once in its lesson, or on a page of its own where there is no script."""
    lesson = _readable_lesson(request.user, slug, lesson_slug)
    if request.method != "POST":  # somebody who had to sign in first comes back this way
        return redirect(f"{lesson.get_absolute_url()}#{block_id}")
    asked = Check(request.user, lesson, *_find(lesson, request.POST.get("version", ""), block_id))
    posted = dict(request.POST.lists())
    try:
        response = asked.read(posted)
    except Unreadable as refused:
        return _refuse(request, asked, posted, refused.message)
    if f"{asked.prefix}move" in posted:
        return _page(request, asked, asked.context(response) | {"told": None})
    if response is None:
        return _refuse(request, asked, posted, _("Give an answer first, then check it."))
    asked.answer(response)
    if _wants_part(request):
        return render(request, "quizzes/blocks/_told.html", {"told": asked.told(response)})
    if asked.version.pk == lesson.current_id:
        return redirect(f"{lesson.get_absolute_url()}#{block_id}")
    return _page(request, asked, asked.context(response))


def _readable_lesson(user: User, slug: str, lesson_slug: str) -> Lesson:
    course = get_object_or_404(Course.objects.visible_to(user), slug=slug)
    if not Enrolment.objects.of(user).filter(course=course).exists() and not course.may_be_read_by(user):
        raise Http404
    lesson = get_object_or_404(Lesson.objects.current().filter(course=course), slug=lesson_slug)
    lesson.course = course
    return lesson


def _find(lesson: Lesson, number: str, block_id: str) -> tuple[LessonVersion, Data]:
    """The check in the edition that was read: a newer one may have appeared meanwhile."""
    versions = lesson.versions.all()
    if NUMBER.fullmatch(number):
        version = get_object_or_404(versions, number=int(number))
    else:
        version = get_object_or_404(versions, pk=lesson.current_id)
    for data in version.blocks:
        if data["id"] == block_id and data["kind"] == "check":
            return version, data
    raise Http404


def _refuse(request: SignedIn, asked: Check, posted: Mapping[str, list[str]], message: str) -> HttpResponse:
    if _wants_part(request):
        return render(request, "quizzes/blocks/_told.html", {"trouble": message}, status=422)
    typed = {
        name.removeprefix(asked.prefix): [value[:200] for value in values if isinstance(value, str)]
        for name, values in posted.items()
        if name.startswith(asked.prefix)
    }
    return _page(request, asked, asked.context(None, fields=typed) | {"trouble": message}, status=422)


def _page(request: SignedIn, asked: Check, block: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "quizzes/check.html", {"asked": block, "lesson": asked.lesson}, status=status)


def _wants_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
