"""Turn an answer into escaped HTML, or into text to copy. Pure functions; nothing here touches Gradio.

Everything that comes from a document, a model or a person goes through `app.escape`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from app.catalogue import Catalogue
from app.escape import plain, safe_url, shown
from app.labels import Labels, labels
from app.query import language_of
from app.results import Answer, Citation, Dropped, Outcome, Ranked, Statement

_LONGEST_KEPT: Final = 24  # characters of a word that stays with its citation numbers; a longer one may have to break
_OF_ANSWERS: Final = ("markdown", "docx")
_MARK: Final = re.compile(r"\[(\d{1,3})\]")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>#|~])")
_SHAPES: Final[dict[Outcome, str]] = {
    "answered": '<circle cx="8" cy="8" r="7"/><path d="M4.6 8.3l2.3 2.3 4.6-5"/>',
    "sources_say_otherwise": '<path d="M8 .9L15.1 8 8 15.1.9 8z"/><path d="M5.4 6.6h5.2M5.4 9.4h5.2"/>',
    "not_in_sources": '<rect x="1" y="1" width="14" height="14" rx="1"/><path d="M5 5l6 6M11 5l-6 6"/>',
}


def place(citation: Citation, words: Labels) -> str:
    """Say where in its document a citation stands: `¶8`, with the page where there is one."""
    page = f", {words.page.format(page=citation.page)}" if citation.page else ""
    return f"¶{citation.paragraph}{page}"


def citation_facts(citation: Citation, words: Labels) -> list[str]:
    """Return what is said of a citation behind its title: issuer, date, place, edition, what replaced it, its note."""
    edition = words.digest if citation.edition == "digest" else words.original
    newer = citation.superseded_by
    superseded = f"{words.superseded} {Catalogue.load().called(newer)}" if newer else ""
    said = [citation.issuer, words.date(citation.date), place(citation, words), edition, superseded, citation.note]
    return [part for part in said if part]


def quote_shown(citation: Citation, words: Labels) -> str:
    """Return a citation's words as text: an original's in quotation marks, a digest's named as a summary."""
    if citation.edition == "original":
        return f"“{citation.quote}”"
    return f"{words.summary.format(place=f'¶{citation.paragraph}')}: {citation.quote}"


def answer_html(answer: Answer, turn: int = 0) -> str:
    """Return an answer as one HTML article, labelled in the answer's language.

    Args:
        answer: the answer; all of it is escaped.
        turn: which turn of the conversation it is; its citations carry the number, so that a click finds them.
    """
    words = labels(answer.language)
    parts = [
        outcome_html(answer.outcome, words),
        _notices(answer, words),
        _body(answer, turn, words),
        _cited(answer, "cite", turn, words),
        _cited(answer, "related", turn, words),
        _footing(answer, words),
        _dropped(answer.dropped, words),
        _evidence(answer.evidence, words),
        _take_along(answer, turn, words),
    ]
    return (
        f'<article class="sg-answer" data-outcome="{answer.outcome}" lang="{words.language}" dir="auto">'
        f"{''.join(parts)}</article>"
    )


def outcome_html(outcome: Outcome, words: Labels) -> str:
    """Return the outcome as a badge that is told apart by words and shape, not by colour alone."""
    shape = f'<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">{_SHAPES[outcome]}</svg>'
    return f'<p class="sg-outcome sg-{outcome}">{shape}<span>{words.outcomes[outcome]}</span></p>'


def partial_html(text: str) -> str:
    """Return an answer that is still being written; its `[n]` are only numbers, not yet places to open."""
    lines = [_MARK.sub(r"<sup>\1</sup>", shown(line)) for line in text.split("\n") if line.strip()]
    return '<div class="sg-statements" dir="auto">' + "".join(f"<p>{line}</p>" for line in lines) + "</div>"


def _notices(answer: Answer, words: Labels) -> str:
    """Return what must be known of the answer; a remark on a document, which is no sentence, has a line of its own."""
    remarks = {
        words.remark.format(title=cited.title, note=cited.note)
        for cited in (*answer.citations, *answer.related)
        if cited.note
    }
    lines = [answer.notice]
    for remark in sorted(remarks, key=len, reverse=True):
        lines = [part for line in lines for part in ([line] if line in remarks else _parted(line, remark))]
    return "".join(f'<p class="sg-notice" role="note">{shown(line)}</p>' for line in lines if line)


def _parted(text: str, part: str) -> list[str]:
    """Return a text in up to three pieces: what stands before a part of it, the part, and what stands after."""
    return [piece.strip() for piece in text.partition(part)]


