"""What an author may write in a block, and what becomes of the rest."""

from typing import Any

import pytest

from courses import blocks, reading
from courses.block_kinds import Comparison, Note, Plate, Steps, Text
from courses.blocks import BlockError


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![x](/x.png)", '<p>!<a href="/x.png" rel="noopener noreferrer">x</a></p>'),
        ("[x](/courses/)", '<p><a href="/courses/" rel="noopener noreferrer">x</a></p>'),
        ('say "yes"', "<p>say “yes”</p>"),
    ],
)  # fmt: skip
def test_markdown_becomes_safe_html(markdown: str, html: str) -> None:
    assert reading.rich(markdown) == html


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p onclick=alert(1)>Hi</p>", "<p>Hi</p>"),
        ('<p style="color:red" class="x" id="main">Hi</p>', "<p>Hi</p>"),
        ("<script>alert(1)</script><p>Hi</p>", "<p>Hi</p>"),
        ("<svg><a xlink:href='javascript:alert(1)'>x</a></svg>Hi", "Hi"),
        ("<iframe src=//elsewhere.example></iframe>Hi", "Hi"),
        ("<img src=x onerror=alert(1)>Hi", "Hi"),
        ("<form action=//elsewhere.example><input name=password></form>Hi", "Hi"),
        ("<a href='data:text/html,x'>Hi</a>", '<a rel="noopener noreferrer">Hi</a>'),
        ("<h1>Hi</h1>", "Hi"),
    ],
)
def test_stored_html_is_cleaned_again_when_it_is_shown(html: str, clean: str) -> None:
    assert reading.shown(html) == clean


def test_a_wide_table_gets_a_box_to_scroll_in() -> None:
    shown = reading.shown(reading.rich("| a | b |\n|---|---|\n| 1 | 2 |"))

    assert shown.startswith('<div class="table-wrap" tabindex="0"><table>')
    assert '<th scope="col">a</th>' in shown


@pytest.mark.parametrize(
    ("block", "source", "path"),
    [
        (Text(), "", ""),
        (Text(), ["a"], ""),
        (Text(), "# Title", ""),
        (Text(), "x" * 40_001, ""),
        (Plate(), {"figure": "skin-section"}, ""),
        (Plate(), {"figure": "no-such", "alt": "x"}, "figure"),
        (Plate(), {"figure": 3, "alt": "x"}, "figure"),
        (Steps(), {"title": "Wash", "items": []}, "items"),
        (Steps(), {"title": "Wash", "items": ["Wet", {"a": 1}]}, "items[1]"),
        (Steps(), {"title": "Wash", "items": ["x"] * 61}, "items"),
        (Note(), {"tone": "clinic", "title": "Mind", "text": None}, "text"),
        (Note(), {"tone": ["clinic"], "title": "Mind", "text": "x"}, "tone"),
        (Comparison(), {"title": "Two", "columns": ["a"], "rows": [["x"]]}, "columns"),
        (Comparison(), {"title": "Two", "columns": ["a", "b"], "rows": [["x", "y"], ["z"]]}, "rows[1]"),
        (Comparison(), "rows", ""),
    ],
)
def test_a_wrong_block_says_where(block: Any, source: Any, path: str) -> None:
    with pytest.raises(BlockError) as caught:
        block.parse(source)

    assert caught.value.path == path
    assert caught.value.message


def test_cells_and_steps_are_one_line_of_markdown() -> None:
    assert Steps().parse({"title": "Wash", "items": ["**Wet** both\nhands"]})["items"] == [
        "<strong>Wet</strong> both hands"
    ]
    assert Comparison().parse({"title": "T", "columns": ["", "b"], "rows": [["<b>x</b>", 2]]})["rows"] == [
        ["&lt;b&gt;x&lt;/b&gt;", "2"]
    ]


def test_titles_stand_below_the_heading_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    note = {"kind": "note", "tone": "tip", "title": "Mind", "html": "<p>x</p>"}
    shown = blocks.show(
        blocks.Page(trainee=None, lesson=None, version=None),  # type: ignore[arg-type]
        [{**note, "id": "a"}, {"kind": "text", "id": "b", "html": "<h2>Why</h2>"}, {**note, "id": "c"}],
    )

    assert [block.context["level"] for block in shown] == [2, 2, 3]


def test_a_kind_nobody_registered_is_left_out_of_the_page() -> None:
    page = blocks.Page(trainee=None, lesson=None, version=None)  # type: ignore[arg-type]

    assert blocks.show(page, [{"kind": "hologram", "id": "x"}]) == []
