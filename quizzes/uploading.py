"""Doors for files that are answers: uploading one, and getting it back, for its trainee and for markers."""

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from quizzes import files
from quizzes.models import AnswerFile, AttemptOver, Item
from quizzes.taking import form_saved, mine, result_url


@require_POST
def file_create(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """Upload a file for an answer: by the page's script alone, or with the whole form without it."""
    one = mine(request, pk)
    asked = get_object_or_404(Item.objects.filter(attempt=one).select_related("question_version"), pk=item)
    by_script = "application/json" in request.headers.get("Accept", "")
    prefix = f"i{asked.pk}-"
    try:
        upload = request.FILES.get("upload") or request.FILES.get(f"{prefix}upload")
        if upload is None:
            raise files.NotTaken(_("Choose a file first, then upload it."))
        row = files.receive(one, asked, upload)
    except files.NotTaken as refused:
        if by_script:
            return JsonResponse({"message": str(refused)}, status=422)
        messages.error(request, str(refused))
        return form_saved(request, one, request.POST)
    except AttemptOver:
        one.close_if_over()
        if by_script:
            return JsonResponse({"result": result_url(one)}, status=410)
        return redirect("quizzes:result", pk=one.pk)
    if by_script:
        return JsonResponse({"file": row.pk, "name": row.name, "href": row.get_absolute_url()})
    data = request.POST.copy()
    data[f"{prefix}file"] = str(row.pk)
    data["go"] = str(asked.position)
    return form_saved(request, one, data)


@require_safe
@never_cache
@csp_replace({"sandbox": True})  # type: ignore[arg-type]  # its view is one of anybody's
def file(request: SignedIn, pk: int) -> HttpResponse:
    """A file as it was taken, to be saved and never opened as a page. To a marker it bears no name."""
    row = get_object_or_404(AnswerFile.objects.seen_by(request.user).select_related("item__attempt"), pk=pk)
    content = files.content_of(row)
    if content is None:
        return HttpResponse(_("This file cannot be read at the moment."), status=503, content_type="text/plain")
    own = row.item.attempt.trainee_id == request.user.pk
    response = HttpResponse(content, content_type=row.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=row.name if own else f"answer-{row.pk}.{row.ending}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
