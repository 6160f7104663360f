"""What a person may leave out of the search: what there is to choose from, and the chips that show the choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape

from app.escape import plain, shown
from app.labels import ENGLISH
from app.query import Filters
from ingest.documents import Document


@dataclass(frozen=True, slots=True)
class Choices:
    """What filters can name, each as (what is shown, what it means), sorted by what is shown."""

    types: tuple[tuple[str, str], ...] = ()
    issuers: tuple[tuple[str, str], ...] = ()
    roots: tuple[tuple[str, str], ...] = ()


def choices(documents: Mapping[str, Document], name_of: Callable[[str], str]) -> Choices:
    """Return what the documents can be filtered by; `name_of` tells what a source root is called."""
    held = list(documents.values())
    return Choices(
        types=_sorted((type_name(document.type), document.type) for document in held),
        issuers=_sorted((plain(document.issuer), document.issuer) for document in held),
        roots=_sorted((name_of(root), root) for root in dict.fromkeys(document.root for document in held)),
    )


def type_name(kind: str) -> str:
    """Write a document type as people do: `joint_statement` as `Joint statement`."""
    words = plain(kind).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def chips_html(filters: Filters, name_of: Callable[[str], str]) -> str:
    """Return the chosen filters as a list of chips, each with a button that takes it off; empty where none is."""
    chips = [*_dates(filters)]
    chips += [("types", kind, type_name(kind)) for kind in filters.types]
    chips += [("issuers", issuer, issuer) for issuer in filters.issuers]
    chips += [("roots", root, name_of(root)) for root in filters.roots]
    if not chips:
        return ""
    items = "".join(f"<li>{_chip(*chip)}</li>" for chip in chips)
    return f'<ul class="sg-chips" aria-label="Only these are searched">{items}</ul>'


def said(filters: Filters, name_of: Callable[[str], str]) -> str:
    """Return the filters that a question was asked under, as text; empty where there were none."""
    parts = [words for _, _, words in _dates(filters)]
    parts += [type_name(kind) for kind in filters.types]
    parts += [*filters.issuers, *map(name_of, filters.roots)]
    return " · ".join(plain(part) for part in parts)


def without(filters: Filters, name: object, value: object) -> Filters:
    """Return filters with one chip taken off; what names no chip changes nothing."""
    kept = {field: getattr(filters, field) for field in ("since", "until", "types", "issuers", "roots")}
    if name in ("since", "until"):
        kept[str(name)] = ""
    elif name in ("types", "issuers", "roots"):
        kept[str(name)] = tuple(one for one in kept[str(name)] if plain(one) != value)
    return Filters(**kept)


def _dates(filters: Filters) -> list[tuple[str, str, str]]:
    pairs = (("since", "from", filters.since), ("until", "to", filters.until))
    return [(name, date, f"{word} {ENGLISH.date(date)}") for name, word, date in pairs if date]


def _chip(name: str, value: str, words: str) -> str:
    label = escape(f"Search beyond {plain(words)} again")
    return (
        f'<span dir="auto">{shown(words)}</span><button type="button" data-filter="{name}" '
        f'data-value="{escape(plain(value))}" aria-label="{label}"><span aria-hidden="true">×</span></button>'
    )


def _sorted(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({(words, value) for words, value in pairs if value}))
