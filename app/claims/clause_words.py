"""Words by which English clauses are told apart without a parser: verb forms, and what may stand before and behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from app.modal_words import IRREGULAR

# What a verb form may be; `past` may also be a participle, `base` is what follows "to" and modals.
Form = Literal["modal", "be", "have", "do", "s", "past", "base"]

_REGULAR: Final = (
    "accept accelerate accuse acknowledge achieve add address adopt advance affirm agree aim allow amend announce "
    "apply appoint approve argue ask assess attend authorize authorise avoid award ban bar back bind block boost "
    "call cancel certify chair cite claim close collaborate combine commend commit complete condemn conclude "
    "confirm consider consult contain continue contribute convene cooperate cover create credit criticize criticise "
    "decide declare decline define delay deliver deny deploy describe designate develop devote direct discuss "
    "dismiss donate double draft earmark emphasize emphasise employ enact encourage end endorse enhance ensure "
    "enter envisage establish examine exclude exempt expand expect expire explain explore export express extend "
    "face fail favor finance focus follow form foster fund gather grant guarantee halve help highlight honor honour "
    "host identify ignore impose improve include increase inform initiate insist inspect lag install instruct "
    "intend introduce invest invite involve issue join label lapse last launch lease license lift limit link list "
    "lower maintain mandate manufacture mark mention merge monitor move name need negotiate note notify nominate "
    "object oblige observe obtain offer open operate oppose order organize organise outline own participate pass "
    "permit place plan play pledge postpone praise prepare present preserve prevent produce prohibit promise "
    "promote propose protect provide publish purchase pursue qualify raise ratify reach reaffirm receive recognize "
    "recognise recommend record recover reduce refer reflect refuse regulate reject release remain remove renew "
    "repeal replace report request require rescind reserve resolve respond restrict result resume retain reveal "
    "review revise revoke rule scrap secure serve share sign stress start state stop strengthen submit suggest "
    "supply support suspend target terminate test thank threaten total trade train transfer treat triple turn "
    "underline underscore unveil update upgrade urge use visit voice vote vow waive want warn welcome widen work"
).split()
_OTHER: Final = {
    "said": "say", "saw": "see", "seen": "see", "set": "set", "put": "put", "cut": "cut", "went": "go", "gone": "go",
    "got": "get", "knew": "know", "known": "know", "shown": "show", "showed": "show", "spoke": "speak",
    "spoken": "speak", "stood": "stand", "told": "tell", "thought": "think", "withdrew": "withdraw",
    "withdrawn": "withdraw", "forbade": "forbid", "forbidden": "forbid", "oversaw": "oversee", "overseen": "oversee",
    "lost": "lose", "hit": "hit", "meant": "mean", "broke": "break", "broken": "break", "shut": "shut", "laid": "lay",
    "let": "let", "dealt": "deal", "heard": "hear", "felt": "feel", "believed": "believe", "hoped": "hope",
}  # fmt: skip
# Pasts that are no participles.
SIMPLE_PASTS: Final = frozenset(
    "began came drove drew fell gave grew rose ran took wrote became chose undertook saw went knew spoke "
    "withdrew".split()
)
# Forms that are base, past and participle in one.
UNCHANGED: Final = frozenset("set put cut let hit shut cost spread".split())
_DOUBLED: Final = frozenset(
    "ban bar lag cancel commit cut get hit label let permit plan put refer scrap set shut stop submit".split()
)

# Verbs whose forms are as often nouns: after "and" they need an article or a figure behind them.
NOUNS_TOO: Final = frozenset(
    "support plan export import work use aim call need fund test control trade share target report increase offer "
    "order address advance award claim cover credit deal double end face finance focus form grant guarantee help "
    "highlight host issue lead lease license limit link list mark move name note object place pledge present "
    "produce promise purchase raise record release request reserve result review rule sign start state stop "
    "stress supply total train transfer turn visit voice vote vow update upgrade rise draft boost ban bar block "
    "back set put cut hit let cost chair label delay show stand run win buy make hold mean lapse last open close "
    "own lower permit project".split()
)
# Participles that are as often adjectives: "signed a deal and shared values".
_ADJECTIVES: Final = frozenset(
    "shared advanced related proposed planned united combined improved increased expanded enhanced continued limited "
    "reduced updated revised renewed qualified required expected "
    "licensed designated developed controlled detailed integrated targeted trained mutual based".split()
)
_NO_PAST: Final = frozenset(
    "need indeed hundred speed feed seed exceed proceed succeed embed breed agreed-upon".split()
)
SAYING: Final = frozenset(
    "say argue note write add claim contend state report conclude announce declare maintain explain believe think "
    "suggest warn stress insist observe emphasize emphasise assert hope expect know predict estimate show confirm "
    "affirm reaffirm deny recall acknowledge recognize recognise ensure tell see mean hear feel reveal decide".split()
)
CALLING: Final = SAYING | frozenset("call urge propose recommend ask want offer describe criticize praise".split())

_FORMS: Final[tuple[tuple[Form, str], ...]] = (
    ("modal", "will would can could may might shall should must cannot won't can't"),
    ("be", "is are was were isn't aren't wasn't weren't"),
    ("have", "has have had hasn't haven't hadn't"),
    ("do", "does do did doesn't didn't don't"),
)
_AUXILIARIES: Final[dict[str, Form]] = {word: form for form, words in _FORMS for word in words.split()}
DETERMINERS: Final = frozenset(
    "the a an its their his her this that these those all both each every some any no another one two three four "
    "five six seven eight nine ten several many most more further additional nearly almost about over up roughly "
    "half".split()
)
PREPOSITIONS: Final = frozenset(
    "in on at with for from into under over through across against among as upon off up".split()
)
SUBORDINATORS: Final = frozenset(
    "that which who whom whose where when because as since until before after although though while whereas than how "
    "what why once so lest".split()
)
ADVERBS: Final = frozenset(
    "also then later now still only therefore thus again even instead jointly formally further already subsequently "
    "both today separately thereby not never".split()
)
NEGATIVE: Final = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|few|only|without)\b|n['’]t\b", re.I
)
PRONOUNS: Final = {
    "it": "it", "they": "they", "he": "he", "she": "he", "its": "it's", "their": "they's", "his": "he's", "her": "he's",
}  # fmt: skip


def _past_of(base: str) -> str:
    if base in _DOUBLED:
        return f"{base}{base[-1]}ed"
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}ed"


def _s_of(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{base}es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}s"


_PASTS: Final = {_past_of(base): base for base in _REGULAR} | IRREGULAR | _OTHER
_BASES: Final = frozenset(_REGULAR) | frozenset(_PASTS.values())
_THIRD: Final = {_s_of(base): base for base in _BASES}


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark of a claim.

    Attributes:
        text: as written, apostrophes straight.
        start, end: its place in the claim.
        shut: whether it stands in quotation marks or brackets, where nothing is split.
    """

    text: str
    start: int
    end: int
    shut: bool

    @property
    def lower(self) -> str:
        """Return it in small letters."""
        return self.text.lower()

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[:1].isupper()


