"""What tests of sealed files share: a file that was issued, our chain, and other people's tools."""

import shutil
import subprocess
from pathlib import Path

import pytest

from certificates import issuing, keys
from certificates.models import Certificate, IssuerKey, Purpose


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def said_by(name: str, *arguments: str | Path) -> str:
    """What a tool says. It must find nothing to complain of."""
    done = subprocess.run([tool(name), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def issued(certificate: Certificate, files: Path) -> bytes:
    """The bytes of its file, through the whole of issuing."""
    issuing.draw(certificate)
    return (files / Certificate.objects.get(pk=certificate.pk).pdf_key).read_bytes()


def chains() -> list[str]:
    return list(IssuerKey.objects.for_(Purpose.SEAL).trusted().values_list("certificates", flat=True))


def root_pem() -> str:
    """Our root, as anyone may download it."""
    chain = keys.active(Purpose.SEAL).row.certificates
    return "-----BEGIN" + chain.rpartition("-----BEGIN")[2]
