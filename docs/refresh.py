"""Write anew what is made by a program: answers, figures and pictures in the README, fingerprints of the originals.

    python docs/refresh.py answers|figures|pictures|fingerprints

Run the first three through `make answers`, `make figures` and `make screenshots`; the last writes
`corpus/fingerprints.tsv` from the originals beside the repository, `../shared/sources`. Answers stand in README.md in
blocks that begin with ```` ```console ```` and a line `$ sangho ...`; the rest of such a block is what the command
printed over the bundled corpus. Figures stand in its one table whose last cells are numbers, measured over that corpus
too. `docs/audit.md` is the report on the made-up article, `docs/article.md`. tests/test_repository.py holds answers and
report against the commands.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = ROOT / "README.md"
PICTURES: Final = ROOT / "docs"
COMPARED: Final = "/?compare=2021-05-21_us-rok-leaders-joint-statement&with=2022-05-21_us-rok-leaders-joint-statement"
ORIGINALS: Final = ROOT.parent / "shared" / "sources"
BLOCK: Final = re.compile(r"```console\n\$ (sangho [^\n]+)\n(.*?)```", re.DOTALL)
FIGURE: Final = re.compile(
    r"^\| (?P<name>[^|\n]+) \| (?P<says>[^|\n]+) \| [\d.]+ \| [\d.]+ to [\d.]+ \|$", re.MULTILINE
)
MEASURED: Final = "sangho eval run --split test --out"
ASKED: Final = (
    "How much do Koreans invest in US AI companies according to Han?",
    "What did the 2021 joint statement say about TikTok?",
)
CLAIMS: Final = (
    "Koreans invest 2.7 billion dollars in US AI companies, according to Han.",
    "South Korean researchers write 44 percent of their joint AI publications with American colleagues, says Han.",
    "A joint academy in Busan trains 300 AI engineers a year.",
)
AUDIT: Final = "sangho audit docs/article.md"
REPORT: Final = ROOT / "docs" / "audit.md"
SIZE: Final = {"width": 1280, "height": 900}
SWITCHES: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]


def with_answers(readme: str, printed: Callable[[str], str]) -> str:
    """Return the README with every block's output replaced.

    Args:
        readme: its text.
        printed: what a command line such as `sangho ask "..."` prints.
    """
    return BLOCK.sub(lambda block: f"```console\n$ {block[1]}\n{printed(block[1])}```", readme)


def with_figures(readme: str, summary: Mapping[str, Any]) -> str:
    """Return the README with the cells of its table of figures replaced.

    Args:
        readme: its text; what a row says of its figure stays, the row is known by the figure's name.
        summary: a run's `summary.json`.
    """
    marks = [mark for mark in summary["figures"]["marks"] if not mark["group"]]
    found = {mark["mark"]: mark for mark in marks}
    found |= {one["name"]: {**one, "mean": one["value"]} for one in summary["figures"]["verdicts"]["figures"]}

    def row(line: re.Match[str]) -> str:
        one = found[line["name"]]
        cells = f"{one['mean']:.2f} | {one['low']:.2f} to {one['high']:.2f}"
        return f"| {line['name']} | {line['says']} | {cells} |"

    return FIGURE.sub(row, readme)


def run(command: str, home: Path) -> str:
    """Return what a command line that begins with `sangho`, given in the repository's root, prints over an index.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    arguments = shlex.split(command)[1:]
    done = subprocess.run(
        [sys.executable, str(ROOT / "sangho.py"), *arguments],
        cwd=ROOT, env=_environment(home), stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return done.stdout


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SANGHO_")}
    return {**kept, "SANGHO_HOME": str(home), "PYTHONUTF8": "1"}


def take_pictures(home: Path, folder: Path) -> None:
    """Photograph the window's tabs, and the report on the made-up article, over an index; see `VIEWS`, `audit.png`.

    Raises:
        SystemExit: there is no Chromium.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("The pictures need Chromium, and there is none on this machine.")
    served = subprocess.Popen(
        [sys.executable, str(ROOT / "sangho.py"), "serve", "--port", "0"],
        env=_environment(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with served, sync_playwright() as playwright:
        try:
            address = re.search(r"http://\S+", served.stdout.readline() if served.stdout else "")
            browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
            tab = browser.new_page(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
            for name, show in VIEWS.items():
                tab.goto(address[0] if address else "")
                tab.wait_for_selector("[data-example]", state="attached", timeout=120_000)
                show(tab)
                tab.wait_for_timeout(800)  # fonts and scrolling come to rest
                tab.screenshot(path=folder / name)
            _take_report(tab, home, folder)
            browser.close()
        finally:
            served.terminate()


def _take_report(tab: Page, home: Path, folder: Path) -> None:
    """Photograph the whole report on the made-up article down to where its text ends."""
    with tempfile.TemporaryDirectory() as reports:
        report = Path(reports) / "audit.html"
        run(f"{AUDIT} --out {shlex.quote(str(report))}", home)
        tab.goto(report.as_uri())
        box = tab.locator("article.article").bounding_box()
        height = box["y"] + box["height"] + 24 if box else SIZE["height"]
        clip = {"x": 0, "y": 0, "width": SIZE["width"], "height": height}
        tab.screenshot(path=folder / "audit.png", full_page=True, clip=clip)  # type: ignore[arg-type]


def _ask(tab: Page) -> None:
    """Show a question answered with its source open, above one that is not in the sources."""
    for number, question in enumerate(ASKED):
        tab.fill("#sg-box textarea", question)
        tab.press("#sg-box textarea", "Enter")
        tab.locator(".sg-turn").nth(number).locator(".sg-outcome").wait_for(timeout=120_000)
    tab.click(".sg-cite >> nth=0")
    tab.wait_for_selector("#sg-panel mark, #sg-panel .sg-summary")
    tab.evaluate("document.querySelector('.sg-turn').scrollIntoView()")


def _check(tab: Page) -> None:
    """Show three claims checked, with the source of the first open."""
    tab.get_by_role("tab", name="Check").click()
    tab.fill("#sg-check-text", "\n".join(CLAIMS))
    tab.get_by_role("button", name="Check", exact=True).click()
    tab.locator(".sg-checks .sg-check").nth(len(CLAIMS) - 1).wait_for(timeout=120_000)
    tab.locator(".sg-saves").wait_for()
    tab.locator(".sg-check .sg-open").first.click()
    tab.wait_for_selector("#sg-check-panel mark, #sg-check-panel .sg-summary")
    tab.evaluate("document.querySelector('#sg-check-text').scrollIntoView()")


def _sources(tab: Page) -> None:
    tab.get_by_role("tab", name="Sources").click()
    tab.get_by_text("Timeline").click()
    tab.wait_for_selector(".sg-table")


def _compare(tab: Page) -> None:
    tab.goto(f"{tab.url.rstrip('/')}{COMPARED}")
    tab.wait_for_selector(".sg-comparison")
    tab.locator(".sg-comparison").scroll_into_view_if_needed()


VIEWS: Final[dict[str, Callable[[Page], None]]] = {
    "window.png": _ask,
    "check.png": _check,
    "sources.png": _sources,
    "compare.png": _compare,
}


def write_prints() -> None:
    """Write the fingerprints of the originals' paragraphs."""
    from ingest.fetch.fingerprints import fingerprint, write_fingerprints
    from ingest.readers import read_file

    documents = (read_file(path, path, 10**8) for path in sorted(ORIGINALS.glob("*.txt")))
    prints = {
        document.doc_id: [one for p in document.paragraphs if (one := fingerprint(p.number, p.text))]
        for document in documents
    }
    if not prints:
        raise SystemExit(f"There are no originals in {ORIGINALS}.")
    write_fingerprints(ROOT / "corpus" / "fingerprints.tsv", prints)


def main(what: str) -> None:
    """Refresh `answers`, `figures`, the `pictures` or the `fingerprints`."""
    if what == "fingerprints":
        write_prints()
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run("sangho ingest", home)
        if what == "pictures":
            take_pictures(home, PICTURES)
        elif what == "figures":
            run(f"{MEASURED} {home / 'run'}", home)
            summary = json.loads((home / "run" / "summary.json").read_text(encoding="utf-8"))
            README.write_text(with_figures(README.read_text(encoding="utf-8"), summary), encoding="utf-8")
        else:
            text = README.read_text(encoding="utf-8")
            README.write_text(with_answers(text, lambda command: run(command, home)), encoding="utf-8")
            run(f"{AUDIT} --out {REPORT.relative_to(ROOT)}", home)


if __name__ == "__main__":
    if sys.argv[1:] not in (["answers"], ["figures"], ["pictures"], ["fingerprints"]):
        raise SystemExit(__doc__)
    main(sys.argv[1])
