"""Bring your own: a folder in the BEIR layout (Thakur et al., "BEIR", 2021), read line by line and checked.

FOLDER/corpus.jsonl      {"_id", "title", "text", "metadata"}: a document a line; only `_id` must be there
FOLDER/queries.jsonl     {"_id", "text"}
FOLDER/qrels/SPLIT.tsv   query-id, corpus-id, score; tabs between them, a line of names on top or none
FOLDER/answers.jsonl     where the queries are questions to be answered: see `LabelledAnswer`; may be left out
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.errors import BadInput
from eval.sets.json_lines import at, digest_of, id_in, objects_of, text_in
from eval.sets.qrels import Qrels, read_qrels

CORPUS: Final = "corpus.jsonl"
QUERIES: Final = "queries.jsonl"
ANSWERS: Final = "answers.jsonl"
QRELS: Final = "qrels"
_NAMED: Final = 5  # lines told in a warning


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """One document of a corpus.

    Attributes:
        metadata: whatever the line says; `ingest`'s front matter keys among it are used.
    """

    doc_id: str
    title: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """What is known of the answer to a query.

    Attributes:
        answerable: whether the corpus holds an answer.
        gold: doc_id and paragraph number of what answers it; empty where nothing does.
        sentences: the words there that do.
        answers: answers as people wrote them.
    """

    answerable: bool
    gold: tuple[tuple[str, int], ...] = ()
    sentences: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """One query.

    Attributes:
        id: unique in its set.
        text: its words.
        relevant: grades of the documents that are relevant to it, 1 or more, by doc_id; empty only where `answer` says
            that it cannot be answered.
        answer: None where the set has retrieval only.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    answer: LabelledAnswer | None = None


@dataclass(frozen=True, slots=True)
class QuerySet:
    """Queries with what is relevant to them.

    Attributes:
        name: what people call it: the folder's or the file's name.
        queries: in file order; never empty.
        documents: how many the corpus holds; 0 where the set has no corpus of its own.
        digest: twelve hexadecimal digits over the bytes of all its files that count.
        corpus: the folder whose corpus has to be indexed (`eval.sets.own_index`); None: over the home's own index.
    """

    name: str
    queries: tuple[Query, ...]
    documents: int
    digest: str
    corpus: Path | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A set that was read, and what is odd about it: a line each, with file and line; mostly none."""

    set: QuerySet
    warnings: tuple[str, ...] = ()


def load_beir(folder: Path, split: str = "") -> Loaded:
    """Read a folder in the BEIR layout; a relevant document that the corpus lacks is kept, and so never found.

    Args:
        folder: holds the files named above.
        split: whose qrels are read; empty takes all there are. Queries of other splits are passed over.

    Raises:
        BadInput: a file is missing, cannot be read or is empty; a line is broken; an id comes twice; there are no such
            qrels; no query is left, or no relevant document is in the corpus. Says what and where.
    """
    read, others = _qrels_paths(folder, split)
    qrels, elsewhere = _qrels_of(read), _qrels_of(others)
    held = {document.doc_id for _, document in corpus_of(folder)}
    if not held:
        raise BadInput(f"{folder / CORPUS} holds no document.", "Write one JSON object a line.")
    answers = _answers(folder / ANSWERS)
    queries, warnings = _queries(folder / QUERIES, qrels, elsewhere.grades.keys() - qrels.grades.keys(), answers)
    warnings = [*qrels.warnings, *_unknown(qrels, queries, held), *warnings]
    asked = [query for query in queries.values() if query is not None]
    relevant = {doc_id for query in asked for doc_id in query.relevant}
    if not asked or (relevant and relevant.isdisjoint(held)):
        why = "none of the relevant documents is in its corpus" if asked else "none of its queries has qrels"
        raise BadInput(f"{folder} cannot be measured on: {why}.", "Check that its files belong together.")
    files = [folder / CORPUS, folder / QUERIES, *read, *([folder / ANSWERS] if answers else [])]
    found = QuerySet(folder.resolve().name, tuple(asked), len(held), digest_of(*files), folder)
    return Loaded(found, tuple(warnings))


def corpus_of(folder: Path) -> Iterator[tuple[int, CorpusDocument]]:
    """Yield the documents of a BEIR folder with the numbers of their lines, one by one.

    Raises:
        BadInput: the corpus cannot be read, a line is broken, or an id comes twice.
    """
    path = folder / CORPUS
    for number, doc_id, values in _each_once(path):
        metadata = values.get("metadata")
        yield (
            number,
            CorpusDocument(
                doc_id,
                text_in(values, path, number, "title"),
                text_in(values, path, number, "text"),
                metadata if isinstance(metadata, dict) else {},
            ),
        )


def _each_once(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield line number, id and object of each line."""
    lines: dict[str, int] = {}
    for number, values in objects_of(path):
        name = id_in(values, path, number)
        if (before := lines.setdefault(name, number)) != number:
            raise at(path, number, f"has the _id {name!a}, as line {before} has", "Give each an _id of its own.")
        yield number, name, values


