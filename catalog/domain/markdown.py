"""Texts that curators write in Markdown, as HTML that is safe to show: HTML in them stays text."""

from functools import cache

from markdown_it import MarkdownIt


def rendered(text: str) -> str:
    """CommonMark without HTML and images. Links that are no http, https or mailto stay text, as the parser has it."""
    html: str = _parser().render(text)
    return html


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")
