"""Minutes are told as people plan them."""

import pytest

from courses import durations


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (45, "45 min"), (89, "89 min"), (90, "1 h 30 min"), (118, "2 h"), (180, "3 h"), (215, "3 h 30 min")],
)
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert durations.in_words(minutes) == words
