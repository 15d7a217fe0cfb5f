"""What a page of reportlab lacks to be read by everyone and kept for long, added to its open file.

Tags for whoever hears it read (PDF/UA-1), colours and words about itself for an archive (PDF/A-3, level A), and the
credential as an attachment. The tests ask veraPDF whether it keeps to both.
"""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Object, Pdf, Stream, String
from PIL import ImageCms

from certificates.tags import Tag

ATTACHMENT = "credential.json"
CREDENTIAL_TYPE = "application/ld+json"

METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{locale}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>Stipple</pdf:Producer><xmp:CreatorTool>Stipple</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:MetadataDate>{moment}</xmp:MetadataDate>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Which part of ISO 14289 the file keeps to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def completed(page_pdf: bytes, tags: Tag, *, statement: Mapping[str, Any], credential: str | None) -> bytes:
    """The drawn file with all it lacks. Same page, words and credential: same bytes."""
    with pikepdf.open(BytesIO(page_pdf)) as pdf:
        complete(pdf, tags, statement=statement, credential=credential)
        return saved(pdf)


def saved(pdf: Pdf) -> bytes:
    whole = BytesIO()
    pdf.save(whole, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
    return whole.getvalue()


def complete(pdf: Pdf, tags: Tag, *, statement: Mapping[str, Any], credential: str | None) -> None:
    """The same on an open file. `statement` says in which `locale` it is, and of which day (`issued_on`)."""
    moment = datetime.fromisoformat(statement["issued_on"]).replace(tzinfo=UTC)
    locale = str(statement["locale"])
    _put_tags(pdf, tags)
    pdf.Root.Lang = String(locale)
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.OutputIntents = Array([
        Dictionary(
            Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
            RegistryName=String("http://www.color.org"), Info=String("sRGB IEC61966-2.1"),
            DestOutputProfile=pdf.make_indirect(Stream(pdf, _colours(), N=3)),
        )
    ])  # fmt: skip
    _describe(pdf, locale, moment)
    if credential is not None:
        _attach(pdf, credential.encode(), moment)


@cache
def _colours() -> bytes:
    """The sRGB profile, its date taken out, so that one page has one spelling."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + profile[36:]


def _describe(pdf: Pdf, locale: str, moment: datetime) -> None:
    """The same words twice, as readers old and new look for them; reportlab has put title, author and subject."""
    info = pdf.docinfo
    words = {name: str(info.get(f"/{name.title()}", "")) for name in ("title", "author", "subject")}
    when = String(moment.strftime("D:%Y%m%d%H%M%SZ"))
    for name in ("/Keywords", "/Trapped"):
        if name in info:
            del info[name]
    info.Producer, info.Creator = String("Stipple"), String("Stipple")
    info.CreationDate, info.ModDate = when, when
    packet = METADATA.format(
        **{name: escape(value) for name, value in words.items()},
        locale=escape(locale),
        moment=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, packet.encode(), Type=Name.Metadata, Subtype=Name.XML))


def _attach(pdf: Pdf, content: bytes, moment: datetime) -> None:
    when = moment.strftime("D:%Y%m%d%H%M%SZ")
    file = AttachedFileSpec(
        pdf, content, filename=ATTACHMENT, mime_type=CREDENTIAL_TYPE, relationship=Name.Source,
        description="Open Badges 3.0 credential", creation_date=when, mod_date=when,
    )  # fmt: skip
    pdf.attachments[ATTACHMENT] = file
    pdf.Root.AF = Array([file.obj])


def _put_tags(pdf: Pdf, tags: Tag) -> None:
    """The tree of what is what, and the way back from each piece of a page to its element."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    pages: list[Object] = [page.obj for page in pdf.pages]
    pieces: list[dict[int, Object]] = [{} for _page in pages]
    root.K = Array([_element(pdf, tags, root, pages, pieces)])
    numbers = Array()
    for number, (page, found) in enumerate(zip(pages, pieces, strict=True)):
        page.StructParents = number
        page.Tabs = Name.S
        numbers.append(number)
        numbers.append(pdf.make_indirect(Array([found[piece] for piece in range(len(found))])))
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
    root.ParentTreeNextKey = len(pages)
    pdf.Root.StructTreeRoot = root


def _element(pdf: Pdf, tag: Tag, parent: Object, pages: list[Object], pieces: list[dict[int, Object]]) -> Object:
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{tag.kind}"), P=parent))
    if tag.piece is not None:
        element.Pg = pages[tag.page]
        element.K = tag.piece
        pieces[tag.page][tag.piece] = element
    else:
        element.K = Array([_element(pdf, part, element, pages, pieces) for part in tag.parts])
    if tag.alt:
        element.Alt = String(tag.alt)
    if tag.box:
        element.A = Dictionary(O=Name.Layout, BBox=Array([round(side, 2) for side in tag.box]), Placement=Name.Block)
    if tag.scope:
        element.A = Dictionary(O=Name.Table, Scope=Name(f"/{tag.scope}"))
    return element
