"""Names of files that a browser gives: what passes, and why the rest is refused."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import Final, Literal

from app.errors import BadInput
from app.escape import plain
from ingest.readers import SUFFIXES

DEEPEST: Final = 8  # names in a path, the file's own among them
LONGEST_NAME: Final = 200  # bytes
# Microsoft, "Naming Files, Paths, and Namespaces": devices, whatever ending follows.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)

Why = Literal["name", "kind", "large", "many", "exists", "closed", "empty"]


class FileRefused(BadInput):
    """A file or batch that is not taken; `why` says it in a word, for programs."""

    def __init__(self, why: Why, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.why = why


def parts_of(relative_path: str, windows: bool = os.name == "nt") -> tuple[str, ...]:
    """Return the names of a path that a browser gave, in Unicode's form NFC.

    What passes is a path of at most `DEEPEST` names below a folder, that every system can hold, that hides
    nothing, and that ends in a kind of file that is read.

    Args:
        relative_path: with `/` between names.
        windows: whether names must do without what Windows cannot write.

    Raises:
        FileRefused: it does not pass; says why.
    """
    path = unicodedata.normalize("NFC", relative_path)
    shown = quoted(path)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path) or plain(path) != path:
        raise FileRefused("name", f"{shown} has characters in it that cannot be seen.", "Rename it.")
    if "\\" in path or path.startswith("/") or re.match("[A-Za-z]:", path):
        raise FileRefused("name", f"{shown} is not a path below the folder that was added.", "Add the folder itself.")
    parts = tuple(path.split("/"))
    if len(parts) > DEEPEST:
        raise FileRefused(
            "name", f"{shown} lies {len(parts)} deep, over the limit of {DEEPEST}.", "Add the inner folder."
        )
    for part in parts:
        _check_name(part, shown, windows)
    suffix = Path(parts[-1]).suffix
    if suffix.lower() not in SUFFIXES:
        kinds = " ".join(sorted(SUFFIXES))
        raise FileRefused(
            "kind", f"{shown} has the ending {quoted(suffix)}, which cannot be read.", f"Readable: {kinds}."
        )
    return parts


def _check_name(name: str, shown: str, windows: bool) -> None:
    if name in ("", ".", ".."):
        raise FileRefused("name", f"{shown} is not a path below the folder that was added.", "Add the folder itself.")
    if name.startswith((".", "_", "~")) or Path(name).stem.lower() == "readme":
        raise FileRefused(
            "name", f"{shown} is hidden, or no source: such names are left out.", "Rename it if it is one."
        )
    if len(name.encode()) > LONGEST_NAME:
        raise FileRefused("name", f"{shown} has a name of over {LONGEST_NAME} bytes.", "Give it a shorter one.")
    if name.endswith((".", " ")) or _DEVICE.fullmatch(name) or (windows and set(name) & set('<>:"|?*')):
        raise FileRefused("name", f"{shown} has a name that Windows cannot write.", "Rename it.")


def quoted(text: str) -> str:
    """Return text as it can be told: quoted, with what cannot be seen as codes, and its middle left out if long."""
    return repr(text if len(text) <= 100 else f"{text[:60]}…{text[-30:]}")