def _body(answer: Answer, turn: int, words: Labels) -> str:
    if answer.abstained:
        return f'<div class="sg-statements"><p>{shown(answer.answer or words.abstention)}</p></div>'
    by_number = {citation.n: citation for citation in answer.citations}
    lines = [_statement(one, by_number, f"{turn}-{i}", words) for i, one in enumerate(answer.statements)]
    said = f'<div class="sg-statements">{"".join(lines)}</div>'
    return said if answer.outcome == "answered" else _beside_what_was_asked(answer, said, words)


def _beside_what_was_asked(answer: Answer, said: str, words: Labels) -> str:
    """Return what the sources say beside the question that presupposed something else."""
    asked = f'<div class="sg-statements"><p dir="auto">{shown(answer.query)}</p></div>'
    return (
        f'<div class="sg-otherwise"><section class="sg-asked"><h3>{words.asked}</h3>{asked}</section>'
        f"<section><h3>{words.say}</h3>{said}</section></div>"
    )


def _statement(statement: Statement, by_number: dict[int, Citation], where: str, words: Labels) -> str:
    cited = [by_number[n] for n in statement.citations if n in by_number]
    marks = "".join(_mark(citation, where, words) for citation in cited)
    label = ""
    if cited and all(citation.edition == "digest" for citation in cited):
        numbers = ", ".join(dict.fromkeys(f"¶{citation.paragraph}" for citation in cited))
        label = f'<span class="sg-summary">{shown(words.summary.format(place=numbers))}</span>'
    check = (
        f'<button type="button" class="sg-check-this" data-claim="{escape(plain(statement.text))}" '
        f'aria-label="{words.check}: {escape(plain(statement.text))}">{words.check}</button>'
    )
    return f"<p>{_ending_with(statement_shown(statement, cited), marks, words)}{label}{check}</p>"


def _ending_with(text: str, marks: str, words: Labels) -> str:
    """Return a text and its citation numbers; the last word takes them along, so that none begins a line alone."""
    before, space, last = text.rpartition(" ")
    if not marks or len(last) > _LONGEST_KEPT:
        before, space, last = text, "", ""
    language = language_of(text)
    said = f' lang="{language}"' if language != words.language else ""
    kept = f'<span class="sg-kept-together"><span{said}>{shown(last)}</span>{marks}</span>' if last else marks
    return f"<span{said}>{shown(before + space)}</span>{kept}"


def statement_shown(statement: Statement, cited: Sequence[Citation]) -> str:
    """Return a statement's words: in quotation marks only where they are an original's, letter by letter."""
    verbatim = any(c.edition == "original" and c.quote == statement.text for c in cited)
    return f"“{statement.text}”" if verbatim else statement.text


def _mark(citation: Citation, where: str, words: Labels) -> str:
    tip, turn = f"sg-tip-{where}-{citation.n}", where.partition("-")[0]
    name = words.citation.format(n=citation.n, title=plain(citation.title), place=place(citation, words))
    return (
        f'<sup class="sg-mark"><button type="button" class="sg-cite" data-kind="cite" data-turn="{turn}" '
        f'data-n="{citation.n}" aria-controls="sg-source" aria-describedby="{tip}" aria-label="{escape(name)}">'
        f'{citation.n}</button><span class="sg-pop" role="tooltip" id="{tip}">{_quote(citation, words)}'
        f'<span class="sg-from">{shown(citation.title)}, {shown(place(citation, words))}</span></span></sup>'
    )


def _quote(citation: Citation, words: Labels) -> str:
    language = f' lang="{language_of(citation.quote)}"'
    if citation.edition == "original":
        return f'<q{language} dir="auto">“{shown(citation.quote)}”</q>'
    label = shown(words.summary.format(place=f"¶{citation.paragraph}"))
    return f'<span class="sg-summary">{label}:</span> <span{language} dir="auto">{shown(citation.quote)}</span>'


def _cited(answer: Answer, kind: str, turn: int, words: Labels) -> str:
    heading, citations = (words.sources, answer.citations) if kind == "cite" else (words.related, answer.related)
    if not citations:
        return ""
    items = "".join(f"<li>{_item(citation, kind, turn, answer.notice, words)}</li>" for citation in citations)
    return f'<section class="sg-cited sg-cited-{kind}"><h3>{heading}</h3><ol>{items}</ol></section>'


