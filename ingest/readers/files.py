"""Which files below a source root are documents."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from ingest.errors import ReadError

SUFFIXES: Final = frozenset((".md", ".txt", ".html", ".htm", ".pdf", ".docx"))
_OUT = "Copy what it points to into the folder, or add that place as a source root of its own."

Failures = list[tuple[Path, ReadError]]


def find_files(root: Path) -> tuple[list[Path], Failures]:
    """List the readable files below a source root, or the root itself where it is a file.

    Left out without a word: other endings, names that begin with `.`, `_` or `~`, and `README.*`. A link inside
    the root is followed to a file, not to a folder (its files are listed where they lie), and left out where it
    points to a file that is listed anyway.

    Returns:
        The files, sorted by path; and what could not be looked at, each with its error: a root that does not
        exist or has another ending, folders without permission, links that lead out of the root or nowhere.
    """
    try:
        mode = root.stat().st_mode
    except (OSError, ValueError) as error:
        return [], [(root, unreachable(error))]
    if stat.S_ISDIR(mode):
        return _walk(root)
    if root.suffix.lower() in SUFFIXES:
        return [root], []
    return [], [(root, wrong_ending(root))]


def _walk(root: Path) -> tuple[list[Path], Failures]:
    files: list[Path] = []
    links: list[Path] = []
    failed: Failures = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = [entry for entry in folder.iterdir() if not _is_hidden(entry)]
        except OSError as error:
            failed.append((folder, unreachable(error)))
            continue
        for entry in entries:
            if entry.is_symlink():
                links.append(entry)
            elif entry.is_dir():
                folders.append(entry)
            elif entry.suffix.lower() in SUFFIXES:
                files.append(entry)
    linked, broken = _linked(links, root, files)
    return sorted(files + linked), sorted(failed + broken, key=lambda pair: pair[0])


def _is_hidden(entry: Path) -> bool:
    return entry.name.startswith((".", "_", "~")) or entry.stem.lower() == "readme"


def _linked(links: list[Path], root: Path, files: list[Path]) -> tuple[list[Path], Failures]:
    listed = {path.resolve() for path in files}
    found: list[Path] = []
    failed: Failures = []
    for link in sorted(links):
        error = leads_out(link, root)
        folder = error is None and link.is_dir()
        if error is not None and (link.suffix.lower() in SUFFIXES or link.is_dir()):
            failed.append((link, error))
        elif error is None and not folder and link.suffix.lower() in SUFFIXES and link.resolve() not in listed:
            listed.add(link.resolve())
            found.append(link)
    return found, failed


def wrong_ending(path: Path) -> ReadError:
    """Return the error of a file whose ending is not one of `SUFFIXES`."""
    return ReadError(
        f"has the ending {path.suffix!r}, which cannot be read.", f"Readable: {' '.join(sorted(SUFFIXES))}."
    )


def leads_out(path: Path, root: Path) -> ReadError | None:
    """Return the error of a path that is, or passes, a link out of `root` or to nowhere; else None."""
    try:
        target = path.resolve(strict=True)
        home = root.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links in a circle
        return unreachable(error)
    if target.is_relative_to(home):
        return None
    return ReadError(f"is a link that leads out of its source root, to {target}.", _OUT)


def unreachable(error: Exception) -> ReadError:
    """Turn a failure to reach a file or folder into a `ReadError` that names it."""
    if isinstance(error, PermissionError):
        return ReadError("may not be read: no permission.", "Change its permissions, or run as its owner.")
    if isinstance(error, FileNotFoundError):
        return ReadError("does not exist, or is a link to something that does not.", "Check the path.")
    if isinstance(error, RuntimeError) or "symbolic links" in str(error):
        return ReadError("is a link that leads back to itself.", "Remove the link.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return ReadError(f"cannot be read: {reason}.", "Check the file and the disk it lies on.")
