"""Turn public sets into the BEIR layout, to measure on; none is part of Sangho.

    python -m eval.sets.public scifact FILE.zip FOLDER
    python -m eval.sets.public clapnq ANSWERABLE.jsonl UNANSWERABLE.jsonl FOLDER

SciFact (Wadden et al., 2020): claims as queries, the abstracts that they cite as relevant; qrels/test.tsv are the 300
claims that BEIR tests on, qrels/train.tsv the rest. ClapNQ (Rosenthal et al., 2024): questions, half of which no
passage answers, as far as its makers know: each was asked of one passage only; `answers.jsonl` says which, with the
sentences and the long answers. FOLDER must be empty, and outside Sangho's own.
"""

from __future__ import annotations

import argparse
import csv
import errno
import hashlib
import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.errors import BadInput
from eval.sets.beir import ANSWERS, CORPUS, QRELS, QUERIES, load_beir
from eval.sets.given import strings_in
from eval.sets.json_lines import at, id_in, objects_of, text_in
from ingest.errors import NoSpace, SanghoError

OURS: Final = Path(__file__).resolve().parents[2]
_SPLITS: Final = {"train": "claims_train.csv", "test": "claims_validation.csv"}  # the test claims have no labels
_CORPUS: Final = "corpus_train.csv"
_LARGEST_CELL: Final = 10_000_000  # characters
_MOST_BYTES: Final = 1_000_000_000  # of a file in the archive, unpacked

Row = Mapping[str, Any]


def write_scifact(archive: Path, folder: Path) -> None:
    """Write SciFact in the BEIR layout: corpus, queries of both splits, qrels/train.tsv and qrels/test.tsv.

    Args:
        archive: the zip with `corpus_train.csv`, `claims_train.csv` and `claims_validation.csv`.
        folder: where it goes; must be empty, or not there.

    Raises:
        BadInput: the archive cannot be read, or is another; or the folder is not empty, or is Sangho's own.
        NoSpace: the disk is full.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            corpus = [_abstract(row) for row in _rows(opened, _CORPUS)]
            claims = {split: _rows(opened, name) for split, name in _SPLITS.items()}
        queries = {row["id"]: row["claim"] for rows in claims.values() for row in rows}
        qrels = {split: _cited(rows) for split, rows in claims.items()}
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, csv.Error, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadInput(f"{archive} is not SciFact's archive: {why}.", "Name the zip with its four tables.") from error
    with _written(folder) as place:
        _write(place / CORPUS, corpus)
        _write(place / QUERIES, ({"_id": name, "text": text} for name, text in queries.items()))
        for split, judged in qrels.items():
            _write_qrels(place / QRELS / f"{split}.tsv", judged)


def write_clapnq(answerable: Path, unanswerable: Path, folder: Path) -> None:
    """Write ClapNQ in the BEIR layout, with `answers.jsonl`; a passage that is in both files is one document.

    Args:
        answerable: the file of questions that have answers, as JSON Lines.
        unanswerable: the file of those that have none.
        folder: where it goes; must be empty, or not there.

    Raises:
        BadInput: a file cannot be read, or a line is none of ClapNQ; or the folder is not empty, or is Sangho's own.
        NoSpace: the disk is full.
    """
    corpus: dict[str, Row] = {}
    queries: list[Row] = []
    answers: list[Row] = []
    for path, can_be in ((answerable, True), (unanswerable, False)):
        for number, values in objects_of(path):
            passage, query, answer = _question(path, number, values, can_be)
            corpus[passage["_id"]] = passage
            queries.append(query)
            answers.append(answer)
    with _written(folder) as place:
        _write(place / CORPUS, corpus.values())
        _write(place / QUERIES, queries)
        _write(place / ANSWERS, answers)
        judged = [(answer["_id"], doc_id) for answer in answers for doc_id, _ in answer["gold"]]
        _write_qrels(place / QRELS / "dev.tsv", judged)


def _rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise BadInput(f"{archive.filename} is not SciFact's archive: {name} is too large.", "Get a sound copy.")
    csv.field_size_limit(_LARGEST_CELL)
    with archive.open(name) as opened:
        return list(csv.DictReader(io.TextIOWrapper(opened, encoding="utf-8", newline="")))


def _abstract(row: Mapping[str, str]) -> Row:
    text = " ".join(strings_in(row["abstract"]))
    return {"_id": row["doc_id"], "title": row["title"], "text": text, "metadata": {}}


def _cited(rows: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of claim and cited abstract, each once; a claim has a row for each set of sentences."""
    pairs = ((row["id"], doc_id) for row in rows for doc_id in re.findall(r"\d+", row["cited_doc_ids"]))
    return list(dict.fromkeys(pairs))