def _item(citation: Citation, kind: str, turn: int, notice: str, words: Labels) -> str:
    number = f'<span class="sg-number">{citation.n if kind == "cite" else "·"}</span>'
    said = [citation.issuer, words.date(citation.date), place(citation, words)]
    said += [words.digest if citation.edition == "digest" else words.original]
    said += [words.outdated] if citation.superseded_by else []
    said += [citation.note] if citation.note not in notice else []  # what all know by now is not said again
    about = " · ".join(f"<bdi>{shown(part)}</bdi>" for part in said if part)
    return (
        f'{number}<div><button type="button" class="sg-open" data-kind="{kind}" data-turn="{turn}" '
        f'data-n="{citation.n}" aria-controls="sg-source"><bdi>{shown(citation.title)}</bdi></button>'
        f'<p class="sg-about">{about}</p><p class="sg-quote">{_quote(citation, words)}</p></div>'
    )


def _footing(answer: Answer, words: Labels) -> str:
    query = ""
    if answer.query.strip() and answer.query.strip() != answer.question.strip():
        query = f"{words.searched_for}: <bdi>{shown(answer.query)}</bdi><br>"
    written = f"{words.generated}.<br>" if answer.mode == "generated" and not answer.abstained else ""
    return f'<p class="sg-footing">{query}{written}{shown(words.coverage(answer.coverage))}</p>'


def _dropped(dropped: Sequence[Dropped], words: Labels) -> str:
    items = [f"<li><s>{shown(one.text)}</s><p>{shown(one.why)}</p></li>" for one in dropped]
    return _disclosure("dropped", words.dropped, items)


def _evidence(evidence: Sequence[Ranked], words: Labels) -> str:
    items = []
    for passage in evidence:
        first, last = passage.paragraphs
        where = f"¶{first}" if first == last else f"¶{first}–{last}"
        if passage.edition == "digest":
            where = words.summary.format(place=where)
        about = " · ".join(shown(part) for part in (passage.title, words.date(passage.date), where) if part)
        items.append(f'<li><p class="sg-about">{about}</p><p dir="auto">{shown(passage.text)}</p></li>')
    return _disclosure("evidence", words.evidence, items)


def _disclosure(name: str, title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    summary = f"<summary>{title.format(count=len(items))}</summary>"
    return f'<details class="sg-{name}">{summary}<ol>{"".join(items)}</ol></details>'


def _take_along(answer: Answer, turn: int, words: Labels) -> str:
    """Return the buttons that copy an answer and save it; an abstention has no sources to save."""
    text = escape(answer_markdown(answer))
    forms = [form for form in words.forms if answer.citations or form in _OF_ANSWERS]
    buttons = "".join(
        f'<button type="button" class="sg-copy" data-form="{form}" data-turn="{turn}">{words.forms[form]}</button>'
        for form in forms
    )
    return (
        f'<div class="sg-take"><button type="button" class="sg-copy" data-copy="{text}" '
        f'data-done="{words.copied}">{words.copy}</button>'
        f'<details class="sg-save"><summary>{words.download}</summary><p class="sg-actions">{buttons}</p></details>'
        "</div>"
    )


def answer_markdown(answer: Answer) -> str:
    """Return an answer as Markdown, to copy: outcome, statements with `[n]`, sources, what was searched.

    Markdown's own characters in the texts are escaped. An abstention has related passages, no sources.
    """
    words = labels(answer.language)
    by_number = {citation.n: citation for citation in answer.citations}
    lines = [f"**{words.outcomes[answer.outcome]}**", _literal(answer.question)]
    lines += [_literal(answer.notice)] if answer.notice else []
    if answer.abstained:
        lines.append(_literal(answer.answer or words.abstention))
    for statement in answer.statements:
        cited = [by_number[n] for n in statement.citations if n in by_number]
        numbers = "".join(f"[{citation.n}]" for citation in cited)
        lines.append(f"{_literal(statement_shown(statement, cited))} {numbers}")
    for heading, listed in ((words.sources, answer.citations), (words.related, answer.related)):
        lines += [f"{heading}:"] if listed else []
        lines += [_source_line(citation, words, numbered=listed is answer.citations) for citation in listed]
    lines.append(words.coverage(answer.coverage))
    return "\n\n".join(line for line in lines if line)


def _source_line(citation: Citation, words: Labels, *, numbered: bool) -> str:
    said = [citation.title, citation.issuer, words.date(citation.date), place(citation, words)]
    said += [words.digest if citation.edition == "digest" else words.original, quote_shown(citation, words)]
    address = safe_url(citation.url)
    mark = f"[{citation.n}] " if numbered else "- "
    return mark + " · ".join(_literal(part) for part in said if part) + (f" · <{address}>" if address else "")


def _literal(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", plain(text)).strip()
