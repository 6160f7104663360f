"""What all tests share: settings of nobody's, hypothesis without chance or hurry, one index of the bundled corpus.

`make test` runs them in as many processes as there are cores, a file's tests in one of them, in its order.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from filelock import FileLock
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from app.pipeline import Pipeline
    from ingest.generation import Generation

# The default run draws the same examples every time, so that it fails for the change and not for the day.
# `--hypothesis-profile=explore` looks further; a slow machine is no failure in either.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("fixed")

ONE_OF_MANY: Final = "PYTEST_XDIST_WORKER" in os.environ
if ONE_OF_MANY:
    # Each process has a core for itself; read when torch is loaded, here and in the processes that tests start.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def is_ours(variable: str) -> bool:
    """Whether an environment variable would change what the tests see of Sangho."""
    return variable.startswith("SANGHO_") and not variable.startswith("SANGHO_REQUIRE_")


# The first is the same engine without a browser around the page, which costs more than the page itself.
CHROMIUMS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the person's settings out of the tests, and the tests out of the person's index."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if is_ours(name)}
    os.environ["SANGHO_HOME"] = str(tmp_path_factory.mktemp("no-index"))
    yield
    for name in list(os.environ):
        if is_ours(name):
            del os.environ[name]
    os.environ.update(kept)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes longest, so that no process is left with it alone; else the order stays.

    One file that needs the index of the bundled corpus comes before all: while one process makes it, the others have
    the browser's tests to do.
    """
    if not ONE_OF_MANY:
        return
    needs: dict[Path, set[str]] = {}
    for item in items:
        needs.setdefault(item.path, set()).update(getattr(item, "fixturenames", ()))
    first = next((path for path, names in needs.items() if "bundled_home" in names), None)
    items.sort(key=lambda item: (item.path != first, "browser" not in needs[item.path]))


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` filled, the same for all processes that run the tests; to be read, not written."""
    shared = factory.getbasetemp().parent if ONE_OF_MANY else factory.getbasetemp()
    folder, made = shared / name, shared / f"{name}.made"
    with FileLock(shared / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def bundled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the bundled corpus, by the bundled model; to be read, not written."""
    return made_once(tmp_path_factory, "bundled", index_bundled)


def index_bundled(home: Path) -> None:
    from app.settings import BUNDLED_CORPUS, Settings
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.sync import ingest

    settings = Settings.load(home=home)
    report = ingest(
        home,
        [BUNDLED_CORPUS],
        SentenceTransformerEmbedder(settings.embedding),
        settings.passage_tokens,
        int(settings.max_file_mb * 1_000_000),
    )
    assert not report.failed


@pytest.fixture(scope="session")
def bundled(bundled_home: Path) -> Iterator[Pipeline]:
    """Questions over the bundled corpus, with the bundled model."""
    from app.pipeline import Pipeline
    from app.settings import Settings

    with Pipeline(Settings.load(home=bundled_home)) as pipeline:
        yield pipeline


@pytest.fixture(scope="session")
def word_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small real embedding model, for what needs a model but no meaning."""
    from tests.small_corpus import make_word_model

    return make_word_model(tmp_path_factory.mktemp("model") / "words")


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory, word_model: Path) -> Path:
    """An index of the small corpus; to be read, not written."""
    from tests.small_corpus import ingest_into, write_small_corpus

    home = tmp_path_factory.mktemp("small") / "home"
    ingest_into(home, word_model, write_small_corpus(home.parent / "corpus"))
    return home


@pytest.fixture(scope="session")
def small(small_home: Path, word_model: Path) -> Iterator[Pipeline]:
    """Questions over the small corpus, with the small model."""
    from app.pipeline import Pipeline
    from tests.small_corpus import small_settings

    with Pipeline(small_settings(small_home, word_model)) as pipeline:
        yield pipeline


@pytest.fixture(scope="session")
def small_generation(small_home: Path, word_model: Path) -> Iterator[Generation]:
    """The index of the small corpus, open for reading."""
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.index import open_index
    from tests.small_corpus import TOKENS

    with open_index(small_home, SentenceTransformerEmbedder(str(word_model)), TOKENS) as generation:
        yield generation


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        why = "no Chromium on this machine: the window's browser tests did not run"
        if os.environ.get("SANGHO_REQUIRE_BROWSER") == "1":
            pytest.fail(why)
        pytest.skip(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.set_default_timeout(40_000)
    yield context
    context.close()
