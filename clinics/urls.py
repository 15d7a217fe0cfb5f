"""The rooms of a clinic, and what a holder sees of them."""

from django.urls import path

from clinics import alert_views, bulk_views, key_views, member_views, training_views, views, watched

app_name = "clinics"
urlpatterns = [
    path("clinic/", views.mine, name="mine"),
    path("clinic/<int:clinic_id>/", views.staff, name="staff"),
    path("clinic/<int:clinic_id>/staff/new/", views.watch_create, name="watch_create"),
    path("clinic/<int:clinic_id>/staff/<int:pk>/", views.item, name="item"),
    path("clinic/<int:clinic_id>/staff/<int:pk>/newer/", views.newer_create, name="newer_create"),
    path("clinic/<int:clinic_id>/staff/<int:pk>/removal/", views.item_end, name="item_end"),
    path("clinic/<int:clinic_id>/alerts/", alert_views.alerts, name="alerts"),
    path("clinic/<int:clinic_id>/alerts/webhook/", alert_views.webhook, name="webhook"),
    path("clinic/<int:clinic_id>/alerts/webhook/test/", alert_views.webhook_test, name="webhook_test"),
    path("clinic/<int:clinic_id>/alerts/webhook/again/", alert_views.webhook_again, name="webhook_again"),
    path("clinic/<int:clinic_id>/alerts/webhook/removal/", alert_views.webhook_end, name="webhook_end"),
    path("clinic/<int:clinic_id>/records/", training_views.records, name="records"),
    path("clinic/<int:clinic_id>/records/<int:pk>/", training_views.record, name="record"),
    path("clinic/<int:clinic_id>/records/<int:pk>/csv/", training_views.record_csv, name="record_csv"),
    path("clinic/<int:clinic_id>/records/<int:pk>/pdf/", training_views.record_pdf, name="record_pdf"),
    path(
        "clinic/<int:clinic_id>/trainings/<int:pk>/removal/",
        training_views.site_training_end,
        name="site_training_end",
    ),
    path("clinic/<int:clinic_id>/members/", member_views.members, name="members"),
    path("clinic/<int:clinic_id>/members/<int:pk>/role/", member_views.role_create, name="role_create"),
    path("clinic/<int:clinic_id>/members/<int:pk>/removal/", member_views.member_end, name="member_end"),
    path("clinic/<int:clinic_id>/invitations/<int:pk>/again/", member_views.invitation_again, name="invitation_again"),
    path("clinic/<int:clinic_id>/invitations/<int:pk>/removal/", member_views.invitation_end, name="invitation_end"),
    path("clinic/<int:clinic_id>/checks/", bulk_views.bulk, name="bulk"),
    path("clinic/<int:clinic_id>/checks/<int:pk>/", bulk_views.bulk_check, name="bulk_check"),
    path("clinic/<int:clinic_id>/checks/<int:pk>/csv/", bulk_views.bulk_csv, name="bulk_csv"),
    path("clinic/<int:clinic_id>/checks/<int:pk>/pdf/", bulk_views.bulk_pdf, name="bulk_pdf"),
    path("clinic/<int:clinic_id>/keys/", key_views.api_keys, name="api_keys"),
    path("clinic/<int:clinic_id>/keys/<int:pk>/removal/", key_views.api_key_end, name="api_key_end"),
    path("watched/", watched.watched_by, name="watched_by"),
    path("watched/<int:pk>/refusal/", watched.refusal_create, name="refusal_create"),
    path("watched/<int:pk>/refusal/removal/", watched.refusal_end, name="refusal_end"),
]
