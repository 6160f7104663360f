"""Which documents a few words name, where they name any for certain: "the 2023 Camp David statement", "Han".

A question may be about a document that it names loosely (`app.document_names`). Here a claim would be judged by
the document named and no other, so every word that tells documents apart must be in the name of what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.dates import MONTHS
from app.document_names import TERMS_OF_OFFICE
from app.query import Understood
from ingest.documents import Document
from ingest.lexical import analyse

MOST_MEANT: Final = 4  # where words fit more documents, they tell none apart

# What a document is called by its kind: the words, the types they fit, and whether others of the type fit too where
# the word stands in no title.
_KINDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"fact ?sheets?", ("fact_sheet",)),
    (r"(?:memorand(?:um|a)(?: of understanding)?|mou)", ("joint_statement",)),
    (r"statements? of intent", ("declaration", "joint_statement")),
    (r"(?:joint )?statements?|communiqu[ée]", ("joint_statement", "statement")),
    (r"declarations?", ("declaration",)),
    (r"enforcement decree|decree", ("law",)),
    (r"(?:executive )?orders?", ("law",)),
    (r"(?:acts?|laws?|statutes?|legislation|section)", ("law",)),
    (r"readouts?", ("readout",)),
    (r"(?:articles?|essays?|op-?eds?|papers?|piece)", ("article",)),
    (r"(?:remarks|speech|address)", ("remarks",)),
    (r"(?:press )?releases?", ("press_release", "article")),
)
_ANY_KIND: Final = re.compile(
    r"\b(?:text|documents?|recommendations?|principles|code|commitments|plan|rules?|guidance|proposal|summit)\b"
)
# Words of a name that tell no document from another.
_EMPTY: Final = frozenset(
    analyse(
        "joint latest recent follow-up new final text document official own same full whole earlier later previous "
        "original leaders summit bilateral trilateral paper annual itself so-called famous also"
    )
) - frozenset(("usa", "korea"))
_COUNTRIES: Final = frozenset(("usa", "korea", "japan"))
_THIS_YEAR: Final = re.compile(r"\bthis year['’]s\b|올해(?:의)?|금년(?:의)?", re.IGNORECASE)
_LAST_YEAR: Final = re.compile(r"\blast year['’]s\b|지난해(?:의)?|작년(?:의)?", re.IGNORECASE)
_MONTH_TERMS: Final = frozenset(term for month in MONTHS for term in analyse(month))
_ORGANISATION: Final = re.compile(
    r"house|department|congress|government|ministry|bureau|office|council|committee|commission|oecd|leaders|countries"
    r"|president|state|institute|center|endowment|university|process|partners|\bof\b|\d",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"[A-Z][\w'’.-]+(?:\s+[A-Z][\w'’.-]*){1,3}")
# "Statement on the Anniversary of the Camp David summit", "Annex to the Seoul Declaration": about what they name.
_ABOUT: Final = re.compile(r"\b(?:anniversary|annex|enforcement decree|fact sheet|readout)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Card:
    """What a document is called.

    Attributes:
        names: index terms of its title, `doc_id` and aliases.
        issuer: index terms of who issued it.
        aliases: the terms of each title and alias.
        authors: the terms of each author's name, surname last; empty where an office issued it.
    """

    document: Document
    names: frozenset[str]
    issuer: frozenset[str]
    aliases: frozenset[frozenset[str]]
    authors: tuple[tuple[str, ...], ...]


class SourceNames:
    """What the documents of one generation are called; made once, asked for many claims.

    Args:
        documents: those that a claim can be attributed to; none is allowed.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.cards: Sequence[_Card] = [_card(document) for document in documents]

    def same_work(self, doc_ids: Sequence[str]) -> tuple[str, ...]:
        """Return these documents and their translations and other editions, in the order of the documents."""
        works = {_work(card.document) for card in self.cards if card.document.doc_id in doc_ids}
        return tuple(card.document.doc_id for card in self.cards if _work(card.document) in works)


def resolve(words: str, names: SourceNames, understand: Callable[[str], Understood], year: str = "") -> tuple[str, ...]:
    """Return the `doc_id`s that a few words name; empty where they name none, or more than `MOST_MEANT`.

    Args:
        words: "the 2023 statement", "Han".
        names: what the documents are called.
        understand: reads a phrase as a question is read (`Answerer.understand`).
        year: what "this year" is, YYYY; then documents of later years are not meant. Empty where it is not known.
    """
    dated = _dated(words, year)
    if dated is None:
        return ()
    read = understand(dated)
    english = read.english
    cards = [card for card in names.cards if not year or card.document.date[:4] <= year]
    kind, types, told = _kind(english)
    terms = _telling(english, read, kind)
    if not told:
        return names.same_work(_by_author(terms, cards) or _by_whole_name(english, cards))
    proper = any(term in terms for word in re.findall(r"\b[A-Z]\w+", english) for term in analyse(word))
    if not (terms - _COUNTRIES or read.dates.years or read.dates.months) or not (types or proper):
        return ()
    fitting = [card for card in cards if _fits(card, types, terms, read)]
    chosen = _narrowed(fitting, english, kind, terms, read)
    works = {_work(card.document) for card in chosen}
    return names.same_work([card.document.doc_id for card in chosen]) if 1 <= len(works) <= MOST_MEANT else ()


def _card(document: Document) -> _Card:
    short = re.split(r"[:,(]", document.title)[0]  # "The Spirit of Camp David: Joint Statement of Japan, ..."
    titles = (document.title, short, *document.aliases)
    identifier = re.sub(r"[\d/_-]+", " ", document.doc_id)
    outer = re.sub(r"\([^)]*\)", " ", document.issuer)
    return _Card(
        document,
        frozenset(term for text in (*titles, identifier) for term in analyse(text)),
        frozenset(analyse(outer)),
        frozenset(frozenset(analyse(text)) - _MONTH_TERMS for text in titles),
        _authors(outer) if document.type == "article" else (),
    )


