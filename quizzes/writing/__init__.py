"""Writing questions in the studio: an entry as form fields, the draft that keeps them, and its way to a version."""
