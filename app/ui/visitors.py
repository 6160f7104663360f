"""Who asks: a browser is known by a cookie of its own, and sees what is everybody's and what it added itself."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from pathlib import Path, PurePath
from typing import Final

from app.audit.results import Audit, AuditProgress
from app.claims.results import ALL, Check, Searchable
from app.compare import Comparison
from app.errors import SettingsError, unknown_document
from app.query import NO_FILTERS, Filters
from app.results import AskEvent, Coverage, Ranked
from app.roots import Roots
from app.ui.loading import Asker
from ingest.documents import Document

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}")
_NOWHERE: Final = ("",)  # a root that no document has
_YEAR: Final = 31_536_000  # seconds


def new_visitor() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(24)


def visitor_in(cookies: str, port: int) -> str:
    """Return the visitor that a `Cookie` header names; empty where it names none, or something else than a token."""
    try:
        held = SimpleCookie(cookies).get(_name(port))
    except CookieError:
        return ""
    return held.value if held is not None and _TOKEN.fullmatch(held.value) else ""


def cookie_of(visitor: str, port: int) -> str:
    """Return the `Set-Cookie` header that keeps a visitor known; no script reads it, no other site sends it."""
    return f"{_name(port)}={visitor}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Strict"


def _name(port: int) -> str:
    return f"sangho-{port}"  # cookies are shared by all ports of a host


class Sight:
    """An asker as one visitor sees it: documents of other visitors are neither shown, counted, nor searched.

    Args:
        asker: over everything.
        roots: tells whose a source root is.
        visitor: empty sees what is everybody's.
    """

    def __init__(self, asker: Asker, roots: Roots, visitor: str) -> None:
        self._asker = asker
        self._roots = roots
        self._visitor = visitor

    def events(self, question: str, history: Sequence[str], filters: Filters) -> Iterator[AskEvent]:
        """Answer a question; see `Asker.events`."""
        return self._asker.events(question, history, self._limited(filters))

    def documents(self) -> Mapping[str, Document]:
        """Return the documents this visitor sees, by `doc_id`."""
        documents = self._asker.documents()
        seen = self._seen(documents)
        if seen is None:
            return documents
        return {doc_id: document for doc_id, document in documents.items() if document.root in seen}

    def search(self, query: str, k: int, exact: bool, filters: Filters) -> tuple[Ranked, ...]:
        """Search; see `Asker.search`."""
        return self._asker.search(query, k, exact, self._limited(filters))

    def compare(self, left: str, right: str) -> Comparison:
        """Return two documents side by side; see `Asker.compare`. Another visitor's is as one that is not there."""
        documents = self.documents()
        for doc_id in (left, right):
            if doc_id not in documents:
                raise unknown_document(doc_id)
        return self._asker.compare(left, right)

    def examples(self, filters: Filters = NO_FILTERS) -> list[str]:
        """Return questions worth trying first."""
        return self._asker.examples(self._limited(filters))

    def coverage(self, filters: Filters = NO_FILTERS) -> Coverage:
        """Return what a question is searched in."""
        return self._asker.coverage(self._limited(filters))

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        """Check a claim; see `Checker.check`. Other visitors' documents are no evidence."""
        return self._asker.check(claim, self._narrowed(against))

    def audit(self, path: Path, against: Searchable = ALL) -> Iterator[AuditProgress | Audit]:
        """Audit an article; see `Auditor.audit`. Other visitors' documents are no evidence."""
        return self._asker.audit(path, self._narrowed(against))

    def describe_model(self) -> str:
        """Say in one line where a chat model's requests go."""
        return self._asker.describe_model()

    def _narrowed(self, against: Searchable) -> Searchable:
        unseen = self._asker.documents().keys() - self.documents().keys()
        return replace(against, without=against.without | unseen) if unseen else against

    def _seen(self, documents: Mapping[str, Document]) -> frozenset[str] | None:
        """Return the roots this visitor sees; None where that is all of them."""
        roots = dict.fromkeys(document.root for document in documents.values())
        seen = self._roots.visible(roots, self._visitor)
        return None if len(seen) == len(roots) else frozenset(seen)

    def _limited(self, filters: Filters) -> Filters:
        seen = self._seen(self._asker.documents())
        if seen is None:
            return filters
        roots = tuple(root for root in filters.roots if root in seen) if filters.roots else tuple(sorted(seen))
        return replace(filters, roots=roots or _NOWHERE)


class Visitors:
    """Tells who a request is of, and shows each visitor what is theirs to see.

    Args:
        roots: tells whose a source root is.
        port: of the window.
    """

    def __init__(self, roots: Roots, port: int) -> None:
        self._roots = roots
        self._port = port

    def of(self, cookies: str) -> str:
        """Return the visitor that a `Cookie` header names; empty for nobody."""
        return visitor_in(cookies, self._port)

    def root_name(self, root: str) -> str:
        """Return what people call a source root; the window shows no paths of the machine."""
        try:
            return self._roots.name(root)
        except SettingsError:  # answers say what is wrong, where it matters
            return PurePath(root).name

    def local_only(self) -> frozenset[str]:
        """Return the source roots that are never sent to a chat model elsewhere."""
        return self._roots.local_only()

    def mark_local_only(self, root: str, flag: bool) -> None:
        """Say of a source root whether it is local-only."""
        self._roots.mark_local_only(root, flag)

    def sight(self, asker: Asker, visitor: str) -> Sight:
        """Return an asker as a visitor sees it."""
        return Sight(asker, self._roots, visitor)
