"""Where certificates are checked by anyone, and kept by their holders."""

from django.urls import path, re_path

from certificates import check_views, decisions, documents, life_views, pki, scanning, views
from certificates.credentials.urls import urlpatterns as for_machines

app_name = "certificates"
urlpatterns = [
    # QR codes are upper case throughout (the shorter alphabet makes a smaller symbol), people type either.
    re_path(r"^[vV]/$", check_views.check_form, name="check_form"),
    re_path(r"^[vV]/(?P<code>[^/]+)/?$", check_views.verify, name="verify"),
    re_path(r"^[vV]/(?P<code>[^/]+)/(?P<token>[0-9A-Za-z=-]+)/?$", check_views.verify, name="verify_token"),
    path("v/<str:code>/seal.svg", check_views.seal, name="seal"),
    path("v/<str:code>/card.png", check_views.card, name="card"),
    path("check/", check_views.check, name="check"),
    path("check/file/", documents.document, name="document"),
    path("scan/", scanning.scan, name="scan"),
    path("scan/keys.json", scanning.scan_keys, name="scan_keys"),
    path("scan/worker.js", scanning.scan_worker, name="scan_worker"),
    path("pki/root.pem", pki.root, name="root"),
    path("pki/<slug:authority>.crl", pki.revocation_list, name="revocation_list"),
    path("certificates/", views.mine, name="mine"),
    path("certificates/decisions/", decisions.decisions, name="decisions"),
    path("certificates/decisions/<int:pk>/", decisions.decision, name="decision"),
    path("certificates/names/", life_views.name_corrections, name="name_corrections"),
    path("certificates/names/<int:pk>/", life_views.name_correction, name="name_correction"),
    path("certificates/<str:code>/", views.certificate, name="certificate"),
    path("certificates/<str:code>/pdf/", views.download, name="download"),
    path("certificates/<str:code>/revocation/", views.revocation_create, name="revocation_create"),
    path("certificates/<str:code>/history/", life_views.certificate_history, name="history"),
    path("certificates/<str:code>/suspension/", life_views.suspension_create, name="suspension_create"),
    path("certificates/<str:code>/reinstatement/", life_views.reinstatement_create, name="reinstatement_create"),
    path("certificates/<str:code>/reissue/", life_views.reissue_create, name="reissue_create"),
    path("certificates/<str:code>/name/", life_views.name_correction_create, name="name_correction_create"),
    path("certificates/<str:code>/sharing/", life_views.sharing_change, name="sharing_change"),
    *for_machines,
]
