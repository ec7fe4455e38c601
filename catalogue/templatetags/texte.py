"""Texts that people typed in Markdown, as a page shows them."""

from django import template
from django.utils.safestring import SafeString

from catalogue.records.markdown import render_markdown

register = template.Library()


@register.filter
def markdown(text: str | None, heading: int = 3) -> SafeString:
    """The text as safe HTML; its headings start at the level ``heading``."""
    return render_markdown(text or "", heading)