def _qrels_paths(folder: Path, split: str) -> tuple[list[Path], list[Path]]:
    """Return the files of qrels that are wanted, and the other ones."""
    there = sorted((folder / QRELS).glob("*.tsv"))
    wanted = [path for path in there if split in ("", path.stem)]
    if not there:
        raise BadInput(f"{folder / QRELS} holds no .tsv file.", "Put the relevance judgements there, as test.tsv.")
    if not wanted:
        names = ", ".join(path.stem for path in there)
        raise BadInput(f"{folder / QRELS} holds no {split}.tsv.", f"The splits there are: {names}.")
    return wanted, [path for path in there if path not in wanted]


def _qrels_of(paths: Sequence[Path]) -> Qrels:
    """Read several files as one; only within these must they agree."""
    qrels = Qrels()
    for path in paths:
        read_qrels(path, qrels)
    return qrels


def _answers(path: Path) -> dict[str, LabelledAnswer]:
    """Return what is known of the answers, by query; nothing where there is no such file."""
    if not path.exists():
        return {}
    found = {}
    for number, query_id, values in _each_once(path):
        try:
            found[query_id] = LabelledAnswer(
                answerable=_boolean(values["answerable"]),
                gold=tuple((str(doc_id), int(paragraph)) for doc_id, paragraph in values.get("gold", ())),
                sentences=tuple(map(str, values.get("sentences", ()))),
                answers=tuple(map(str, values.get("answers", ()))),
            )
        except (KeyError, TypeError, ValueError) as error:
            remedy = 'Write {"_id", "answerable", "gold": [[doc_id, paragraph]], "sentences", "answers"}.'
            raise at(path, number, "is no labelled answer", remedy) from error
    return found


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _queries(
    path: Path, qrels: Qrels, elsewhere: Set[str], answers: Mapping[str, LabelledAnswer]
) -> tuple[dict[str, Query | None], list[str]]:
    """Return every query of the file, None for those that are left out, and warnings of why they are."""
    queries: dict[str, Query | None] = {}
    left_out: dict[str, list[tuple[int, str]]] = {}
    for number, query_id, values in _each_once(path):
        text = text_in(values, path, number, "text")
        relevant = {doc_id: grade for doc_id, grade in qrels.grades.get(query_id, {}).items() if grade > 0}
        answer = answers.get(query_id)
        why = "" if relevant or (answer is not None and not answer.answerable) else "has no qrels"
        if not why and not any(map(str.isalnum, text)):
            why = "has no words"
        elif why and query_id in qrels.grades:
            why = "has only qrels of grade 0"
        if why and query_id not in elsewhere:
            left_out.setdefault(why, []).append((number, query_id))
        queries[query_id] = None if why else Query(query_id, text, relevant, answer)
    warnings = [
        f"{path}, {_lines(places)}: left out, since it {why}."
        if len(places) == 1
        else f"{path}, {_lines(places)}: left out, since each {why}."
        for why, places in left_out.items()
    ]
    return queries, warnings


def _unknown(qrels: Qrels, queries: Mapping[str, object], held: Set[str]) -> list[str]:
    """Return warnings of queries and documents that are judged and not there, a line for each file."""
    strange: dict[tuple[Path, str], list[tuple[int, str]]] = {}
    for (query_id, doc_id), (path, number) in qrels.places.items():
        if query_id not in queries:
            strange.setdefault((path, f"a query that {QUERIES} lacks; passed over"), []).append((number, query_id))
        elif doc_id not in held and qrels.grades[query_id][doc_id] > 0:
            what = f"a document that {CORPUS} lacks; it counts as never found"
            strange.setdefault((path, what), []).append((number, doc_id))
    return [f"{path}, {_lines(places)}: {what}." for (path, what), places in strange.items()]


def _lines(places: Sequence[tuple[int, str]]) -> str:
    """Tell lines with their ids, the first few."""
    told = ", ".join(f"{number} ({name[:40]!a})" for number, name in places[:_NAMED])
    more = f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else ""
    return f"{'line' if len(places) == 1 else 'lines'} {told}{more}"
