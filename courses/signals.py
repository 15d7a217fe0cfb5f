"""What courses announce. Listeners run in the announcer's transaction, so they write rows and nothing else."""

from django.dispatch import Signal

lesson_studied = Signal()  # enrolment, lesson: the first time this lesson was marked as studied
course_completed = Signal()  # enrolment: once for each enrolment
programme_completed = Signal()  # trainee, programme: once for each trainee
