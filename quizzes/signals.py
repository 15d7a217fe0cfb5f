"""What quizzes announce. Listeners run in the announcer's transaction, so they write rows and nothing else."""

from django.dispatch import Signal

# quiz, trainee: a quiz that had completed its course or programme before was passed, or put right, with nothing missed.
cleared_again = Signal()

# attempt, before (Result), after (Result), regrade (or None), by (User or None), was_clear, is_clear:
# a result that stood was followed by another. `clear`: the quiz is passed, in the period of that attempt, and nothing
# holds the completion back.
result_corrected = Signal()
