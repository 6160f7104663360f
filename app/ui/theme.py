"""Gradio's theme for the window: fonts that are on the machine, so that nothing is fetched for the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gradio.themes import Base

HERE: Final = Path(__file__).resolve().parent
FAVICON: Final = HERE / "favicon.svg"
SHEETS: Final = ("style.css", "talk.css", "source_views.css", "originals.css", "comparison.css", "check.css")
SANS: Final = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans KR", "sans-serif")
MONO: Final = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> Base:
    """Return the theme; colours, measures and shapes are in `style.css`, which overrides it."""
    from gradio.themes import Base
    from gradio.themes.utils.fonts import Font

    return Base(font=[Font(name) for name in SANS], font_mono=[Font(name) for name in MONO])


def head() -> str:
    """Return what the page's head gets: our style sheets (as `css`, Gradio would rewrite their selectors)."""
    sheets = ((HERE / name).read_text(encoding="utf-8") for name in SHEETS)
    return f"<style>{''.join(sheets)}</style>"


def script(name: str) -> str:
    """Return one of the window's own scripts, such as `transcript.js`."""
    return (HERE / name).read_text(encoding="utf-8")
