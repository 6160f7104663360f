"""The corpus, as far as a program can tell: each digest block means what its original's paragraphs mean.

Names that stand in a paragraph stand in the block that retells it; what is negated, allowed, demanded or bounded stays
so; and a block's nearest original, by the embedding model, is its own. Where that does not hold, a person has looked:
the exceptions are listed with why they are right. Compared with `shared/sources`, like `test_corpus.py`.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from typing import Final

import numpy as np
import pytest

from app.catalogue import Catalogue
from ingest.embedding import SentenceTransformerEmbedder, Vectors
from tests.test_corpus import CORPUS, DIGESTS, Block, read_original, words

SKIP: Final = "the originals, shared/sources, are not beside the repository"
ENGLISH: Final = {doc_id: one for doc_id, one in DIGESTS.items() if one.front_matter["language"] == "en"}
COMPARED: Final = [doc_id for doc_id in ENGLISH if read_original(doc_id) is not None]
each_compared = pytest.mark.parametrize("doc_id", COMPARED or [pytest.param("", marks=pytest.mark.skip(reason=SKIP))])

# A word with a capital inside a sentence. Before it stands none of the marks after which any word has one.
NAME: Final = re.compile(r"(?<![.!?:;•\"“‘(>\])] )(?<![\w’'-])(?<!^)(?<!- )([A-Z][a-z]+)")
SAME_LETTERS: Final = 5  # of a name and what is said for it: America, American; Korea, Korean
MOSTLY_CAPITALS: Final = 0.6  # of a heading's words: it is no sentence
NOT_NAMES: Final = frozenset(
    "After Both Capacities Combat During Eligible Exceeding Except Exclusively Failure Following For From Incorporate "
    "Information Ineligible Interaction None Nothing Notification Omitted Our Overview Policy Pre Prohibition "
    "Provisions Related Required Termination There These This Today Until Winning With Within Working".split()
)  # they open a numbered clause, a table's cell or a heading that runs into its text
SAID_OTHERWISE: Final = {
    ("2021-05-21_us-rok-leaders-joint-statement", "Republic", "Korea", "United"): "ROK and U.S., by their short names",
    ("2022-08-16_usc-26-30d-clean-vehicle-credit", "Vans"): "in lower case, within a longer list",
    ("2023-04-26_fact-sheet-rok-state-visit", "Related"): "cyber-related",
    ("2023-03-31_treasury-proposed-guidance-30d", "Fuel"): "FuelEconomy.gov, in one word",
    ("2025-01-15_bis-framework-for-ai-diffusion", "Iaa", "Fed"): "a paragraph's number; FedRAMP, in one word",
    ("2023-08-18_fact-sheet-camp-david-trilateral-summit", "Between", "Commerce", "Asian"): "led by Commerce's heads; "
    "Southeast Asia",
    ("2023-10-30_hiroshima-process-code-of-conduct", "Risk"): "of a heading that its digest shortens",
    ("2023-12-08_joint-fact-sheet-us-rok-cet-dialogue", "Energy"): "the departments' full names",
    ("2023_han-rok-us-ai-cooperation-needs-real-reciprocity", "American"): "American borders: the United States",
    ("2026-06-02_eo-advanced-ai-innovation-and-security", "America"): "named by the title alone",
    ("2026-06-22_eo-quantum-innovation", "America", "Government"): "the United States; wide across government",
    ("2026-07-22_genesis-mission-5-billion", "Nation"): "the country",
}

# What a text does, by signs that leave no doubt, and every way of doing it that a retelling may choose.
SIGNS: Final = {
    "denies": r"\b(?:not|no(?!\. ?\d)|never|without|neither|nor|cannot|none)\b|n't\b",
    "allows": r"\bmay\b(?! \d)",
    "demands": r"\b(?:shall|must)\b",
    "advises": r"\bshould\b",
    "announces": r"\bwill\b",
    "intends": r"\bintends?\b",
    "bounds from below": r"\b(?:at least|no less than|not less than|more than)\b",
    "bounds from above": r"\b(?:up to(?! date)|no more than|not more than|not exceed|less than)\b",
}
WAYS: Final = {
    "denies": SIGNS["denies"] + r"|\b(?:nothing|nobody|lack\w*|rather than|instead of|except|unless|absence|free of)\b"
    r"|\bun(?!it|i|der|til|less)\w+|\bin(?:eligible|sufficient|ability|dependent)\w*|\bimpracticable|\bnon-?\w+",
    "allows": r"\b(?:may|might|can|could|able|possibl[ey]|potential(?:ly)?|optional|authori\w+|construed)\b",
    "demands": r"\b(?:shall|must|requir\w+|oblig\w+|(?:has|have|is|are) to|need\w*|mandat\w+|directs?|directed"
    r"|instruct\w*|order\w*)\b",
    "advises": r"\b(?:should|ought|recommend\w*|call\w* (?:on|upon|for)|encourag\w*|urge\w*|(?:is|are) to|needs?"
    r"|importan\w+|stay tuned)\b",
    "announces": r"\b(?:will|would|(?:is|are|going) to|plan\w*|expect\w*|intend\w*|commit\w*|pledge\w*|undertak\w*)\b",
    "intends": r"\b(?:inten[dt]\w*|plan\w*|aim\w*|seek\w*|purpose|goal\w*|so that|designed|hope\w*)\b",
    "bounds from below": r"\b(?:at least|(?:no|not) (?:less|fewer)|minimum|or more|more than|over|exceed\w*|above"
    r"|beyond|or (?:higher|greater)|greater than)\b",
    "bounds from above": r"\b(?:up to|at most|(?:no|not) (?:more|higher|later)|maximum|or less|less than|fewer than"
    r"|under|within|below|not exceed|by|limit\w*|cap\w*)\b",
}
LOST: Final = {
    ("2022-08-15_by-the-numbers-inflation-reduction-act", "¶39", "denies"): "without paying a cent: escaped paying",
    ("2022-08-16_usc-26-30d-clean-vehicle-credit", "¶58-61", "denies"): "shall not unless: shall only if",
    ("2022-08-16_usc-26-45w-commercial-clean-vehicles", "¶28-29", "denies"): "without regard to: leaves out",
    ("2023-03-31_treasury-proposed-guidance-30d", "¶2", "bounds from above"): "do not exceed: must not be higher than",
    ("2023-10-30_g7-leaders-statement-hiroshima-ai-process", "¶2", "denies"): "not only but also: both and",
    ("2023_han-rok-us-ai-cooperation-needs-real-reciprocity", "¶12", "denies"): "not only but also: and also",
    ("2025-01-13_fact-sheet-ai-diffusion-rule", "¶8", "denies"): "that is not: other than",
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶68-73", "denies"): "not headquartered in: headquarters outside",
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶109", "denies"): "cannot be used: bars the use",
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶200", "announces"): "that will be used: for use",
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶327-330", "allows"): "may be extracted: would allow extracting",
    ("2025-07-23_eo-american-ai-technology-stack-export", "¶16", "denies"): "no later than: at the latest",
    ("2025-07-23_eo-american-ai-technology-stack-export", "¶20", "demands"): "shall be responsible: makes responsible",
    ("2025-08-05_kratsios-remarks-apec-digital-ai-ministerial", "¶8", "denies"): "no doubt, which denies nothing",
}

# Blocks whose nearest original is another: each goes with that one, which names what both are about.
NEARER: Final = frozenset({
    ("2023-10-30_fact-sheet-eo-14110-ai", "¶46"),
    ("2022-08-16_usc-26-45w-commercial-clean-vehicles", "¶16"),
    ("2023-10-30_hiroshima-process-code-of-conduct", "¶31"),
    ("2023-10-30_hiroshima-process-code-of-conduct", "¶36"),
    ("2024-05-03_oecd-recommendation-on-ai", "¶55"),
    ("2024-05-03_oecd-recommendation-on-ai", "¶57"),
    ("2024-05-21_seoul-statement-of-intent-ai-safety-science", "¶6"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶33"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶39"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶42-43"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶53"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶83-84"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶89"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶90"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶104"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶165"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶170-173"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶189-191"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶251-254"),
    ("2025-01-15_bis-framework-for-ai-diffusion", "¶303-307"),
    ("2025-08-05_kratsios-remarks-apec-digital-ai-ministerial", "¶23"),
    ("2025-10-29_mou-us-korea-technology-prosperity-deal", "¶2"),
    ("2025-11-24_eo-genesis-mission", "¶42"),
    ("2026-02-20_us-at-india-ai-impact-summit", "¶6"),
    ("2026-07-23_section-301-actions-60-economies", "¶4"),
    ("2026-07-23_section-301-actions-60-economies", "¶18-22"),
    ("2026-07-23_section-301-actions-60-economies", "¶27"),
    ("2026-07-23_section-301-actions-60-economies", "¶32"),
})  # fmt: skip
COMPARED_LETTERS: Final = 400  # of block and original: what the rest adds costs more time than it tells
TOO_SHORT: Final = 12  # words of an original that say too little to be compared by their meaning
ISSUERS: Final = re.compile(
    r"https://(?:bidenwhitehouse\.archives|(?:www\.)?whitehouse|home\.treasury|uscode\.house|www\.federalregister)\.gov/"
    r"|https://(?:www\.)?(?:gov\.uk|state\.gov|law\.go\.kr|mea\.gov\.in|congress\.gov)/"
    r"|https://(?:digital-strategy\.ec\.europa\.eu|legalinstruments\.oecd\.org|nationalinterest\.org)/"
)


def source_of(doc_id: str, block: Block) -> str:
    original = read_original(doc_id)
    assert original is not None
    return " ".join(paragraph for _, paragraph in original.retold_by(block)).replace("’", "'")


def names_in(paragraph: str) -> list[str]:
    all_words = re.findall(r"[A-Za-z]+", paragraph)
    capitals = sum(word[0].isupper() for word in all_words)
    return [] if capitals > MOSTLY_CAPITALS * len(all_words) else NAME.findall(paragraph)


def letters(name: str) -> str:
    return name.lower().replace("ies", "y")[:SAME_LETTERS]


@each_compared
def test_names_stand_in_the_block_that_retells_them(doc_id: str) -> None:
    excused = {name for key in SAID_OTHERWISE if key[0] == doc_id for name in key[1:]} | NOT_NAMES
    lost = []
    for block in DIGESTS[doc_id].blocks:
        told = {letters(word) for word in re.findall(r"[A-Za-z]+", block.text)}
        names = [name for name in names_in(source_of(doc_id, block)) if len(name) > 2 and name not in excused]
        lost += [f"{block.name} lacks {name}" for name in names if letters(name) not in told]
    assert not lost


@each_compared
def test_what_is_denied_allowed_demanded_and_bounded_stays_so(doc_id: str) -> None:
    changed = []
    for block in DIGESTS[doc_id].blocks:
        source = source_of(doc_id, block)
        for what, sign in SIGNS.items():
            if re.search(sign, source) and not re.search(WAYS[what], block.text, re.IGNORECASE):
                changed.append((doc_id, block.name, what))
    assert set(changed) == {key for key in LOST if key[0] == doc_id}


@pytest.mark.skipif(not COMPARED, reason=SKIP)
@pytest.mark.parametrize("what", ["allows", "intends", "bounds from below", "bounds from above"])
def test_no_permission_intention_or_bound_is_added(what: str) -> None:
    added = [
        (doc_id, block.name)
        for doc_id in COMPARED
        for block in DIGESTS[doc_id].blocks
        if re.search(SIGNS[what], block.text) and not re.search(WAYS[what], source_of(doc_id, block), re.IGNORECASE)
    ]
    assert not added


@cache
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@each_compared
def test_a_block_is_nearest_to_its_own_original(doc_id: str) -> None:
    blocks = DIGESTS[doc_id].blocks
    sources = [source_of(doc_id, block) for block in blocks]
    told, said = (
        centred(embedder().encode([text[:COMPARED_LETTERS] for text in texts]))
        for texts in ([block.text for block in blocks], sources)
    )
    alike = told @ said.T
    own = alike.diagonal().copy()
    short = np.array([len(words(source)) < TOO_SHORT for source in sources])
    alike[:, short] = -1.0
    better = (alike.max(axis=1) > own + 1e-3) & ~short
    strayed = {(doc_id, block.name) for block, other in zip(blocks, better, strict=True) if other}
    assert strayed <= NEARER


def centred(vectors: Vectors) -> Vectors:
    """Unit vectors without what a whole document has in common, such as its own name in every block."""
    moved = vectors - vectors.mean(axis=0)
    lengths = np.sqrt((moved**2).sum(axis=1, keepdims=True))
    return np.asarray(moved / np.maximum(lengths, 1e-9), np.float32)


def test_links_are_well_formed_and_on_the_issuer_s_own_site() -> None:
    for doc_id, one in DIGESTS.items():
        url = one.front_matter["url"]
        assert re.fullmatch(r"https://\S+", url), doc_id
        assert ISSUERS.match(url), f"{doc_id}: {url}"


def test_the_catalogue_s_links_are_addresses_and_what_is_uncertain_is_said_apart() -> None:
    known = Catalogue.load().documents
    assert len(known) == 112
    assert [one.doc_id for one in known if one.url and not re.fullmatch(r"https?://\S+", one.url)] == []
    assert sum("unverified" in one.url_note for one in known) == 6
    assert [one.doc_id for one in known if one.url_note and not one.url] == []


def test_digests_and_catalogue_agree() -> None:
    catalogue = Catalogue.load()
    for doc_id, one in DIGESTS.items():
        of = one.front_matter.get("translation_of", doc_id)
        known = catalogue.known(of)
        assert known is not None, doc_id
        assert known.url == one.front_matter["url"], doc_id
        assert known.date == one.front_matter["date"], doc_id
        assert known.superseded_by == one.front_matter.get("superseded_by", ""), doc_id


def test_every_digest_was_read_against_its_original_by_a_second_reader() -> None:
    with (CORPUS / "reviews.csv").open(encoding="utf-8", newline="") as file:
        read = {row["doc_id"]: int(row["paragraphs_read"]) for row in csv.DictReader(file)}
    assert set(read) == set(DIGESTS)
    for doc_id, one in DIGESTS.items():
        assert read[doc_id] >= min(10, one.front_matter["original_paragraphs"]), doc_id


def test_the_readme_says_the_rights_of_every_document() -> None:
    listed: dict[str, str] = {}
    rights = ""
    for line in (CORPUS / "README.md").read_text(encoding="utf-8").partition("## Rights")[2].splitlines():
        if heading := re.fullmatch(r"\*\*(.+)\*\* \(\d+\)", line):
            rights = heading[1]
        elif item := re.fullmatch(r"- `(.+)`", line):
            listed[item[1]] = rights
    own = {doc_id: one for doc_id, one in DIGESTS.items() if "translation_of" not in one.front_matter}
    assert set(listed) == set(own)
    for doc_id, one in own.items():
        said = one.front_matter["rights"].partition("the original's rights: ")[2]
        assert listed[doc_id].casefold() == said.casefold(), doc_id
