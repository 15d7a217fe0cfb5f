"""What the log is spared."""

import logging
import re

INVITATION = re.compile(r"(/invitations/)[\w-]{16,}")


class Refusals(logging.Filter):
    """A request we refused is one line: how Django came to refuse it would only fill the log, at a stranger's wish."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class Keys(logging.Filter):
    """Whoever reads the log must not be able to take up an invitation: its address is its key."""

    def filter(self, record: logging.LogRecord) -> bool:
        words = record.getMessage()
        if INVITATION.search(words):
            record.msg, record.args = INVITATION.sub(r"\1…", words), None
        return True