def _authors(issuer: str) -> tuple[tuple[str, ...], ...]:
    """Return the names of the people who issued a document; none where an office did, alone or with them."""
    people = [part.strip() for part in re.split(r"[/,;&]|\band\b", issuer) if part.strip()]
    if any(_ORGANISATION.search(person) or not _PERSON.fullmatch(person) for person in people):
        return ()
    return tuple(tuple(analyse(person)) for person in people)


def _work(document: Document) -> str:
    """Return what a document's translations and editions have in common."""
    name = (document.translation_of or document.doc_id).rsplit("/", 1)[-1]
    return re.sub(r"\.(?:[a-z]{2}|digest|original)$", "", name)


def _dated(words: str, year: str) -> str | None:
    """Return words with "this year's" as a year; None where nobody knows which."""
    if not (_THIS_YEAR.search(words) or _LAST_YEAR.search(words)):
        return words
    if not re.fullmatch(r"\d{4}", year):
        return None
    this, last = (f"{n}년 " if re.search("[가-힣]", words) else f"{n}" for n in (int(year), int(year) - 1))
    return _LAST_YEAR.sub(last, _THIS_YEAR.sub(this, words))


def _kind(english: str) -> tuple[str, tuple[str, ...], bool]:
    """Return the word for the kind of document that some words end in or hold, its types, and whether there is one."""
    lower = english.lower()
    for pattern, types in _KINDS:
        if match := re.search(rf"\b{pattern}\b", lower):
            return match[0], types, True
    return "", (), _ANY_KIND.search(lower) is not None


def _telling(english: str, read: Understood, kind: str) -> frozenset[str]:
    """Return the terms that must be in the name of what is meant: not those of its date and its kind."""
    text = re.sub(rf"\b{re.escape(kind)}\b", " ", english, flags=re.IGNORECASE) if kind else english
    dated = bool(read.dates.years or read.dates.months)
    return frozenset(
        term
        for term in analyse(text)
        if term not in _EMPTY
        and not (dated and (term in _MONTH_TERMS or term in read.dates.years or re.fullmatch(r"[0-3]?\d", term)))
    )


def _fits(card: _Card, types: tuple[str, ...], terms: frozenset[str], read: Understood) -> bool:
    document, dates = card.document, read.dates
    if types and document.type not in types and not (types[0] == "joint_statement" and document.type == "declaration"):
        return False
    if dates.months:
        if not dates.names_month_of(document.date):
            return False
    elif dates.years and document.date[:4] not in dates.years:
        return False
    return all(term in card.names or term in card.issuer or _held_office(term, document.date) for term in terms)


def _held_office(term: str, date: str) -> bool:
    """Whether a term is a president who held office when a document was issued."""
    for name, (first, last) in TERMS_OF_OFFICE.items():
        if analyse(name) == [term]:
            return bool(date) and first <= date <= last
    return False


def _narrowed(fitting: list[_Card], english: str, kind: str, terms: frozenset[str], read: Understood) -> list[_Card]:
    """Return those of the fitting documents that are meant: by their whole name, their kind, their subject."""
    whole = frozenset(analyse(english))
    if exact := [card for card in fitting if whole in card.aliases]:
        # "The AI Basic Act" may be the Act as it was, though only its newest version bears the name alone.
        works = {_work(card.document) for card in exact}
        return [card for card in fitting if _work(card.document) in works or card.document.superseded_by in works]
    # By what they are called rather than by who was president; "joint" where some are called so.
    fitting = [card for card in fitting if terms <= card.names | card.issuer] or fitting
    if "joint" in whole:
        fitting = [card for card in fitting if "joint" in card.names] or fitting
    head = frozenset(analyse(kind))
    if named := [card for card in fitting if head and head <= card.names]:
        fitting = named
    elif kind and "statement" in kind:
        fitting = [card for card in fitting if card.document.type != "declaration"]
    fitting = [card for card in fitting if not _is_about(card.document, english, terms, bool(kind))] or fitting
    if "statement" in kind and not terms and len(fitting) > 1:
        # This is about Korea: a statement of which nothing but the year is told is none of the G7's.
        fitting = [card for card in fitting if "korea" in card.names | card.issuer] or fitting
    return fitting


def _is_about(document: Document, english: str, terms: frozenset[str], typed: bool) -> bool:
    """Whether a document only speaks of what the words name: an anniversary of it, an annex to it."""
    about = _ABOUT.search(document.title)
    if about and not typed and about[0].lower() in ("fact sheet", "readout"):
        return False
    if not about or not terms or about[0].lower() in english.lower():
        return False
    return terms <= frozenset(analyse(document.title[about.end() :]))


def _by_author(terms: frozenset[str], cards: Sequence[_Card]) -> list[str]:
    """Return the documents of an author who is named by surname, or by it with other parts of the name."""
    titled = terms - frozenset(analyse("professor prof dr mr ms mrs scholar author analyst researcher"))
    return [
        card.document.doc_id
        for card in cards
        if any(author and author[-1] in titled and titled <= set(author) for author in card.authors)
    ]


def _by_whole_name(english: str, cards: Sequence[_Card]) -> list[str]:
    """Return the documents that have just these words for a title or alias, of two terms or more."""
    whole = frozenset(analyse(english))
    return [card.document.doc_id for card in cards if len(whole) >= 2 and whole in card.aliases]
