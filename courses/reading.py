"""What an author wrote -> HTML that is safe to show. Everything rich passes `clean`, when saved and when shown."""

import html as entities
import re
from functools import lru_cache

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

BLOCK_TAGS = {
    "p", "h2", "h3", "ul", "ol", "li", "blockquote", "hr", "pre",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
INLINE_TAGS = {"a", "b", "br", "code", "em", "i", "strong", "sub", "sup"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
NOT_SHOWN = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title", "textarea"}

_HEADING = re.compile(r"<h[23]>(.*?)</h[23]>", re.DOTALL)
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """CommonMark with tables and round quotation marks; raw HTML stays text."""
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    return parser.enable(["table", "smartquotes"]).disable("image")


@lru_cache(maxsize=2048)
def clean(html: str) -> SafeString:
    """Only the tags an author may use; the rest is dropped. Cached: a lesson is shown more often than it is written."""
    return SafeString(
        nh3.clean(
            html,
            tags=BLOCK_TAGS | INLINE_TAGS,
            clean_content_tags=NOT_SHOWN,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer",
        ).strip()
    )


@lru_cache(maxsize=2048)
def clean_inline(html: str) -> SafeString:
    """As `clean`, for one line: no paragraphs, headings or lists."""
    return SafeString(
        nh3.clean(
            html,
            tags=INLINE_TAGS,
            clean_content_tags=NOT_SHOWN,
            attributes={"a": ATTRIBUTES["a"]},
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer",
        ).strip()
    )


def rich(markdown: str) -> str:
    """Markdown of several paragraphs, as safe HTML."""
    return str(clean(_markdown().render(markdown)))


def inline(markdown: str) -> str:
    """Markdown of one line, as safe HTML without a paragraph around it."""
    return str(clean_inline(_markdown().renderInline(" ".join(markdown.split()))))


def shown(html: str) -> SafeString:
    """Stored rich text, cleaned once more, its tables in a box that scrolls on a narrow screen."""
    safe = clean(html)
    if "<table>" not in safe:
        return safe
    boxed = safe.replace("<table>", '<div class="table-wrap" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return SafeString(boxed.replace("<th>", '<th scope="col">'))


def plain(html: str) -> str:
    """The words of safe HTML."""
    spaced = re.sub(r"</(p|h2|h3|li|td|th|tr|blockquote|pre)>", r"</\1> ", html).replace("<br>", " ")
    return _SPACE.sub(" ", entities.unescape(strip_tags(spaced))).strip()


def body(html: str) -> str:
    """The words between its headings."""
    return plain(_HEADING.sub(" ", html))


def headings(html: str) -> tuple[str, ...]:
    """The words of its headings."""
    return tuple(plain(found) for found in _HEADING.findall(html))


def has_heading(html: str) -> bool:
    return "<h2>" in html
