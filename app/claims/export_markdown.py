"""Write checks as Markdown; no markup of theirs acts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from app.claims.export_lines import differences, own_notice, part_line, quotation_line, source_facts, verdict_line
from app.claims.labels import SYMBOLS, ClaimLabels
from app.claims.results import VERDICTS, Check, ClaimCitation
from app.escape import plain
from app.references import address
from app.render import quote_shown

# What is markup in CommonMark and on GitHub anywhere in a line ($: formulas; @: names; &: entities).
_MARKUP: Final = re.compile(r"([\\`*_\[\]{}<>#|~$&@])")
_AT_START: Final = re.compile(r"^(?:([-+=])|(\d{1,9})([.)]))")  # lists, underlines of headings
_ADDRESS: Final = re.compile(r"://|(?<=www)\.", re.IGNORECASE)  # GitHub makes links of bare ones
# Brackets would end a link, and what ends in ";" be an entity; `address` encodes the rest that Markdown minds.
_IN_LINKS: Final = str.maketrans({"(": "%28", ")": "%29", ";": "%3B"})


def literal(text: str) -> str:
    """Return text as one line of Markdown that reads as it is; empty where it is."""
    text = _MARKUP.sub(r"\\\1", " ".join(plain(text).split()))
    text = _ADDRESS.sub(lambda match: f"\\{match[0]}", text)
    return _AT_START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", text)


def markdown_text(checks: Sequence[Check], words: ClaimLabels) -> str:
    """Return checks with the evidence for each; above several stand their counts, below all what was searched."""
    blocks = [f"# {words.checks}"]
    if len(checks) > 1:
        counts = Counter(check.verdict for check in checks)
        blocks.append(" · ".join(f"{SYMBOLS[one]} {words.verdicts[one]}: {counts[one]}" for one in VERDICTS))
    for number, check in enumerate(checks, start=1):
        blocks.append(f"## {number}\\. {literal(check.claim)}" if len(checks) > 1 else f"## {literal(check.claim)}")
        blocks += evidence_blocks(check, words)
    searched = dict.fromkeys(words.answers.coverage(check.coverage) for check in checks)
    blocks += [literal(line) for line in (*searched, words.not_false)]
    return "\n\n".join(blocks) + "\n"


def evidence_blocks(check: Check, words: ClaimLabels) -> Iterator[str]:
    """Yield what was found for one claim, a block each: verdict, parts, differences, quotations, sources, notice."""
    yield f"**{literal(verdict_line(check, words))}**"
    if len(check.parts) > 1:
        yield _listed(words.parts, [literal(part_line(part, words)) for part in check.parts])
    if found := differences(check):
        yield _listed(words.differences, [literal(words.difference(one)) for one in found])
    if check.quotes:
        yield _listed(words.quotes, [literal(quotation_line(quote, check, words)) for quote in check.quotes])
    if check.citations:
        yield _listed(words.answers.sources, [source_text(one, words) for one in check.citations])
    else:
        yield literal(words.no_evidence)
    if notice := own_notice(check):
        yield literal(notice)


def source_text(citation: ClaimCitation, words: ClaimLabels) -> str:
    """Return a citation with its words as one line; the title is a link where the address is one of the web's."""
    title, url = literal(citation.title or citation.doc_id), address(citation.url)
    linked = f"[{title}]({url.translate(_IN_LINKS)})" if url else title
    facts = "".join(f" · {literal(fact)}" for fact in source_facts(citation, words))
    return f"{linked}{facts} · {literal(quote_shown(citation, words.answers))}"


def _listed(heading: str, lines: Sequence[str]) -> str:
    return f"{heading}:\n\n" + "\n".join(f"- {line}" for line in lines)
