"""Where certificates are checked by anyone, and kept by their holders."""

from django.urls import path, re_path

from certificates import decisions, views

app_name = "certificates"
urlpatterns = [
    # QR codes are upper case throughout (the shorter alphabet makes a smaller symbol), people type either.
    re_path(r"^[vV]/$", views.check_form, name="check_form"),
    re_path(r"^[vV]/(?P<code>[^/]+)/?$", views.verify, name="verify"),
    path("certificates/", views.mine, name="mine"),
    path("certificates/decisions/", decisions.decisions, name="decisions"),
    path("certificates/decisions/<int:pk>/", decisions.decision, name="decision"),
    path("certificates/<str:code>/", views.certificate, name="certificate"),
    path("certificates/<str:code>/pdf/", views.download, name="download"),
    path("certificates/<str:code>/revocation/", views.revocation_create, name="revocation_create"),
]
