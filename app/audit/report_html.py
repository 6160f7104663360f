"""Write an audit as one HTML file that asks for nothing else, can be printed, and works without its script.

Everything that comes from the article, a document or a person goes through `app.escape`; besides, the page's policy
lets only its own style and script act.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.audit.report_lines import (
    Numbers,
    counts,
    in_words,
    marks,
    note_numbers,
    passed_over,
    problem_rows,
    problem_source,
    searched,
    stretches,
    unchecked,
)
from app.audit.report_notes import marked, note_html, tone
from app.audit.results import Audit, AuditedSentence
from app.claims.export_lines import claimed_words
from app.claims.labels import ClaimLabels, claim_labels
from app.escape import shown

_HERE: Final = Path(__file__).resolve().parent


def report_html(audit: Audit) -> str:
    """Return the report: counts, problems, what could not be checked, the article, and the evidence as notes."""
    words, numbers = claim_labels(audit.language), note_numbers(audit)
    title = shown(words.audit_of.format(document=audit.document))
    stamp = words.stamp.format(settings=audit.settings_digest, generation=audit.generation)
    parts = [
        f'<h1 dir="auto">{title}</h1>',
        f'<div class="searched">{"".join(f"<p>{shown(line)}</p>" for line in searched(audit, words))}</div>',
        *_counts(audit, words),
        *_problems(audit, numbers, words),
        *_unchecked(audit, numbers, words),
        *_article(audit, numbers, words),
        *_notes(audit, numbers, words),
        f'<p class="stamp">{shown(stamp)}</p>',
    ]
    return _page(title, words.language, "\n".join(parts))


def _page(title: str, language: str, body: str) -> str:
    style, script = (_HERE / name for name in ("report.css", "report.js"))
    css, js = style.read_text(encoding="utf-8"), script.read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(js)}'; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{title}</title>\n<style>{css}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n<script>{js}</script>\n</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _counts(audit: Audit, words: ClaimLabels) -> Iterator[str]:
    yield f"<h2>{words.counts}</h2>"
    rows = (
        f'<li class="{one.key}"><span class="symbol" aria-hidden="true">{one.symbol}</span><span>{one.name}</span>'
        f"<b>{one.count}</b></li>"
        for one in counts(audit, words)
    )
    yield f'<ul class="counts">{"".join(rows)}</ul>'
    if passed := passed_over(audit, words):
        yield f'<p class="soft">{passed}</p>'


def _problems(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    yield f"<h2>{words.problems}</h2>"
    rows = [row for i, one in enumerate(audit.sentences) if one.is_problem for row in _problem(one, numbers[i], words)]
    if not rows:
        yield f"<p>{words.no_problems}</p>"
        return
    heads = (words.sentence, words.differences, words.as_written, words.as_published, words.source)
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _problem(sentence: AuditedSentence, number: int, words: ClaimLabels) -> Iterator[str]:
    check = sentence.check
    if check is None:
        return
    rows, source = problem_rows(check, words), problem_source(check)
    span = f' rowspan="{len(rows)}"' if len(rows) > 1 else ""
    text = marked(sentence.text, claimed_words(check))
    first = (
        f'<td class="said {tone(sentence)}"{span}><span class="symbol">{marks(sentence)}</span> <bdi>{text}</bdi> '
        f'<a href="#s{number}">¶{sentence.paragraph}</a></td>'
    )
    about = ""
    if source:
        date = f"<small>{shown(words.answers.date(source.date))}, ¶{source.paragraph}</small>"
        about = f'<a href="#n{number}"><bdi>{shown(source.title or source.doc_id)}</bdi></a>{date}'
    for i, row in enumerate(rows):
        published = f"“{row.published}”" if row.quoted else row.published
        cells = ((words.differences, row.what), (words.as_written, row.written), (words.as_published, published))
        said = "".join(f'<td data-label="{label}" dir="auto">{shown(text)}</td>' for label, text in cells)
        last = f'<td data-label="{words.source}"{span}>{about}</td>' if not i else ""
        kind = "last" if i == len(rows) - 1 else "more"
        yield f'<tr class="{kind}">{first if not i else ""}{said}{last}</tr>'


def _unchecked(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    found = unchecked(audit, words)
    if not found:
        return
    yield f"<h2>{words.unchecked}</h2>"
    rows = (
        f'<li><a href="#s{numbers[i]}">¶{sentence.paragraph}</a> <bdi>{shown(sentence.text)}</bdi>'
        f'<small dir="auto">{shown(why)}</small></li>'
        for i, sentence, why in found
    )
    yield f'<ul class="unchecked">{"".join(rows)}</ul>'


def _article(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    yield f"<h2>{words.text}</h2>"
    yield f'<p class="soft screen">{words.click}</p>'
    yield f'<article class="article" lang="{shown(audit.language)}">'
    for paragraph in audit.paragraphs:
        text = "".join(
            shown(stretch) if i is None else _sentence(audit.sentences[i], stretch, numbers.get(i), words)
            for stretch, i in stretches(audit, paragraph)
        )
        # No white space around the text: the paragraph shows its own.
        yield f'<p class="paragraph" dir="auto"><span class="number">¶{paragraph}</span>{text}</p>'
    yield "</article>"


def _sentence(sentence: AuditedSentence, stretch: str, number: int | None, words: ClaimLabels) -> str:
    if number is None:
        return f'<span title="{words.sentence_kinds[sentence.kind]}">{shown(stretch)}</span>'
    said = in_words(sentence, words)
    return (
        f'<a class="s {tone(sentence)}" id="s{number}" href="#n{number}" title="{said}">{shown(stretch)}'
        f"<sup>{marks(sentence)}\u202f{number}</sup></a>"
    )


def _notes(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    if not numbers:
        return
    yield f"<h2>{words.evidence}</h2>"
    notes = (note_html(audit.sentences[i], number, words) for i, number in numbers.items())
    yield f'<ol class="notes">{"".join(notes)}</ol>'
