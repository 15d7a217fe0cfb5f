"""What other people's software asks of the seal's chain: the root to trust, and what was revoked."""

from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from certificates.keys import chain, revoking

MINUTES_KEPT = 60


def _published(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = f"public, max-age={MINUTES_KEPT * 60}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_not_required
@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """The root certificate, for whoever wants a PDF reader to trust our seal."""
    certificate = chain.published("root")
    if certificate is None:
        raise Http404
    return _published(certificate.public_bytes(Encoding.PEM), "application/x-pem-file", "root.pem")


@login_not_required
@require_safe
def revocation_list(request: HttpRequest, authority: str) -> HttpResponse:
    """The newest list of the root, or of the authority under it."""
    certificate = chain.published(authority) if authority in chain.AUTHORITIES else None
    newest = revoking.newest_of(certificate) if certificate else None
    if newest is None:
        raise Http404
    return _published(revoking.der(newest), "application/pkix-crl", f"{authority}.crl")
