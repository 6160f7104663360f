"""The words that say with what force something holds, in English and Korean: may, plans to, will, must, 할 수 있다.

Modals govern a verb, behind them in English and before them in Korean, and are looked for there. Signs are all
words that give a force away ("a planned laboratory"), for statements that put what a source says differently.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Force = Literal["possible", "able", "intended", "advised", "agreed", "required", "forbidden"]

# A chain of modals has the force of its weakest: "agreed to consider" is no more than possible. "Able" counts only
# alone: "must be able to".
RANK: Final[dict[Force, int]] = {
    "possible": 0, "intended": 1, "advised": 1, "agreed": 2, "required": 3, "forbidden": 4, "able": 5,
}  # fmt: skip
# What may be said of each without changing its sense; "fact" is a present tense without a modal. Agreements and
# "will" are one force. Nothing may be said with more certainty, and an obligation may not become advice.
KEEPS: Final[dict[Force, frozenset[str]]] = {
    "possible": frozenset({"possible", "able"}),
    "able": frozenset({"able", "possible", "fact"}),
    "intended": frozenset({"intended", "possible"}),
    "advised": frozenset({"advised"}),
    "agreed": frozenset({"agreed", "intended", "able", "fact"}),
    "required": frozenset({"required", "agreed", "fact"}),
    "forbidden": frozenset({"forbidden"}),
}

_BE: Final = r"(?:(?:is|are|was|were|be|been|being) )?"
_NOT: Final = r"(?<!not )(?<!n't )(?<!n’t )(?<!not be )(?<!never )(?<!nor )"
# The first that fits a place counts. May is a month, and small letters are asked of "may".
_ENGLISH: Final[tuple[tuple[frozenset[Force], str], ...]] = tuple(
    (frozenset(forces), form)  # type: ignore[arg-type]
    for forces, form in (
        (
            {"forbidden"},
            r"(?:must|shall|(?-i:may)) not(?! (?:only|just|merely)\b)|mustn['’]t|not (?:be )?(?:allowed|permitted) to"
            rf"|{_BE}(?:prohibited|barred|banned|forbidden) from",
        ),
        ({"possible", "intended", "agreed"}, r"would(?! not)"),
        ({"possible", "intended"}, rf"{_BE}likely(?: to)?|potentially|possibly|perhaps|probably"),
        (
            {"possible"},
            r"(?-i:may)|might|could(?! not)|(?-i:explor(?:e|es|ed|ing)|Explore|(?<=- )Exploring)|considers?(?! that\b)"
            r"|(?:is|are|be|been|for) considering",
        ),
        (
            {"intended", "agreed"},
            r"(?:is|are|was|were) (?:(?:set|due|scheduled|slated|poised) (?:to|for)|to(?= [a-z]))",
        ),
        (
            {"intended"},
            rf"{_BE}intend(?:s|ed|ing)?(?: to)?|intent(?:ions?)? (?:to|of)|{_BE}plan(?:s|ned|ning)? (?:to|on|for)"
            rf"|{_BE}aim(?:s|ed|ing)? (?:to|at|for)|seek(?:s|ing)?(?: to)?|sought(?: to)?|goals? (?:of|to)"
            rf"|{_BE}(?:expect|anticipat|project|forecast)(?:e?s|e?d)? to|(?:is|are|was|were) (?:expected|anticipated)"
            rf"|expects?|hop(?:e|es|ed|ing) (?:to|for)|wish(?:es|ed)? to|wants? to|look(?:s|ed|ing)? (?:forward )?to"
            r"|str(?:ive|ives|ove|iving)(?: to| for)?|endeavou?r(?:s|ed|ing)? to|attempt(?:ed|ing)? to"
            rf"|tr(?:y|ies|ied|ying) to|{_BE}propos(?:e|es|ed|ing)(?: to)?|prepar(?:e|es|ed|ing) to|with a view to"
            r"|(?:is|are|been) working (?:to|towards?)",
        ),
        ({"required", "advised"}, r"need(?:s|ed)? to"),
        (
            {"required"},
            rf"must|shall|{_NOT}ha(?:s|ve|d) to(?! (?:do|say|offer)\b)|obligations? to"
            rf"|{_NOT}{_BE}{_NOT}(?:legally )?(?:required|obliged|obligated|mandated|compelled) to|{_NOT}requires?",
        ),
        (
            {"advised"},
            rf"(?-i:should)(?! not)|ought to|{_BE}(?:encourag|urg|advis|invit)(?:e|es|ed|ing)(?: to)?"
            rf"|{_BE}recommend(?:s|ed|ing)?(?: to)?|call(?:s|ed|ing)? (?:on|upon|for)",
        ),
        (
            {"agreed"},
            r"(?<!the )(?<!political )(?<!free )will(?! (?:of|not)\b)|agree(?:s|d|ing)? to"
            rf"|{_BE}commit(?:s|ted|ting|ments?)? to|pledg(?:e|es|ed|ing)(?: to)?|promis(?:e|es|ed)(?: to)?"
            rf"|vow(?:s|ed)? to|decid(?:e|es|ed) to|{_BE}(?:resolv|determin)(?:e|es|ed) to|undert(?:ake|akes|ook) to"
            r"|going to|to be(?= \w+(?:ed|en|ilt|ade|eld)\b)",
        ),
        ({"able"}, rf"can(?! not)|{_BE}able to|{_BE}capable of"),
    )
)
_RIEUL: Final = "[" + "".join(chr(code) for code in range(0xAC00 + 8, 0xD7A4, 28)) + "]"  # 할, 될, 을
# Only what ends a clause: "할 수 있는 경우" and "받을 수 있도록" qualify what follows.
_KOREAN: Final[tuple[tuple[frozenset[Force], str], ...]] = tuple(
    (frozenset(forces), form)  # type: ignore[arg-type]
    for forces, form in (
        (
            {"forbidden"},
            r"(?:서는|서|면) ?(?:아니|안) ?[된되됩][가-힣]*|[을를이가]? ?금지(?:한다|하며|하고|된다|됩니다|했다|돼)",
        ),
        (
            {"possible"},
            rf"(?<={_RIEUL}) ?수[도가]? ?있(?:다|으며|고|습니다|음|었다|을 것)|(?:가능성이|여지가) 있[가-힣]+",
        ),
        ({"possible"}, r"[을를]? ?(?:검토|고려)(?:한다|하고|하며|하기로|할|합니다|했다|하였다|중이다)"),
        (
            {"intended"},
            rf"(?<={_RIEUL}) ?(?:계획|예정|방침|전망|구상|목표|의향)(?:이|임|입|을|으로|도)[가-힣]*"
            r"|[을를]? ?노력(?=하|해|한|할|합)"
            r"|고자 ?[한하할합했][가-힣]*|려고? ?[한하할합했][가-힣]*|것으로 ?(?:예상|전망|기대)[가-힣]*",
        ),
        (
            {"required"},
            r"(?<=[가-힣])야(?:만)? ?(?:한다|하며|하고|합니다|했다|하였다|함|된다|됩니다)"
            r"|의무(?:가 있|를 진|이다)[가-힣]*",
        ),
        ({"advised"}, r"[을를]? ?(?:권고|권장|촉구)(?:한다|하며|하고|했다|하였다|합니다|할)|것이 바람직[가-힣]*"),
        (
            {"agreed"},
            rf"기로 ?(?:했|하였|한|하고|하며|합의|결정|약속)[가-힣]*|(?<={_RIEUL}) ?것(?:이다|입니다|이며|이라고)"
            r"|겠(?:다|습니다)|[을를]? ?(?:약속|다짐)(?:했다|하였다|한다|했습니다|합니다)",
        ),
    )
)


def _compiled(forms: tuple[tuple[frozenset[Force], str], ...], edge: str) -> re.Pattern[str]:
    return re.compile(f"{edge}(?:{'|'.join(f'({form})' for _, form in forms)}){edge}(?: that\\b)?", re.IGNORECASE)


# Patterns with one group a form, and the forces of the groups.
ENGLISH: Final = (_compiled(_ENGLISH, r"\b"), tuple(forces for forces, _ in _ENGLISH))
KOREAN: Final = (_compiled(_KOREAN, ""), tuple(forces for forces, _ in _KOREAN))

VOLUNTARY: Final = re.compile(
    r"\bvoluntar\w+|\bnon-?binding|\boptional(?:ly)?\b|\bnot (?:\w+ )?binding"
    r"|자발|자율적|구속력[이은을를]? ?(?:없|갖지|가지지)",
    re.IGNORECASE,
)
# Denied obligations are none.
UNBOUND: Final = re.compile(
    r"\bnon-?binding|\b(?:not|n['’]t|nor|no|without|never)\b[^.;]{0,60}?\b(?:binding|obligat\w+|obliged|mandatory|compulsory"
    r"|required|mandate[sd]?|requir(?:e|es|ing)|need(?:s|ed)? to|ha(?:ve|s) to)\b"
    r"|(?:구속력|의무)[이은을를가는]? ?(?:없|갖지|가지지|지지|아니)",
    re.IGNORECASE,
)
UNBOUND_OR_VOLUNTARY: Final = re.compile(f"{UNBOUND.pattern}|{VOLUNTARY.pattern}", re.IGNORECASE)
# What a statement must not say on its own account.
BINDING: Final = re.compile(
    r"\b(?:must|shall)(?! not)\b|\bha(?:s|ve|d) to(?! (?:do|say|offer)\b)\b"
    r"|\b(?:binding|mandatory|compulsory|obligatory)\b"
    r"|\b(?:required|obliged|obligated|mandated|compelled) to\b|\brequires?\b"
    r"|[가-힣]야(?:만)? ?(?:한다|하며|하고|합니다|하는|할|했다|함|된다|됩니다)|의무(?!교육)|강제|구속력",
    re.IGNORECASE,
)
# What bears such a word out.
BINDS: Final = re.compile(
    rf"{BINDING.pattern}|\b(?:requir\w+|mandat\w+|oblig\w+|need\w*|necessary|essential|duty|duties|subject to"
    r"|condition(?:al|ed) (?:on|upon))\b|필수|요구|필요",
    re.IGNORECASE,
)
FORBIDDING: Final = re.compile(
    r"\b(?:must|shall) not\b(?! only\b)|\bmustn['’]t|\b(?:prohibited|banned|barred|forbidden)\b"
    r"|\bnot (?:be )?(?:allowed|permitted)\b|(?:서는|서|면) ?(?:아니|안) ?[된되됩]|금지",
    re.IGNORECASE,
)
DENIAL: Final = re.compile(
    r"\b(?:not(?! only\b)|no(?! (?:greater|more|less|fewer|later|higher|lower|doubt)\b)|nor|never|nothing|neither"
    r"|none|cannot)\b|n['’]t\b|않|못하|없|아니",
    re.IGNORECASE,
)
FORBIDS: Final = re.compile(
    rf"{DENIAL.pattern}|\b(?:prohibit\w*|ban(?:s|ned|ning)?|bar(?:s|red)|forbid\w*|forbade|restrict\w*|exclud\w*"
    r"|ineligible|without)\b|금지|제한|제외",
    re.IGNORECASE,
)
# Words by which a statement may keep a force without the modal: "its planned laboratory".
_SIGNS: Final[tuple[tuple[Force, str], ...]] = (
    (
        "possible",
        r"\bpossib|\bpotential|\boptions?\b|\blikely\b|\bperhaps\b|\ballow|\bpermi(?:t|ss)|\bentitle|\bauthori[sz]"
        r"|\bright to\b|\beligible|\bdiscretion|\bexplor(?:e|ing)|\bconsider(?!able)"
        r"|\bstudy(?:ing)?\b|가능|검토|고려|허용|수 ?있",
    ),
    (
        "intended",
        r"\bplan(?:s|ned|ning)?\b|\bgoals?\b|\baim|\binten[dt]|\btarget|\bexpect|\banticipat|\bhop(?:e|ing)|\bpropos|\bobjective"
        r"|\bpurpose|\befforts?\b|\bforecast|\bproject(?:ed|ion)|\bambition|\bseek|\bdesigned\b|\bscheduled|\bmeant\b"
        r"|계획|예정|목표|노력|의향|전망|예상|기대|구상|방침|고자|위해|위한",
    ),
    (
        "advised",
        r"\brecommend|\bencourag|\burg(?:e|ing)|\bguid(?:ance|eline)|\bprinciple|\bcall(?:s|ed)? (?:on|upon|for)"
        r"|\badvi[sc]e|\bshould\b|권고|권장|촉구|바람직",
    ),
    (
        "agreed",
        r"\bagree|\bcommit|\bpledg|\bpromis|\bdeci[ds]|\bresolv|\bvow|\bdetermin|합의|약속|기로|다짐|결정|것이[다며]|것입니다",
    ),
    ("required", BINDS.pattern),
    ("forbidden", FORBIDS.pattern),
)
SIGNS: Final = {force: re.compile(words, re.IGNORECASE) for force, words in _SIGNS}
KOREAN_PAST: Final = re.compile(
    "[가-힣](?:[었았였했됐]|[렸졌냈셨췄켰])(?:다|습니다|으며|고|음)(?![가-힣])|[했됐](?:다|습니다|으며|고|음)"
)
IRREGULAR: Final = {
    "began": "begin", "begun": "begin", "brought": "bring", "built": "build", "bought": "buy", "came": "come",
    "drove": "drive", "drew": "draw", "fell": "fall", "found": "find", "gave": "give", "given": "give", "grew": "grow",
    "grown": "grow", "held": "hold", "kept": "keep", "led": "lead", "made": "make", "met": "meet", "paid": "pay",
    "rose": "rise", "risen": "rise", "ran": "run", "sent": "send", "sold": "sell", "sought": "seek", "spent": "spend",
    "took": "take", "taken": "take", "taught": "teach", "won": "win", "wrote": "write", "written": "write",
    "became": "become", "chose": "choose", "chosen": "choose", "lent": "lend", "left": "leave",
    "undertook": "undertake",
}  # fmt: skip
# Two syllables that begin no noun and no main verb: 하여, 있는, 위한.
KOREAN_AUXILIARY: Final = re.compile(
    "하[여고며는기]|한다|했다|하였|되[어고며는]|된다|됐다|있[다는]|없[다는]|[위대통][한해하]|관[한하]"
)
# Where a clause ends, and where the reach of a modal does.
CUT: Final = re.compile(
    r"[,;:] |\s[–—] | (?=(?:and|or|but|while|whereas|although|though|because|since|unless|if|when|where|who|which|that"
    r"|whether)\b)|(?<=[고며])\s|(?<=으나)\s|(?<=지만)\s|(?<=면서)\s|\s(?=및\s)",
    re.IGNORECASE,
)
STOP: Final = re.compile(
    r"[;:] | (?=(?:but|while|whereas|although|though|because|since|unless|if|when|where|who|whom|whose|which|that"
    r"|whether|is|are|was|were|has|had|will|would|may|might|can|could|shall|should|must)\b)"
    r"|,? (?=and (?:(?:they|it|he|she|we|both|agreed|have)\b|[a-z]+ed\b))|, (?=(?:and|or) (?:the |[A-Z]))"
)
FINITE: Final = frozenset("is are was were will would may might can could shall should must".split())
ADVERBS: Final = frozenset(
    "also further then now only still togeth continu not never well soon later again even just alreadi".split()
)
