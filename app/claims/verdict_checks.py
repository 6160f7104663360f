"""Whether a chat model's verdict on a sentence is borne out by that sentence: its quote, figures, names, negations."""

from __future__ import annotations

from typing import Final

from app.actors import content, missing_names, negation_differs
from app.claims.judge import ClaimPart, EvidenceSentence
from app.figures import missing_figures, overstated_figure
from app.language import is_korean
from app.modality import altered_force
from app.quotes import find_quote

_FEWEST_WORDS: Final = 3  # of a quote that is not the whole sentence
_SHARED: Final = 2  # content words that a claim has from the sentence, its neighbours and its document's name
_FAIR_SHARE: Final = 0.25  # of a claim's content words, that a sentence itself has which contradicts it


def is_borne_out(part: ClaimPart, one: EvidenceSentence, quote: str, *, supports: bool) -> bool:
    """Whether a verdict stands up to what can be checked without a model.

    Of both: the quote is found letter by letter in the sentence or beside it, and what is claimed shares words with
    them. Of support: the claim's figures, dates, countries and names stand there too, with the same negations and
    no other force. Of contradiction: the sentence itself shares more with the claim, for models of a laptop's size call
    contradicted what is merely not said; and the claim's own words do not stand there.

    Args:
        part: what is claimed.
        one: the sentence that the verdict is on.
        quote: what the model copied from it; not checked.
        supports: whether the verdict is support, or else contradiction.
    """
    if not _is_quoted(quote, one) or not _is_about(part, one):
        return False
    if supports:
        return not _objects(part.text, one)
    return _is_about_the_same(part, one) and not find_quote(part.text, one.around)


def _is_quoted(quote: str, one: EvidenceSentence) -> bool:
    if len(quote.split()) < _FEWEST_WORDS and not _is_whole(quote, one.text):
        return False
    return bool(find_quote(quote, one.text) or find_quote(quote, one.around))


def _is_whole(quote: str, text: str) -> bool:
    return bool(quote.strip()) and quote.strip(" .") == text.strip(" .")


def _is_about(part: ClaimPart, one: EvidenceSentence) -> bool:
    """Whether claim and sentence share words."""
    terms = _terms(part, one)
    return len(terms & content(f"{one.around}\n{one.header}")) >= min(_SHARED, len(terms))


def _is_about_the_same(part: ClaimPart, one: EvidenceSentence) -> bool:
    """Whether the sentence itself has a fair share of the claim's words."""
    terms = _terms(part, one)
    return len(terms & content(one.text)) >= max(min(_SHARED, len(terms)), _FAIR_SHARE * len(terms))


def _terms(part: ClaimPart, one: EvidenceSentence) -> frozenset[str]:
    """Return a claim's content words; of a claim in another language than the sentence's, its English ones."""
    return frozenset(content(part.text if is_korean(part.text) == is_korean(one.around) else part.english))


def _objects(claim: str, one: EvidenceSentence) -> bool:
    """Whether something that a claim says is not in the sentence, though a model holds that it supports it."""
    sources = [one.around, one.header]
    return bool(
        missing_figures(claim, sources, one.date)
        or overstated_figure(claim, sources)
        or missing_names(claim, "\n".join(sources))
        or negation_differs(claim, [one.around])
        or altered_force(claim, [one.text], one.around)
    )
