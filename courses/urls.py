"""Where the pages about studying are."""

from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("courses/", views.catalogue, name="catalogue"),
    path("courses/<slug:slug>/", views.course, name="course"),
    path("courses/<slug:slug>/enrolment/", views.enrolment_create, name="enrolment_create"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/", views.lesson, name="lesson"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/studied/", views.studied_create, name="studied_create"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/review/", views.review_create, name="review_create"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/place/", views.place_create, name="place_create"),
    path("search/", views.search, name="search"),
]
