"""Where a quiz is begun, taken, handed in and read again."""

from django.urls import path

from quizzes import checks, results, taking, uploading, views
from quizzes.practising import views as practice
from quizzes.teaching import accommodations, analysis, editor, marking, questions, rooms

app_name = "quizzes"
urlpatterns = [
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/checks/<slug:block_id>/", checks.check, name="check"),
    path("quizzes/<int:pk>/", views.quiz, name="quiz"),
    path("quizzes/<int:pk>/attempts/", views.attempt_create, name="attempt_create"),
    path("quizzes/<int:pk>/follow-ups/", views.follow_up_create, name="follow_up_create"),
    path("quizzes/<int:pk>/rounds/", views.round_create, name="round_create"),
    path("quizzes/attempts/<int:pk>/", taking.attempt, name="attempt"),
    path("quizzes/attempts/<int:pk>/checks/<int:item>/", taking.item_check_create, name="item_check_create"),
    path("quizzes/attempts/<int:pk>/claim/", taking.claim_create, name="claim_create"),
    path("quizzes/attempts/<int:pk>/responses/", taking.response_create, name="response_create"),
    path("quizzes/attempts/<int:pk>/items/<int:item>/", taking.item, name="item"),
    path("quizzes/attempts/<int:pk>/items/<int:item>/files/", uploading.file_create, name="file_create"),
    path("quizzes/answer-files/<int:pk>/", uploading.file, name="file"),
    path("quizzes/attempts/<int:pk>/kept/<int:event>/", taking.kept_create, name="kept_create"),
    path("quizzes/attempts/<int:pk>/hand-in/", taking.hand_in, name="hand_in"),
    path("quizzes/attempts/<int:pk>/submission/", taking.submission_create, name="submission_create"),
    path("quizzes/attempts/<int:pk>/result/", results.result, name="result"),
    path("quizzes/attempts/<int:pk>/feedback/", results.feedback, name="feedback"),
    path("quizzes/attempts/<int:pk>/feedback/opening/", results.feedback_create, name="feedback_create"),
    path("studio/", rooms.studio, name="studio"),
    path("studio/questions/", questions.questions, name="questions"),
    path("studio/questions/new/", questions.question_create, name="question_create"),
    path("studio/questions/<int:pk>/", questions.question, name="question"),
    path("studio/questions/<int:pk>/draft/", questions.draft_create, name="draft_create"),
    path("studio/drafts/<int:pk>/", editor.draft, name="draft"),
    path("studio/drafts/<int:pk>/publication/", editor.publication, name="publication"),
    path("studio/drafts/<int:pk>/discard/", editor.draft_discard, name="draft_discard"),
    path("studio/marking/", marking.marking, name="marking"),
    path("studio/marking/<int:pk>/", marking.judgement, name="judgement"),
    path("studio/marking/<int:pk>/judgement/", marking.judgement_create, name="judgement_create"),
    path("studio/quizzes/<int:pk>/results/", analysis.analysis, name="analysis"),
    path("studio/quizzes/<int:pk>/results/computation/", analysis.analysis_create, name="analysis_create"),
    path("studio/quizzes/<int:pk>/results/questions.csv", analysis.analysis_csv, name="analysis_csv"),
    path("studio/people/", accommodations.people, name="people"),
    path("studio/people/<int:pk>/", accommodations.person, name="person"),
    path("studio/people/<int:pk>/accommodations/", accommodations.accommodation_create, name="accommodation_create"),
    path("studio/accommodations/<int:pk>/ending/", accommodations.accommodation_end, name="accommodation_end"),
    path("practice/", practice.practice, name="practice"),
    path("practice/sittings/", practice.sitting_create, name="sitting_create"),
    path("practice/sittings/<int:pk>/", practice.sitting, name="sitting"),
    path("practice/sittings/<int:pk>/answers/", practice.answer_create, name="practice_answer_create"),
    path("practice/answers/<int:pk>/", practice.answer, name="practice_answer"),
    path("practice/answers/<int:pk>/ease/", practice.ease_create, name="ease_create"),
    path("practice/answers/<int:pk>/leaving-out/", practice.leaving_out_create, name="leaving_out_create"),
    path("practice/return/", practice.return_create, name="return_create"),
]
