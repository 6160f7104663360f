"""Gradio's theme for the window: fonts that are on the machine, so that nothing is fetched for the page."""

from __future__ import annotations

from collections.abc import Iterable
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


def head(more: Iterable[Path] = ()) -> str:
    """Return what the page's head gets: our style sheets (as `css`, Gradio would rewrite their selectors).

    Args:
        more: the sheets of further tabs.
    """
    sheets = (path.read_text(encoding="utf-8") for path in (*(HERE / name for name in SHEETS), *more))
    return f"<style>{''.join(sheets)}</style>"


def script(name: str | Path) -> str:
    """Return one of the window's own scripts, such as `transcript.js`, or a further tab's by its path."""
    return (HERE / name).read_text(encoding="utf-8")
