"""Markdown from people, HTML that is safe."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from services.publicity.rendering import to_html


def test_headings_tables_and_links_become_html():
    html = to_html("# 公告\n\n| 项目 | 电话 |\n|---|---|\n| 举报 | 12388 |\n\n[电话](tel:12388)")
    assert "<h1>公告</h1>" in html
    assert "<td>12388</td>" in html
    assert 'href="tel:12388"' in html


def test_html_of_the_writer_is_shown_as_text():
    assert to_html('<img src=x onerror="alert(1)">') == '<p>&lt;img src=x onerror="alert(1)"&gt;</p>\n'


@given(st.text(alphabet="<>/()[]!\"'=:&;# abjscriptonerdav\n", max_size=200))
def test_no_text_whatever_becomes_a_script_or_a_handler(text):
    html = to_html(text).lower()
    assert "<script" not in html
    assert not re.search(r"<[^>]*\son\w+=", html)
    assert not re.search(r"(href|src)=\"\s*(javascript|data|vbscript):", html)
