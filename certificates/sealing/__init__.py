"""A drawn page -> a sealed file: what a PDF needs beyond its page, then our signature over every byte of it.

`completed` adds what reportlab cannot (tags, archive marks, the credential as an attachment); `seal` signs, certified
so that no later change is allowed; `finished` does both. What became of a file that comes
back is told by `certificates.examining`.
"""

from certificates.sealing.completing import completed
from certificates.sealing.signing import Sealed, finished, seal

__all__ = ["Sealed", "completed", "finished", "seal"]
