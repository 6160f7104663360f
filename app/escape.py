"""Make text from documents, models and people safe to show: nothing of it runs, nothing of it is hidden."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import urlsplit

# Controls that reorder text (the Trojan Source set), that hide it, or that no text needs. Joiners stay: Korean,
# Persian and emoji are written with them. Unicode TR 36, section 3.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Return text with each invisible control replaced by its code, such as `[U+202E]`; not escaped."""
    return _UNSEEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text.replace("\r\n", "\n"))


def shown(text: str) -> str:
    """Return text as HTML that shows every character of it and runs none of it.

    Controls that reorder or hide text become a visible `U+202E`; what is left is escaped, quotation marks too.
    Empty text gives empty HTML.
    """
    parts, at = [], 0
    text = text.replace("\r\n", "\n")
    for match in _UNSEEN.finditer(text):
        code = f"U+{ord(match[0]):04X}"
        parts.append(f'{escape(text[at : match.start()])}<span class="sg-control">{code}</span>')
        at = match.end()
    return "".join(parts) + escape(text[at:])


def safe_url(url: str) -> str:
    """Return the address if it is one of the web's (http or https, with a host), otherwise an empty string."""
    url = url.strip()
    if _UNSEEN.search(url) or re.search(r"[\s\\]", url):
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def link(url: str, text: str) -> str:
    """Return a link to another site that gives away neither the window nor where it came from.

    An address that is not of the web gives an empty string: no link at all.
    """
    address = safe_url(url)
    if not address:
        return ""
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{shown(text)}</a>'
