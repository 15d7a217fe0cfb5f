"""Loads, before any file is opened, what opening one can ask for later."""

import importlib
import pkgutil

PACKAGES = (
    "asn1crypto",
    "cryptography.hazmat",
    "cryptography.x509",
    "pyhanko.pdf_utils",
    "pyhanko.sign.validation",
    "pyhanko_certvalidator",
)
LATER = ("decimal", "lxml.etree", "pikepdf", "zoneinfo")
NEVER = ("fetch", "aiohttp", "qualified", "font", "images", "crypt", "writer", "embed", "layout", "text", "barcode")


def load() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not any(word in found.name.removeprefix(name) for word in NEVER):
                _loaded(found.name)
    for name in LATER:
        _loaded(name)


def _loaded(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception:  # an optional part of a library, which then is not used either
        return
