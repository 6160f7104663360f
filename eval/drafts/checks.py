"""Verify a drafted question: whether its answer stands in the paragraph, and whether it can be asked without that.

What fails here is dropped. Dropping a good draft costs one more try; keeping a bad one costs a person's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.actors import countries, missing_names
from app.asks import FIGURE_KINDS
from app.dates import DATE_PHRASE
from app.document_names import TERMS_OF_OFFICE
from app.figures import missing_figures
from app.filling import Asked
from app.followup import leaves_out
from app.instructions import instructs
from app.language import is_written_in
from app.query import language_of
from app.quotes import find_quote
from app.results import Dropped
from eval.drafts.drafted import LONGEST_QUESTION
from ingest.documents import Document, Paragraph
from ingest.lexical import analyse

TOO_LONG: Final = "the question is longer than 300 characters"
MARKUP: Final = "the question holds markup, an address or control characters"
ORDERS: Final = "the question gives orders"
NO_QUESTION: Final = "it is not one question"
OTHER_LANGUAGE: Final = "the question is not in the document's language"
NO_WORD: Final = "the question has no question word"
YES_OR_NO: Final = "yes or no would answer the question"
ABOUT_THE_TEXT: Final = "the question asks about the text itself"
NOT_THERE: Final = "the answer does not stand in the paragraph letter by letter"
LONG_ANSWER: Final = "the answer is longer than 40 words"
ANSWER_INSIDE: Final = "the question holds its answer"
OTHER_ANSWER: Final = "the answer is not what the question asks for"
UNNAMED: Final = "the question does not name what it is about"
INVENTED: Final = "the question has a figure or a name that the document lacks"
REPEATED: Final = "there is such a question already"

LONGEST_ANSWER: Final = 40  # words
FEWEST_TERMS: Final = 6  # index terms of a question that stands by itself without a name
FEWEST_KOREAN: Final = 5  # words of such a question in Korean
ALIKE: Final = 0.8  # shared of all index terms, from which two questions are the same
# Kinds of thing asked for whose absence from an answer is told for certain.
_TOLD: Final = FIGURE_KINDS | {"duration", "date"}

_MARKUP: Final = re.compile(r"[<>{}|\\`\n\t]|\*\*|__|\]\(|\w+://|\bwww\.", re.IGNORECASE)
_MARK: Final = re.compile("[?？]")
_ENDS: Final = re.compile("[?？][\"”’')]?$")
_OPEN: Final = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how)\b"
    r"|무엇|무슨|뭐|뭘|어떤|어떻게|어느|어디|누구|누가|언제|왜|얼마|몇|며칠",
    re.IGNORECASE,
)
_AUXILIARY: Final = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|will|would|shall|should|has|have|had|may|must)\b", re.IGNORECASE
)
_THE_TEXT: Final = re.compile(
    r"\b(?:paragraphs?|excerpts?|snippets?)\b"
    r"|\b(?:the|this|that|these|above|given|provided|following)\s+(?:(?:above|given|provided|following|source|same)\s+)?"
    r"(?:passage|text|sentence|quote|quotation|document|article|author|speaker|writer|statement|report|act|law|speech"
    r"|initiative|agreement|section|list|example)s?\b(?!\s+(?:of|on|by|between|from|that|which|signed|issued|for)\b|-)"
    r"|\b(?:mentioned|described|listed|provided|given)\s+(?:above|here|below)\b"
    r"|(?:이|위|해당|본|주어진|다음)\s?(?:문단|단락|글|본문|문장|텍스트|문서|자료|기사|조항|지문)|문단|단락|지문|필자|글쓴이",
    re.IGNORECASE,
)
_POINTING: Final = re.compile(
    r"\b(?:this|these|those|such|we|our|ours|you|your|yours|my)\b"
    r"|\b(?:it|they|he|she)\b(?!\s+(?:is|was)\s+(?:that|said|expected|agreed|decided|estimated)\b)"
    r"|(?:^|\s)(?:이|그|저|해당|본)\s+\S|(?:^|\s)(?:이것|그것|이는|우리)\S*",
    re.IGNORECASE,
)
# Words that point only where they stand before a noun; drafted questions are long, and have them as joints.
_JOINING: Final = re.compile(r"\bthat\b|\bthere\s+(?:is|are|was|were)\b|\b(?:is|are|was|were)\s+there\b", re.IGNORECASE)
_NAME: Final = re.compile(r"(?<=\s)[\"“‘'(]?([A-Z][\w&.'’-]*|\w+[A-Z]\w*)")
_DESIGNATION: Final = re.compile(r"\b\d+[A-Z]\b|제\s?\d+\s?(?:조|차|호)")
_ANYBODY: Final = frozenset({"ai", "i", *TERMS_OF_OFFICE})  # whom or what any question here may be about
_KOREAN_NUMBER: Final = re.compile(r"\d|[일이삼사오육칠팔구십백천만억조한두세네반매]")
_ENGLISH_NUMBER: Final = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|dozens?|half|third|quarter|twice)\b",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Verified:
    """A question that holds up, and the paragraph's words that answer it, as they stand there."""

    question: str
    quote: str