def _question(path: Path, number: int, values: Row, can_be: bool) -> tuple[Row, Row, Row]:
    """Return the passage, the query and the labelled answer of one line of ClapNQ."""
    name, asked = id_in(values, path, number, "id"), text_in(values, path, number, "input")
    try:
        (held,) = values["passages"]
        title, text = str(held["title"]), str(held["text"])
        outputs = [output for output in values["output"] if output["answer"]]
        sentences = [str(sentence) for output in outputs for sentence in output["selected_sentences"]]
        answers = [str(output["answer"]) for output in outputs]
    except (KeyError, TypeError, ValueError) as error:
        raise at(path, number, "is no line of ClapNQ", "Name its two files, answerable first.") from error
    if bool(answers) != can_be:
        what = "has no answer" if can_be else "has an answer"
        raise at(path, number, what, "Name ClapNQ's two files, the answerable questions first.")
    doc_id = hashlib.sha256(f"{title}\0{text}".encode(errors="surrogatepass")).hexdigest()[:12]
    passage = {"_id": doc_id, "title": title, "text": text, "metadata": {}}
    gold = [[doc_id, 1]] if can_be else []
    unique = list(dict.fromkeys(sentences))
    answer = {"_id": name, "answerable": can_be, "gold": gold, "sentences": unique, "answers": answers}
    return passage, {"_id": name, "text": asked}, answer


@contextmanager
def _written(folder: Path) -> Iterator[Path]:
    """Yield a folder to write into, which becomes the one that is wanted when all is written.

    Raises:
        BadInput: the folder is not empty, or is Sangho's own.
        NoSpace, SanghoError: the disk is full, or fails.
    """
    folder = folder.resolve()
    if folder == OURS or OURS in folder.parents:
        raise BadInput(f"{folder} is in Sangho's own folder, where no other set belongs.", "Name a folder elsewhere.")
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput(f"{folder} is there already, and not empty.", "Name another folder, or empty it.")
        shutil.rmtree(partial, ignore_errors=True)
        (partial / QRELS).mkdir(parents=True)
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}."
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise NoSpace(message, "Free some space.") if full else SanghoError(message, "Name another folder.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_qrels(path: Path, judged: Iterable[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        file.writelines(f"{query_id}\t{doc_id}\t1\n" for query_id, doc_id in judged)


# What each set is read with, and how many files it is made of.
SETS: Final[Mapping[str, tuple[Callable[..., None], int]]] = {
    "scifact": (write_scifact, 1),
    "clapnq": (write_clapnq, 2),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a public set in the BEIR layout, and say what it holds; return an exit code as `sangho` does."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.sets.public", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=sorted(SETS))
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="its files, and the folder last")
    options = parser.parse_args(arguments)
    write, files = SETS[options.name]
    if len(options.paths) != files + 1:
        parser.error(f"{options.name} takes {files} {'file' if files == 1 else 'files'} and a folder")
    folder = options.paths[-1]
    try:
        write(*options.paths)
        loaded = load_beir(folder)
    except SanghoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    held = loaded.set
    sys.stdout.write(f"{folder}: {held.documents:,} documents, {len(held.queries):,} queries\n")
    sys.stderr.writelines(f"{warning}\n" for warning in loaded.warnings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
