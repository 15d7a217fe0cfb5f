"""Putting right what was wrong: a new version of a question, old answers marked again, late answers counted."""


class Refused(Exception):
    """What was asked cannot be done; the words say why, to whoever asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