def verify(
    question: str, answer: str, document: Document, paragraph: Paragraph, earlier: Sequence[str]
) -> Verified | Dropped:
    """Return a drafted question with its answer's words as the paragraph has them, or why it is dropped.

    Args:
        question: as the model wrote it, on one line.
        answer: the words that it gave as the answer.
        document: the paragraph's.
        paragraph: what the question was drafted from.
        earlier: questions that are there already.
    """
    why = (
        _form(question)
        or _language(question, document, paragraph)
        or _standing(question)
        or _answer(question, answer, paragraph)
        or _invented(question, document, paragraph)
        or _repeated(question, earlier)
    )
    if why:
        return Dropped(question, why)
    ((start, end),) = find_quote(answer, paragraph.text)
    return Verified(question, paragraph.text[start:end])


def _form(question: str) -> str:
    if len(question) > LONGEST_QUESTION:
        return TOO_LONG
    if _MARKUP.search(question) or not question.isprintable():
        return MARKUP
    if instructs(question):
        return ORDERS
    if len(_MARK.findall(question)) != 1 or not _ENDS.search(question) or len(analyse(question)) < 2:
        return NO_QUESTION
    return ""


def _language(question: str, document: Document, paragraph: Paragraph) -> str:
    language = document.language
    if not is_written_in(paragraph.text, language):
        language = language_of(paragraph.text)
    if not is_written_in(question, language) or language_of(question) != language_of(paragraph.text):
        return OTHER_LANGUAGE
    # Other languages in Latin letters have no question word of English either.
    if not _OPEN.search(question):
        return NO_WORD
    return YES_OR_NO if _AUXILIARY.match(question) else ""


def _standing(question: str) -> str:
    """Say why a question cannot be asked without the text; empty where it can."""
    if _THE_TEXT.search(question):
        return ABOUT_THE_TEXT
    if _POINTING.search(question) or leaves_out(_JOINING.sub(" ", question)) or not _names_enough(question):
        return UNNAMED
    return ""


def _names_enough(question: str) -> bool:
    """Whether a question names what it is about, or says so much that this is plain."""
    undated = DATE_PHRASE.sub(" ", question)
    names = [name.strip(".'’") for name in _NAME.findall(undated)]
    if any(name.lower() not in _ANYBODY and not countries(name) for name in names) or _DESIGNATION.search(question):
        return True
    if language_of(question) == "ko":
        return len(question.split()) >= FEWEST_KOREAN
    return len(analyse(question)) >= FEWEST_TERMS


def _answer(question: str, answer: str, paragraph: Paragraph) -> str:
    if len(answer.split()) > LONGEST_ANSWER:
        return LONG_ANSWER
    spans = find_quote(answer, paragraph.text)
    if len(spans) != 1 or not analyse(answer):
        return NOT_THERE
    if find_quote(answer, question) or set(analyse(answer)) <= set(analyse(question)):
        return ANSWER_INSIDE
    return "" if _is_of_the_kind(question, answer) else OTHER_ANSWER


def _is_of_the_kind(question: str, answer: str) -> bool:
    """Whether an answer gives the figure or date that a question asks for; True where it asks for something else."""
    asked = Asked(question, question)
    if not asked or not asked.kinds <= _TOLD:
        return True
    if language_of(question) == "ko":  # where numbers are spelled out, which figures are not read from
        return _KOREAN_NUMBER.search(answer) is not None
    spelled = _ENGLISH_NUMBER.search(answer) is not None and not _FIGURE.search(answer)
    return asked.filled(answer) > 0 or spelled


def _invented(question: str, document: Document, paragraph: Paragraph) -> str:
    """Say so where a question supposes what neither paragraph nor document has: a false premise has no answer here."""
    known = [paragraph.text, document.title, document.issuer, *document.aliases]
    if missing_figures(question, known, document.date) or missing_names(question, "\n".join(known)):
        return INVENTED
    return ""


def _repeated(question: str, earlier: Iterable[str]) -> str:
    terms, figures = set(analyse(question)), _FIGURE.findall(question)
    for other in earlier:
        theirs = set(analyse(other))
        if figures == _FIGURE.findall(other) and len(terms & theirs) >= ALIKE * len(terms | theirs):
            return REPEATED
    return ""
