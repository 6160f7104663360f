"""The form of the Evaluate tab: what to measure, on which items, with which setting; as HTML, and as it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from app.claims.reading import LARGEST_FILE
from app.errors import BadInput
from app.escape import shown
from app.retrieve import RANKINGS
from app.settings import Settings
from eval.items import TASKS, Task
from eval.running.settable import RANKING, WHOLE
from eval.ui.kept import Asked

OWN: Final = "own"
EVERY: Final = (1, 2, 3, 5, 10, 20)
DEPTHS: Final = (5, 10, 20, 30, 50, 100, 200)
DEPTH: Final = "depth"
STAGES: Final[Mapping[str, str]] = {
    "bm25": "by words alone (bm25)",
    "dense": "by meaning alone (dense)",
    "rrf": "these two, fused (rrf)",
    "fused": "all rankings, fused (fused)",
}
_DATA: Final = (
    ("dev", "Golden set, dev"),
    ("test", "Golden set, test"),
    (OWN, "My own questions (CSV)"),
)
_TASKS: Final[tuple[tuple[Task, str, bool], ...]] = (
    ("question", "Questions, with their answers", True),
    ("claim", "Claims", True),
    ("query", "Retrieval alone, without answers", False),
)
_ABOUT: Final = (
    "Sangho answers questions and checks claims whose right answers are known, and counts. Run it as it is set now and "
    "once with one other setting, then compare the two."
)
_TEST: Final = (
    "Keep the test set for the last word: whoever chooses settings by it measures no longer how Sangho fares on "
    "questions it has not seen. Use dev to choose."
)
_OWN: Final = (
    "A CSV with a question and the name of the document that answers it on each line, in columns called "
    f"question and document; {LARGEST_FILE // 1_000_000} MB at most. It is kept with the run."
)
_SHARED: Final = (
    "Runs are kept until they are deleted. Everybody who opens this window sees them with all their questions, and can "
    "cancel and delete them. A run over files that you added is seen in this browser alone."
)
_WRITTEN: Final = "A chat model writes the answers, so a run may take hours, and its results differ from day to day."


def form_html(settings: Settings) -> str:
    """Return the form.

    Args:
        settings: as they are now; what differs from them can be tried.
    """
    tasks = "".join(
        f'<label class="sg-eval-{task}"><input type="checkbox" name="tasks" value="{task}"{" checked" if on else ""}> '
        f"{words}</label>"
        for task, words, on in _TASKS
    )
    every = [(str(n), "All" if n == 1 else f"Every {_nth(n)} one") for n in EVERY]
    written = f'<p class="sg-notice">{_WRITTEN}</p>' if settings.llm else ""
    return (
        '<form class="sg-check-form sg-eval-form" aria-label="Evaluate"><h2>Evaluate</h2>'
        f'<p class="sg-about">{_ABOUT}</p><div class="sg-eval-fields">'
        f"{_select('data', 'Questions and claims', _DATA)}{_select('every', 'How many', every)}{_tried(settings)}</div>"
        f'<p class="sg-notice sg-eval-test">{_TEST}</p>'
        '<p class="sg-about sg-eval-own"><button type="button" class="sg-copy" data-pick>Choose a file</button> '
        f'<span class="sg-eval-file" role="status"></span> {_OWN}</p>'
        f'<fieldset class="sg-types"><legend>What is measured</legend>{tasks}</fieldset>{written}'
        '<div class="sg-check-buttons"><button type="submit" class="sg-go">Run</button>'
        '<p class="sg-about sg-form-said" role="status"></p></div>'
        f'<p class="sg-about">{_SHARED}</p>'
        f'<input type="file" hidden accept=".csv" data-largest="{LARGEST_FILE}"></form>'
    )


def asked_for(event: Mapping[str, object], settings: Settings) -> Asked:
    """Return what the form asks for, as it comes from the browser; whose table it is stands in `file` beside it.

    Raises:
        BadInput: it asks for nothing, or for what the form does not offer.
    """
    data, given, every = event.get("data"), event.get("tasks"), str(event.get("every"))
    if data not in [name for name, _ in _DATA]:
        raise _stale()
    own = data == OWN
    named = given if isinstance(given, list) else []
    tasks = tuple(task for task in TASKS if task in named and not (own and task == "claim"))
    if not tasks:
        raise BadInput("Nothing is chosen to be measured.", "Choose questions, claims or retrieval.")
    if own and not event.get("file"):
        raise BadInput(
            "There is no file of questions yet.", "Choose a CSV with a question and a document on each line."
        )
    pair = str(event.get("tried") or "")
    if every not in map(str, EVERY) or pair not in ("", *_pairs(settings)):
        raise _stale()
    return Asked(0.0, "" if own else str(data), "", tasks, int(every), (pair,) if pair else ())


def words_of(asked: Asked) -> str:
    """Return in words what a run measures; plain text."""
    of = {"question": "questions", "claim": "claims", "query": "retrieval"}
    parts = [asked.table or f"Golden set, {asked.split}", ", ".join(of[task] for task in asked.tasks)]
    parts += [f"every {_nth(asked.every)} one"] if asked.every > 1 else []
    return " · ".join([*parts, setting_of(asked)])


def setting_of(asked: Asked) -> str:
    """Return in words which setting a run tries; plain text."""
    return " ".join(asked.pairs).replace("=", " ") or "as set"


def _stale() -> BadInput:
    return BadInput("The form asks for what there is not.", "Reload the page, then choose again.")


def _pairs(settings: Settings) -> list[str]:
    depths = [f"{DEPTH}={depth}" for depth in DEPTHS if depth != settings.depth]
    return [*(f"{RANKING}={stage}" for stage in RANKINGS if stage != WHOLE), *depths]


def _tried(settings: Settings) -> str:
    """Return the choice of the one setting that is tried, beside what is set now."""
    stages = "".join(f'<option value="{RANKING}={stage}">Rank {words}</option>' for stage, words in STAGES.items())
    depths = "".join(
        f'<option value="{DEPTH}={depth}">Depth {depth}</option>' for depth in DEPTHS if depth != settings.depth
    )
    return (
        '<label>Setting<select name="tried" aria-describedby="sg-eval-now">'
        f'<option value="">As it is set now</option><optgroup label="Depth: passages of each ranking">{depths}'
        f'</optgroup><optgroup label="Ranking: retrieval figures only">{stages}</optgroup></select>'
        f'<span class="sg-about" id="sg-eval-now">{shown(now_words(settings))}</span></label>'
    )


def now_words(settings: Settings) -> str:
    """Return in words what is set now; plain text."""
    written = f"answers by {settings.llm}" if settings.llm else "extractive answers"
    return f"Now: depth {settings.depth}, reranked, {written}."


def _select(name: str, label: str, options: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="{escape(value)}">{words}</option>' for value, words in options)
    return f'<label>{label}<select name="{name}">{listed}</select></label>'


def _nth(n: int) -> str:
    ending = {2: "nd", 3: "rd"}.get(n, "th")
    return f"{n}{ending}"
