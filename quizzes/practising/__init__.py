"""Practice: which questions come back to a trainee, when, and what becomes of each answer."""
