"""Where people look after themselves. Signing in and its pages are allauth's, under /accounts/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/name/", views.name_confirm, name="name_confirm"),
    path("kept/", views.kept_form, name="kept_form"),
    path("kept/removal/", views.kept_form_removal_create, name="kept_form_removal_create"),
    path("invitations/", views.invitations, name="invitations"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("demo/mail/", views.demo_mail, name="demo_mail"),
    path("demo/mail/<int:pk>/", views.demo_letter, name="demo_letter"),
]
