"""The map: each app mounted once."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from clinics import api
from portal import health, home

urlpatterns: list[URLPattern | URLResolver] = [
    # First what strangers ask all day: found after one look.
    path("api/v1/", api.urls),
    path("", include("certificates.urls")),
    path("livez", health.livez, name="livez"),
    path("healthz", health.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("portal.urls_public")),
    path("today/", home.today, name="today"),
    path("", include("accounts.urls")),
    path("", include("courses.urls")),
    path("", include("quizzes.urls")),
    path("", include("clinics.urls")),
]
handler400 = "portal.pages.bad_request"
handler500 = "portal.pages.server_error"
