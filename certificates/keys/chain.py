"""The X.509 chain behind the seal: our root, the authority under it, and a certificate for each seal key."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from certificates.keys.holding import KeysMissing, Private, loaded
from certificates.models import IssuerKey, Purpose

YEARS = {"root": 20, "authority": 10, "seal": 5}
DAY = timedelta(days=1)
AUTHORITIES = ("root", "authority")
LONGEST = 64  # letters of a name in a certificate

Chain = list[x509.Certificate]


def parsed(text: str) -> Chain:
    """The certificates of a chain in PEM, in their order: leaf first, root last."""
    return x509.load_pem_x509_certificates(text.encode()) if text else []


def fingerprint(row: IssuerKey) -> str:
    """What a certificate remembers of the key that sealed it: SHA-256 of its X.509 certificate."""
    return parsed(row.certificates)[0].fingerprint(SHA256()).hex()


def ours(print_: str) -> IssuerKey | None:
    """The seal key whose certificate has that fingerprint, if what it sealed counts."""
    rows = IssuerKey.objects.for_(Purpose.SEAL).trusted()
    return next((row for row in rows if fingerprint(row) == print_), None)


def roots() -> Chain:
    """Every root that seals which count lead to, each once."""
    found = {parsed(row.certificates)[-1] for row in IssuerKey.objects.for_(Purpose.SEAL).trusted()}
    return sorted(found, key=lambda root: root.not_valid_before_utc)


def published(authority: str) -> x509.Certificate | None:
    """The certificate of the root, or of the authority under it, that seals lead to now."""
    rows = IssuerKey.objects.for_(Purpose.SEAL).order_by("-number")
    row = rows.signing().first() or rows.first()
    return parsed(row.certificates)[-1 if authority == "root" else 1] if row else None


def _name(role: str) -> x509.Name:
    academy = settings.ACADEMY["name"]
    room = LONGEST - len(role) - 1
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, academy[:LONGEST]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{academy[:room].strip()} {role}"),
        ]
    )


def _issued(
    role: str, private: Private, issuer: x509.Name, by: Private, *, depth: int | None, years: int
) -> x509.Certificate:
    now = timezone.now().replace(microsecond=0)
    public = private.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(role))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=depth is not None, path_length=depth), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=depth is None,
                content_commitment=depth is None,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=depth is not None,
                crl_sign=depth is not None,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return builder.sign(by, SHA256())


def authority_key(folder: Path, authority: str) -> Private | None:
    """The key of the root or of the authority; None where it was taken away, as the root's should be."""
    path = folder / f"{authority}-key.pem"
    return loaded(path.read_bytes()) if path.is_file() else None


def _authority(folder: Path) -> tuple[x509.Certificate, x509.Certificate, Private]:
    """(root, authority, the authority's key), made once. The root's key may be taken away afterwards."""
    from certificates.keys.making import write_private

    paths = {name: folder / f"{name}.pem" for name in ("root-key", "root", "authority-key", "authority")}
    if not paths["authority"].exists():
        if not settings.KEYS_MAY_BE_MADE and IssuerKey.objects.for_(Purpose.SEAL).exists():
            raise KeysMissing(
                "There are seal keys already, and their authority is not in KEYS_DIR. Bring root.pem, authority.pem "
                "and authority-key.pem there for this command, or import a key together with its certificates."
            )
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _issued("Root", root_key, _name("Root"), root_key, depth=1, years=YEARS["root"])
        authority = _issued("Authority", key, root.subject, root_key, depth=0, years=YEARS["authority"])
        for name, made in (("root-key", root_key), ("authority-key", key)):
            write_private(paths[name], made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        for name, certificate in (("root", root), ("authority", authority)):
            write_private(paths[name], certificate.public_bytes(Encoding.PEM))
    held = authority_key(folder, "authority")
    if held is None:
        raise KeysMissing("authority-key.pem is not in KEYS_DIR: bring it back for as long as a seal key is made.")
    root, authority = (x509.load_pem_x509_certificate(paths[name].read_bytes()) for name in AUTHORITIES)
    return root, authority, held


def _written(chain: Chain) -> str:
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in chain)


def given_for(private: Private, text: str) -> str | None:
    """The chain of this key among certificates that were handed to us, checked; None when none is its own."""
    handed = parsed(text)
    leaf = next((each for each in handed if each.public_key() == private.public_key()), None)
    if leaf is None:
        return None
    chain = [leaf]
    while chain[-1].subject != chain[-1].issuer:
        above = next((each for each in handed if each.subject == chain[-1].issuer and _signed(chain[-1], each)), None)
        if above is None or above in chain:
            raise KeysMissing("The chain of the seal key is not whole: it must lead from its certificate to the root.")
        chain.append(above)
    if len(chain) < 3 or not _signed(chain[-1], chain[-1]):
        raise KeysMissing("The chain of the seal key needs three certificates: its own, the authority’s, the root’s.")
    if any(each.not_valid_after_utc <= timezone.now() for each in chain):
        raise KeysMissing("A certificate in the chain of the seal key has lapsed.")
    return _written(chain)


def _signed(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def chain_for(folder: Path, kid: str, private: Private, handed: str = "") -> str:
    """The chain of a seal key, leaf first and root last, as PEM: handed to us, or made and kept beside the key."""
    from certificates.keys.making import write_private

    given = given_for(private, handed or settings.SEAL_CHAIN.replace("\\n", "\n"))
    if given is not None:
        return given
    path = folder / f"{kid}.chain"
    kept = given_for(private, path.read_text(encoding="ascii")) if path.exists() else None
    if kept is not None:
        return kept
    root, authority, key = _authority(folder)
    leaf = _issued(f"Seal {kid}", private, authority.subject, key, depth=None, years=YEARS["seal"])
    chain = _written([leaf, authority, root])
    write_private(path, chain.encode("ascii"))
    return chain
