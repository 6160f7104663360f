"""The bundled model: verified, offline, fast to count with; and what is said when a model cannot be used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from ingest.bundled import PINNED, bundled_folder, verify
from ingest.embedding import SentenceTransformerEmbedder, as_langchain
from ingest.errors import ModelError

REPOSITORY = Path(__file__).parents[1]
TEXTS = ["Koreans invest in US AI companies.", "Seoul hosted a summit.", "", "인공지능 협력", "Seoul hosted a summit."]


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled_folder(), tmp_path / "model"))


def test_vectors_are_those_of_sentence_transformers(embedder: SentenceTransformerEmbedder) -> None:
    vectors = embedder.encode(TEXTS)
    reference = embedder.load().encode(TEXTS, normalize_embeddings=True)
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, 384) == (5, embedder.dim)
    assert np.allclose(vectors, reference, atol=1e-6)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(vectors[1], vectors[4])


def test_no_texts_give_no_vectors(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_progress_rises_to_the_number_of_texts(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.embedding._BLOCK", 3)
    texts = ["a", "dddd", "bb", "ccc", "bb"]
    seen: list[int] = []
    vectors = embedder.encode(texts, seen.append)
    assert seen == [3, 5]
    assert np.allclose(vectors, np.concatenate([embedder.encode([text]) for text in texts]), atol=1e-6)


def test_tokens_are_counted_without_special_ones_and_without_a_limit(embedder: SentenceTransformerEmbedder) -> None:
    # By hand, from the vocabulary: "korea" and "summit" are words of it, "unaffable" is un ##aff ##able.
    assert embedder.count_tokens(["korea summit", "unaffable", "", "korea " * 1000]) == [2, 3, 0, 1000]


def test_threads_take_turns(embedder: SentenceTransformerEmbedder) -> None:
    expected = embedder.encode(TEXTS)
    found: list[bool] = []

    def work() -> None:
        for _ in range(5):
            found.append(np.allclose(embedder.encode(TEXTS), expected, atol=1e-6))
            embedder.count_tokens(TEXTS)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20


def test_it_says_what_it_is(embedder: SentenceTransformerEmbedder, copy: Path) -> None:
    assert (embedder.name, embedder.max_tokens, embedder.languages) == ("all-MiniLM-L6-v2", 256, frozenset({"en"}))
    other = SentenceTransformerEmbedder(str(copy))
    assert (other.name, other.max_tokens, other.languages) == (str(copy), 256, frozenset({"*"}))
    assert (other.digest, other.dim) == (embedder.digest, 384)
    config = copy / "sentence_bert_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "max_seq_length": 128}))
    assert SentenceTransformerEmbedder(str(copy)).digest != embedder.digest
    assert SentenceTransformerEmbedder(str(copy)).max_tokens == 128


def test_the_weights_are_the_upstream_file() -> None:
    assert PINNED["model.safetensors"] == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    verify(bundled_folder())


@pytest.mark.parametrize("name", sorted(PINNED))
def test_an_altered_file_is_named(copy: Path, name: str) -> None:
    with (copy / name).open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    with pytest.raises(ModelError, match="was altered") as caught:
        verify(copy)
    assert str(copy / name) in caught.value.message
    assert "pip install" in caught.value.remedy


def test_missing_and_added_files_are_named(copy: Path) -> None:
    (copy / "modeling_extra.py").write_text("")
    with pytest.raises(ModelError, match=r"not its own: .*modeling_extra\.py"):
        verify(copy)
    (copy / "modeling_extra.py").unlink()
    (copy / "vocab.txt").unlink()
    with pytest.raises(ModelError, match=r"lacks .*vocab\.txt"):
        verify(copy)


def test_a_model_that_cannot_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="'nobody/nothing' is neither a folder nor a model") as caught:
        SentenceTransformerEmbedder("nobody/nothing").encode(["text"])
    assert "SANGHO_EMBEDDING" in caught.value.remedy
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path)).load()


def test_langchain_gets_the_same_vectors(embedder: SentenceTransformerEmbedder) -> None:
    offered = as_langchain(embedder)
    assert np.allclose(offered.embed_documents(TEXTS[:2]), embedder.encode(TEXTS[:2]), atol=1e-6)
    assert np.allclose(offered.embed_query(TEXTS[0]), embedder.encode(TEXTS[:1])[0], atol=1e-6)
    assert offered.embed_documents([]) == []


_QUIET = """
import sys
calls = []
sys.addaudithook(lambda event, args: calls.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
heavy = {"torch", "sentence_transformers", "transformers", "langchain_core", "chromadb"}
from ingest.embedding import SentenceTransformerEmbedder
embedder = SentenceTransformerEmbedder()
assert embedder.digest and embedder.dim and embedder.count_tokens(["a b"]) == [2]
print(sorted(heavy & set(sys.modules)))
embedder.encode(["text"])
print(calls)
"""


def test_counting_loads_no_torch_and_encoding_opens_no_connection() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _QUIET], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.stdout, done.stderr) == ("[]\n[]\n", "")
