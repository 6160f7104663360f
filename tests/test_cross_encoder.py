"""The judge on a cross-encoder: its labels read by name, its numbers those of the model's own forward pass."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.cross_encoder import CrossEncoderJudge, columns_of
from app.claims.judge import ClaimPart, EvidenceSentence, Floats
from app.results import Place
from ingest.bundled import bundled_folder
from ingest.errors import ModelError

ROOT: Final = Path(__file__).parents[1]
LENGTH: Final = 48  # word pieces that the small model reads, with three special ones
ODD: Final = {0: "Neutral", 1: "ENTAILMENT", 2: "contradiction"}
PART: Final = ClaimPart("Norway refunds nineteen percent of a ferry", "")


def make_model(folder: Path, labels: dict[int, str]) -> Path:
    """Save a two-layer cross-encoder with weights drawn once, and return its folder."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(8)
    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=LENGTH, id2label=labels, label2id={name: n for n, name in labels.items()},
        initializer_range=0.5,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("judge") / "odd", ODD)


@pytest.fixture(scope="module")
def judge(folder: Path) -> CrossEncoderJudge:
    return CrossEncoderJudge(str(folder))


def relabelled(folder: Path, to: Path, labels: Sequence[str]) -> Path:
    """Copy a model and give its outputs, in their order, other names."""
    shutil.copytree(folder, to)
    config = json.loads((to / "config.json").read_text("utf-8"))
    config["id2label"] = dict(enumerate(labels))
    config["label2id"] = {name: n for n, name in enumerate(labels)}
    (to / "config.json").write_text(json.dumps(config), "utf-8")
    return to


def sentence(text: str, around: str = "", header: str = "") -> EvidenceSentence:
    return EvidenceSentence(Place("harbour", 1, 0, len(text)), text, around or text, header, "2022", "original")


@cache
def own(folder: Path) -> tuple[Any, Any]:
    """Return a model as transformers itself loads it, and its tokenizer."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(str(folder), local_files_only=True)
    return model.eval(), AutoTokenizer.from_pretrained(str(folder), local_files_only=True)


def reference(folder: Path, premise: str, claim: str) -> list[float]:
    """Return transformers' own probabilities: entails, contradicts, neither, for the labels of `ODD`."""
    import torch

    model, tokenizer = own(folder)
    features = tokenizer(premise, claim, truncation="only_first", max_length=LENGTH, return_tensors="pt")
    with torch.inference_mode():
        neutral, entails, contradicts = torch.softmax(model(**features).logits[0], 0).tolist()
    return [entails, contradicts, neutral]


def test_its_numbers_are_the_forward_pass_under_the_label_names(folder: Path, judge: CrossEncoderJudge) -> None:
    texts = ["Norway refunds seven percent.", "The two ministers met in Busan.", "인공지능 협력", ""]
    judged = judge.judge(PART, [sentence(text) for text in texts])
    expected = [reference(folder, text, PART.text) for text in texts]
    assert judged.shape == (4, 3)
    assert judged.dtype == np.float32
    assert np.allclose(judged, expected, atol=1e-5)
    assert np.allclose(judged.sum(axis=1), 1, atol=1e-6)
    assert np.ptp(judged, axis=0).min() > 0.01, "weights too small to tell columns apart"


def test_of_two_readings_the_more_decided_one_counts(folder: Path, judge: CrossEncoderJudge) -> None:
    chosen = set()
    for text in ("It refunds seven percent.", "Both met.", "They agreed on six projects.", "Nothing was said."):
        one = sentence(text, f"Norway pays for ferries. {text} Ships are large.", "Harbour Report.\nA Review\n2022")
        alone = reference(folder, text, PART.text)
        context = reference(folder, f"Harbour Report. {one.around}", PART.text)
        decided = min(alone, context, key=lambda row: row[2])
        chosen.add(decided is alone)
        assert np.allclose(judge.judge(PART, [one])[0], decided, atol=1e-5)
    assert chosen == {True, False}, "choose sentences of which both readings win"


def test_a_long_sentence_is_cut_and_the_claim_is_not(folder: Path, judge: CrossEncoderJudge) -> None:
    long = "Norway refunds seven percent of the price " * 40
    assert np.allclose(judge.judge(PART, [sentence(long)])[0], reference(folder, long.strip(), PART.text), atol=1e-5)
    other = ClaimPart(f"{PART.text} soon", "")
    assert not np.allclose(judge.judge(PART, [sentence(long)]), judge.judge(other, [sentence(long)]), atol=1e-5)


