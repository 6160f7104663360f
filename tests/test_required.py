"""What a question names that must stand where its answer stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document_names import DocumentNames
from app.glossary import Glossary
from app.query import understand
from app.required import Required, comparable, required
from ingest.lexical import analyse
from ingest.readers import read_file
from tests.small_corpus import write_small_corpus


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> DocumentNames:
    root = write_small_corpus(tmp_path_factory.mktemp("corpus"))
    return DocumentNames([read_file(path, root, 10**6) for path in sorted(root.iterdir())])


def required_of(question: str, names: DocumentNames) -> Required:
    known = frozenset(analyse("labs fund meeting round dialogue centre grantees agree met"))
    return required(understand(question, names, Glossary.load(), known))


def missing(question: str, evidence: str, names: DocumentNames) -> float:
    return required_of(question, names).missing_names(frozenset(analyse(evidence)))


@pytest.mark.parametrize(
    ("question", "evidence", "share"),
    [
        ("What did the second round cover?", "The second round covered chips.", 0),
        ("What did the second round cover?", "The 2nd round covered chips.", 0),
        ("What did the 2nd round cover?", "The second round covered chips.", 0),
        ("What did the second round cover?", "The inaugural round covered chips.", 1),
        ("What did the second round cover?", "The third round covered chips.", 1),
        ("What did the 10th round cover?", "The 4th round covered chips.", 1),
        ("What did the 10th round cover?", "The tenth round covered chips.", 0),
        ("What did the tenth round cover?", "The 10th round covered chips.", 0),
        ("What did the 12th round cover?", "The 2nd round covered chips.", 1),
        ("What did the Second Round of Samsung cover?", "The 2nd round of Samsung covered chips.", 0),
        ("Which is the second largest of them?", "The largest of them is this.", 0),  # no ordinal of a series
        ("What did the first round cover?", "The inaugural round covered chips.", 0),  # "first" has too many wordings
        ("What does the NIH fund?", "The NIH funds labs.", 0),
        ("What does the NIH fund?", "The NSF funds labs.", 1),
        ("What do the NIH and Samsung fund?", "The NIH funds labs.", 0.5),
        ("What does the National Science Foundation fund?", "A foundation funds labs of science.", 1),
        ("Who hosts the 200 grantees?", "The 200 grantees are hosted here.", 0),
        ("Who hosts the 200 grantees?", "The 20 grantees are hosted here.", 1),
        ("What did President Biden and the US agree in May 2021?", "They agreed on chips.", 0),
        ("Who met?", "Nobody met.", 0),
        ("", "", 0),
    ],
)
def test_names_figures_and_ordinals(question: str, evidence: str, share: float, names: DocumentNames) -> None:
    assert missing(question, evidence, names) == share


def test_a_sentence_s_first_word_is_no_name_on_its_capital_alone(names: DocumentNames) -> None:
    assert required_of("Samsung funds it?", names).names == ()
    assert required_of("It funds Samsung?", names).names == (frozenset({"samsung"}),)


def test_the_names_of_documents_are_not_required(names: DocumentNames) -> None:
    held = required_of("What did the Camp David statement say of Samsung?", names)
    assert held.names == (frozenset({"samsung"}),)


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("What did the US promise?", "The U.S. promised it.", 0),
        ("What did the US promise?", "It was promised to us.", 1),
        ("What was promised to us?", "Nobody promised.", 0),
        ("What did the US and Japan promise?", "Tokyo promised it.", 0.5),
        ("What did Japan promise?", "일본은 약속했다.", 0),
        ("일본은 무엇을 약속했나요?", "Canada promised it.", 1),
        ("Who promised?", "", 0),
    ],
)
def test_countries_by_any_of_their_names(question: str, text: str, share: float, names: DocumentNames) -> None:
    assert required_of(question, names).missing_countries(text) == share


def test_latin_names_are_not_looked_for_in_korean_texts() -> None:
    assert comparable("Samsung funds it.")
    assert comparable("")
    assert not comparable("삼성이 NIH를 지원한다.")


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from("the second 2nd 10th Samsung NIH 200 $5 US us Japan 일본 May 2021 , .".split())).map(
            " ".join
        ),
    ),
    st.text(max_size=60),
)
def test_any_question_lacks_between_none_and_all(names: DocumentNames, question: str, text: str) -> None:
    needs = required_of(question, names)
    assert needs == required_of(question, names)
    assert all(needs.names)
    assert all(needs.ordinals)
    held = frozenset(analyse(text))
    assert 0 <= needs.missing_names(held) <= 1
    assert needs.missing_names(held.union(*needs.names, *needs.ordinals)) == 0
    assert 0 <= needs.missing_countries(text) <= 1