def forms_of(base: str) -> tuple[str, ...]:
    """Return a verb's forms but the one in -ing: say, says, said."""
    pasts = {past for past, verb in _PASTS.items() if verb == base} or {_past_of(base)}
    return base, _s_of(base), *sorted(pasts - {base})


def finite(word: Word) -> tuple[Form, str] | None:
    """Return a word's form and base where it can be a finite verb by its spelling; small letters only."""
    text = word.text
    if word.shut or not text.islower():
        return None
    if form := _AUXILIARIES.get(text):
        return form, text
    if base := _PASTS.get(text):
        return "past", base
    if base := _THIRD.get(text):
        return "s", base
    if text.endswith("ed") and len(text) >= 6 and text not in _ADJECTIVES and text not in _NO_PAST:
        return "past", text
    return None


def is_base(word: Word) -> bool:
    """Whether a word can be what follows "to": a verb without an ending."""
    return not word.shut and word.text in _BASES


def is_adjective(word: Word) -> bool:
    """Whether a participle is as often an adjective."""
    return word.text in _ADJECTIVES


def begins_object(word: Word) -> bool:
    """Whether a word can only go on a verb: an article, a figure, "to", "that", an opening quotation mark."""
    return (
        word.lower in DETERMINERS
        or word.lower in ("to", "it", "them", "him", "us")
        or word.text[0] in '$€£¥₩“"‘'
        or word.text[0].isdigit()
    )
