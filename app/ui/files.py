"""A person's own files, as HTML: where to drop them, what was added, and how to take it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from app.escape import shown
from app.own_files import Batch
from app.ui.components import in_language
from ingest.readers import SUFFIXES


def files_html(batches: Sequence[Batch], local_only: Collection[str], max_file_bytes: int, sent: str = "") -> str:
    """Return the part of the sources in which files are added and taken back.

    Args:
        batches: what this visitor added.
        local_only: ids of the batches that are never sent to a chat model elsewhere.
        max_file_bytes: of one file.
        sent: what leaves this machine, if anything does.
    """
    kinds = ",".join(sorted(SUFFIXES))
    listed = "".join(_batch(batch, batch.id in local_only) for batch in batches if batch.finished)
    return (
        f'<section class="sg-files" data-kinds="{escape(kinds)}" data-largest="{max_file_bytes}">'
        "<h3>Your files</h3>"
        '<div class="sg-drop"><p>Drop files or folders here, or '
        '<button type="button" class="sg-copy" data-pick="files">choose files</button> '
        '<button type="button" class="sg-copy" data-pick="folder">choose a folder</button></p>'
        f'<p class="sg-about">{shown(", ".join(sorted(SUFFIXES)))}; {max_file_bytes / 1e6:g} MB a file at most. '
        f"They are kept on this machine, and only this browser sees them. {shown(sent)}</p>"
        f'<input type="file" hidden multiple accept="{escape(kinds)}">'
        '<input type="file" hidden webkitdirectory></div>'
        '<div class="sg-adding" hidden><progress max="1" value="0" aria-label="Adding files"></progress>'
        '<p class="sg-adding-said" role="status"></p><ul class="sg-adding-errors"></ul>'
        '<p class="sg-actions"></p></div>'
        f"{f'<ul class=sg-batches>{listed}</ul>' if listed else ''}</section>"
    )


def _batch(batch: Batch, is_local: bool) -> str:
    noun = "file" if batch.files == 1 else "files"
    name, language = shown(batch.name), in_language(batch.name)
    checked = " checked" if is_local else ""
    return (
        f'<li><span{language} dir="auto">{name}</span> <span class="sg-about">{batch.files} {noun}</span>'
        f'<label><input type="checkbox" data-local="{escape(batch.id)}"{checked}> '
        "never send to a chat model elsewhere</label>"
        f'<button type="button" class="sg-copy" data-undo="{escape(batch.id)}">Remove<span class="sg-hidden"> {name}'
        "</span></button></li>"
    )