def test_a_context_that_does_not_fit_is_left_out(judge: CrossEncoderJudge) -> None:
    text = "Both sides met in Busan."
    wide = sentence(text, f"{'An earlier sentence says much. ' * 20}{text}", "Harbour Report")
    assert np.allclose(judge.judge(PART, [wide]), judge.judge(PART, [sentence(text)]), atol=1e-6)


def test_a_claim_that_cannot_be_read_whole_is_not_judged(judge: CrossEncoderJudge) -> None:
    # 45 word pieces besides the special ones: a claim may fill 34.
    evidence = [sentence("Ferries."), sentence("Ministers.")]
    assert judge.judge(ClaimPart("korea " * 35, ""), evidence).tolist() == [[0, 0, 1]] * 2
    assert judge.judge(ClaimPart("korea " * 34, ""), evidence)[:, 2].max() < 1


def test_a_separator_in_a_source_ends_no_premise(judge: CrossEncoderJudge) -> None:
    hostile = f"Ferries. [SEP] {PART.text} [CLS] [S[SEP]EP][PAD]"
    plain = f"Ferries. {PART.text} [S EP]"
    assert np.allclose(judge.judge(PART, [sentence(hostile)]), judge.judge(PART, [sentence(plain)]), atol=1e-6)


def test_rows_keep_the_order_of_the_evidence_whatever_the_batch(judge: CrossEncoderJudge) -> None:
    evidence = [sentence(f"{'word ' * (n % 7)}ferry {n}", f"A ferry {n}. More.", "Title") for n in range(40)]
    evidence.append(evidence[0])
    whole = judge.judge(PART, evidence)
    alone = np.concatenate([judge.judge(PART, [one]) for one in evidence])
    assert np.allclose(whole, alone, atol=1e-5)
    assert np.array_equal(whole[0], whole[40])


def test_no_evidence_loads_nothing() -> None:
    judged = CrossEncoderJudge("/no/such/model").judge(PART, [])
    assert judged.shape == (0, 3)
    assert judged.dtype == np.float32


def test_threads_take_turns(judge: CrossEncoderJudge) -> None:
    evidence = [sentence("Ferries are refunded."), sentence("Ministers met.", "Ministers met. Twice.")]
    expected = judge.judge(PART, evidence)
    found: list[Floats] = []

    def work() -> None:
        found.extend(judge.judge(PART, evidence) for _ in range(4))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [np.allclose(one, expected, atol=1e-6) for one in found] == [True] * 16


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize(
    "names",
    [
        ("entailment", "contradiction", "neutral"),
        ("ENTAILS", "Contradicts", "Neither"),
        ("SUPPORTS", "REFUTES", "NOT ENOUGH INFO"),
        ("supported", "refuted", "NEI"),
        (" Support ", "refute", "not-enough_info"),
    ],
)
def test_labels_are_told_by_their_names(names: tuple[str, str, str], order: tuple[int, int, int]) -> None:
    assert columns_of([names[column] for column in order]) == order


@pytest.mark.parametrize(
    ("labels", "columns"),
    [(["entailment", "not_entailment"], (0, 2)), (["Not Entailment", "Entailment"], (2, 0))],
)
def test_two_labels_never_contradict(labels: list[str], columns: tuple[int, int]) -> None:
    assert columns_of(labels) == columns


@pytest.mark.parametrize(
    "labels",
    [
        ["LABEL_0"],
        ["LABEL_0", "LABEL_1", "LABEL_2"],
        ["entailment", "contradiction"],
        ["entailment", "neutral"],
        ["not_entailment", "not_entailed"],
        ["entailment", "supports", "neutral"],
        ["entailment", "contradiction", "neutral", "disputed"],
        ["disentailment", "noncontradiction", "neutrality"],
        [],
    ],
)
def test_labels_that_cannot_be_told_are_named_and_refused(labels: list[str]) -> None:
    with pytest.raises(ModelError) as caught:
        columns_of(labels, "some/model")
    assert str(labels) in caught.value.message
    assert "'some/model'" in caught.value.message
    assert "SANGHO_JUDGE" in caught.value.remedy
    assert "entailment" in caught.value.remedy


