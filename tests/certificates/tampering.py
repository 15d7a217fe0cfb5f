"""What somebody might do to a file of ours, or make in its place."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas


def gap(pdf: bytes) -> tuple[int, int]:
    """Where the signature stands, which it cannot cover itself."""
    found = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", pdf)
    assert found
    start, length, then, _rest = (int(number) for number in found.groups())
    return start + length, then


def padded_otherwise(pdf: bytes) -> bytes:
    """One digit of the signature itself, which no signature covers, spelt small instead of large."""
    start, end = gap(pdf)
    place = next(at for at in range(start, end) if pdf[at : at + 1].isalpha())
    return pdf[:place] + pdf[place : place + 1].swapcase() + pdf[place + 1 :]


def bit_flipped(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def painted_over(pdf: bytes, name: str, size: int = 60, *, is_under: bool = False) -> bytes:
    """A later revision that lays another name over the page (or under it); what was sealed stays as it was."""
    writer: Any = IncrementalPdfFileWriter(BytesIO(pdf))
    book: Any = generic.DictionaryObject

    font = book(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type1"),
            pdf_name("/BaseFont"): pdf_name("/Helvetica"),
        }
    )
    resources = book({pdf_name("/Font"): book({pdf_name("/Forged"): writer.add_object(font)})})
    words = b"q 1 1 1 rg 60 415 460 70 re f Q BT /Forged %d Tf 62 428 Td (%s) Tj ET" % (size, name.encode("cp1252"))
    stream = generic.StreamObject(stream_data=words)
    writer.add_stream_to_page(0, writer.add_object(stream), resources, prepend=is_under)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def laid_over(pdf: bytes, name: str, how: str) -> bytes:
    """Another name in a drawing of its own: in a note over the page, or in a form that the page draws."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        page = opened.pages[0]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        form = opened.make_stream(b"BT /F 60 Tf 62 428 Td (%s) Tj ET" % name.encode("cp1252"))
        form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 842, 595])
        form.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        if how == "note":
            looks = pikepdf.Dictionary(N=form)
            note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, AP=looks)
            page.obj.Annots = pikepdf.Array([note])
        else:
            drawn = page.add_resource(form, pikepdf.Name.XObject)
            page.contents_add(opened.make_stream(f"q {drawn} Do Q".encode()))
        out = BytesIO()
        opened.save(out)
        return out.getvalue()


def rewritten(pdf: bytes, *changes: tuple[str, str]) -> bytes:
    """Saved anew by another program, with other words on the page: letters are set through the same fonts."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        for old, new in changes:
            _replace(opened, old, new)
        out = BytesIO()
        opened.save(out)
        return out.getvalue()


def _replace(opened: pikepdf.Pdf, old: str, new: str) -> None:
    """The line `old` becomes `new`, in Helvetica at the same place and size."""
    from certificates.examining.lettering import Font, clean, font_of

    page = opened.pages[0]
    fonts = page.obj.Resources.Font
    fonts["/Forged"] = opened.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    done, block, shown, current, size, was_changed = [], [], "", Font(), 0.0, False
    for step in pikepdf.parse_content_stream(page):
        operands: Any = step.operands
        name = str(step.operator)
        block.append((operands, step.operator))
        if name == "BT":
            shown = ""
        elif name == "Tf":
            current, size = font_of(fonts[str(operands[0])]), float(operands[1])
        elif name in {"Tj", "TJ"}:
            parts = operands[0] if name == "TJ" else [operands[0]]
            shown += "".join(current.read(bytes(part)) for part in parts if isinstance(part, pikepdf.String))
        if name != "ET":
            continue
        if clean(shown) == old:
            was_changed = True
            kept = [each for each in block if str(each[1]) not in {"Tf", "Tj", "TJ", "ET"}]
            text = pikepdf.String(new.encode("cp1252"))
            block = [
                *kept,
                ([pikepdf.Name("/Forged"), size], pikepdf.Operator("Tf")),
                ([text], pikepdf.Operator("Tj")),
                ([], pikepdf.Operator("ET")),
            ]
        done += block
        block = []
    assert was_changed, old
    page.Contents = opened.make_stream(pikepdf.unparse_content_stream([*done, *block]))


def without_attachments(pdf: bytes, credential: str | None = None) -> bytes:
    """Saved anew with another credential in it, or with none."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        for name in list(opened.attachments):
            del opened.attachments[name]
        if credential is not None:
            opened.attachments["credential.json"] = pikepdf.AttachedFileSpec(opened, credential.encode())
        out = BytesIO()
        opened.save(out)
        return out.getvalue()


