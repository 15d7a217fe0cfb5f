"""Addresses that outside software knows by heart; certificates/urls.py takes them up."""

from django.urls import path, re_path

from certificates.credentials import views

urlpatterns = [
    # did:web asks for the first address, or for the second where the academy lives under a path.
    re_path(r"^(?:\.well-known/)?did\.json$", views.did_document, name="did_document"),
    path(".well-known/jwks.json", views.key_set, name="key_set"),
    path("status/<str:purpose>/<int:number>", views.status_list, name="status_list"),
    path("credentials/<uuid:uuid>", views.credential, name="credential"),
    path("credentials/<uuid:uuid>.png", views.badge_png, name="badge_png"),
    path("credentials/<uuid:uuid>.svg", views.badge_svg, name="badge_svg"),
    re_path(r"^achievements/(?P<slug>[-\w]+)/?$", views.achievement, name="achievement"),
]