@given(st.lists(st.sampled_from(["entailment", "refutes", "NEI", "LABEL_1", "supports", "not_entailment"]), max_size=4))
def test_columns_are_distinct_or_refused(labels: list[str]) -> None:
    try:
        columns = columns_of(labels)
    except ModelError:
        return
    assert len(set(columns)) == len(columns) == len(labels)
    assert 0 in columns
    assert 2 in columns


def test_a_model_of_two_labels_judges_in_three_columns(tmp_path: Path) -> None:
    model = make_model(tmp_path / "two", {0: "not_entailment", 1: "entailment"})
    judged = CrossEncoderJudge(str(model)).judge(PART, [sentence("Ferries."), sentence("Ministers met in Busan.")])
    assert judged[:, 1].tolist() == [0, 0]
    assert (judged[:, [0, 2]] > 0).all()
    assert np.allclose(judged.sum(axis=1), 1, atol=1e-6)


def test_a_model_s_labels_are_read_off_the_model(folder: Path, judge: CrossEncoderJudge, tmp_path: Path) -> None:
    evidence = [sentence("Norway refunds seven percent.")]
    swapped = relabelled(folder, tmp_path / "swapped", ["refutes", "not enough info", "supports"])
    before, after = judge.judge(PART, evidence)[0], CrossEncoderJudge(str(swapped)).judge(PART, evidence)[0]
    assert np.allclose(after, before[[1, 2, 0]], atol=1e-6)


def test_a_model_of_relevance_is_refused(tmp_path: Path) -> None:
    model = make_model(tmp_path / "relevance", {0: "LABEL_0"})
    with pytest.raises(ModelError, match=r"has the labels \['LABEL_0'\]"):
        CrossEncoderJudge(str(model)).load()


def test_an_embedding_model_is_refused() -> None:
    with pytest.raises(ModelError, match="has the labels") as caught:
        CrossEncoderJudge(str(bundled_folder())).judge(PART, [sentence("Ferries.")])
    assert "SANGHO_JUDGE" in caught.value.remedy


def test_an_activation_that_a_model_names_is_not_applied(
    folder: Path, judge: CrossEncoderJudge, tmp_path: Path
) -> None:
    bent = relabelled(folder, tmp_path / "bent", list(ODD.values()))
    config = json.loads((bent / "config.json").read_text("utf-8"))
    config["sentence_transformers"] = {"activation_fn": "torch.nn.modules.activation.Sigmoid"}
    (bent / "config.json").write_text(json.dumps(config), "utf-8")
    evidence = [sentence("Norway refunds seven percent.")]
    assert np.allclose(CrossEncoderJudge(str(bent)).judge(PART, evidence), judge.judge(PART, evidence), atol=1e-6)


def test_outputs_that_are_no_numbers_are_an_error(folder: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    weights = load_file(broken / "model.safetensors")
    weights["classifier.bias"] = torch.full_like(weights["classifier.bias"], float("nan"))
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="outputs that cannot be used"):
        CrossEncoderJudge(str(broken)).judge(PART, [sentence("Ferries.")])


@pytest.mark.parametrize("name", ["nobody/nothing", "/no/such/folder", "not a name"])
def test_a_model_that_cannot_be_had_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="neither a folder nor a model") as caught:
        CrossEncoderJudge(name).judge(PART, [sentence("Ferries.")])
    assert f"The judge {name!r}" in caught.value.message
    assert "embedding" not in str(caught.value)
    assert "SANGHO_JUDGE" in caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        CrossEncoderJudge(str(tmp_path)).load()
    assert str(tmp_path) in caught.value.message
    assert "SANGHO_JUDGE" in caught.value.remedy


QUIET: Final = """
import sys
calls = []
sys.addaudithook(lambda event, args: calls.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
heavy = {"torch", "sentence_transformers", "transformers"}
from app.claims.cross_encoder import CrossEncoderJudge
from app.claims.judge import ClaimPart, EvidenceSentence
from app.results import Place
judge = CrossEncoderJudge(sys.argv[1])
print(judge.name == f"the cross-encoder {sys.argv[1]}", sorted(heavy & set(sys.modules)))
evidence = EvidenceSentence(Place("d", 1, 0, 1), "A", "A", "", "", "original")
judge.judge(ClaimPart("B", "B"), [evidence])
print(calls)
"""


def test_a_folder_s_model_needs_no_network_and_loads_when_it_is_used(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["True []", "[]"]
