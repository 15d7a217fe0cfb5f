"""What accounts has to tell the floors above."""

from django.dispatch import Signal

#: An invitation was accepted. Sent with `invitation` and `user`, in the transaction that accepted it:
#: a listener writes the relation that the invitation promised, and nothing else.
invitation_accepted = Signal()
