"""Three views: a word, one indexed select, one update."""

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bench.baseline.models import Row


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def select(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(str(Row.objects.get(code=code).number))


def update(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(str(Row.objects.filter(code=code).update(number=F("number") + 1)))


urlpatterns = [path("hello/", hello), path("select/<str:code>/", select), path("update/<str:code>/", update)]