def unsealed(pdf: bytes) -> bytes:
    """Its page as a program saves it that knows no seals."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        if "/AcroForm" in opened.Root:
            del opened.Root["/AcroForm"]
        if "/Perms" in opened.Root:
            del opened.Root["/Perms"]
        page = opened.pages[0].obj
        if "/Annots" in page:
            del page["/Annots"]
        out = BytesIO()
        opened.save(out)
        return out.getvalue()


def page_with(*lines: str) -> bytes:
    """A page of one's own, with these words."""
    sheet = BytesIO()
    canvas = Canvas(sheet, pagesize=(842, 595))
    for place, words in enumerate(lines):
        canvas.setFont("Helvetica", 14)
        canvas.drawString(62, 500 - 30 * place, words)
    canvas.save()
    return sheet.getvalue()


def _certificate(subject: x509.Name, issuer: x509.Name, public: object, by: object, *, is_ca: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=100))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(not is_ca, not is_ca, False, False, False, is_ca, is_ca, False, False), critical=True
        )
        .sign(by, SHA256())  # type: ignore[arg-type]
    )


class _Heedless(PdfSigner):
    """Signs also where a seal forbids it, as whoever forges would."""

    def _enforce_certification_constraints(self, reader: object) -> None:
        return


def sealed_by_namesake(pdf: bytes, subjects: list[x509.Name]) -> bytes:
    """Sealed under a root of one's own that bears our names: every certificate is called as ours is, leaf first."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    leaf_name, root_name = subjects[0], subjects[-1]
    root = _certificate(root_name, root_name, root_key.public_key(), root_key, is_ca=True)
    leaf = _certificate(leaf_name, root_name, leaf_key.public_key(), root_key, is_ca=False)
    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)))
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(leaf.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            leaf_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=store,
    )
    meta = PdfSignatureMetadata(
        field_name="Seal" if b"/FT /Sig" not in pdf else "Another",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=b"/DocMDP" not in pdf,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    pen = _Heedless(meta, signer=signer, new_field_spec=SigFieldSpec(str(meta.field_name), on_page=0))
    return bytes(pen.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue())


def somebody(name: str = "Forgery Ltd") -> list[x509.Name]:
    return [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])] * 2


def bomb(layers: int = 1, megabytes: int = 500) -> bytes:
    """A page whose content unpacks to very much: nought after nought, packed once or several times over."""
    content, filters = b"", []
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"\0" * 1_000_000) for _ in range(megabytes)]
    content = b"".join([*parts, packer.flush()])
    filters.append("/FlateDecode")
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)
        filters.append("/FlateDecode")
    return by_hand(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] /Contents 4 0 R /Resources << >> >>",
        (f"<< /Length {len(content)} /Filter [{' '.join(filters)}] >>", content),
    )


def by_hand(*objects: str | tuple[str, bytes], root: int = 1) -> bytes:
    """A file from its objects as they are written, with a table that is right."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        words, stream = (each, None) if isinstance(each, str) else each
        out += f"{number} 0 obj\n{words}\n".encode()
        if stream is not None:
            out += b"stream\n" + stream + b"\nendstream\n"
        out += b"endobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
