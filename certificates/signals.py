"""What certificates announce. Listeners run in the announcer's transaction, so they write rows and nothing else."""

from django.dispatch import Signal

certificate_event = Signal()  # event (CertificateEvent): something happened to a certificate
