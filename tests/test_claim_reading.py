"""What is taken for a claim, and what is refused with which advice; files with one claim a line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.reading import LARGEST_FILE, LONGEST_CLAIM, MOST_CLAIMS, read_claim, read_claims_file
from app.errors import BadInput


@pytest.mark.parametrize(
    "claim",
    [
        "Korea pledged $2 billion.",
        "한국은 10억 달러를 내기로 했다.",
        "Phnom Penh, November 2022: three leaders shut the door on negotiating with Pyongyang",
        "Han asks, “Can a reciprocal framework be implemented?”",
        "What Han proposes is diffuse reciprocity.",
        "Had the deal failed, Korea would have paid.",
        "Will power alone does not build chips.",
        "한국 정부는 가나와 협정을 맺었다.",
        "The São Paulo office of Fundação Getúlio Vargas joined the network.",
        "La Jolla, Los Angeles and El Segundo host the laboratories.",
        "Naver launched HyperCLOVA X.",
        "캠프 데이비드 공동성명은 中國을 언급했다.",
        "Korea's exports (“반도체”) rose.",
    ],
)
def test_claims_are_taken_as_they_are(claim: str) -> None:
    assert read_claim(claim) == claim


def test_white_space_is_tidied() -> None:
    assert read_claim("\ufeff  Korea\u00a0pledged \r\n\t$2\u200b billion. \n") == "Korea pledged $2 billion."


@pytest.mark.parametrize(
    ("text", "told", "advice"),
    [
        ("", "empty", "one sentence"),
        (" \n\t\u200b", "empty", "one sentence"),
        ("12,345 !!! – 67 %", "no words", "one sentence"),
        ("What does the Camp David statement say?", "question", "sangho ask"),
        ("what does the Camp David statement say", "question", "sangho ask"),
        ("Is Korea a member", "question", "sangho ask"),
        ("Korea joined, did it not?", "question", "sangho ask"),
        ("“Did Korea join?”", "question", "sangho ask"),
        ("How much money did Korea pledge in 2021", "question", "sangho ask"),
        ("한국은 얼마를 내기로 했나요", "question", "sangho ask"),
        ("한국은 얼마를 내기로 했습니까？", "question", "sangho ask"),
        ("한국은 얼마를 내기로 했을까", "question", "sangho ask"),
        ("Korea " * 400, "2,399", "sangho audit"),
        ("La Corée du Sud a signé la déclaration de Séoul.", "French", "English and Korean"),
        ("Die Erklärung wurde von den Präsidenten in Seoul unterzeichnet und ist nicht bindend.", "German", "English"),
        ("El presidente firmó la declaración en Seúl y los dos países cooperan.", "Spanish", "English and Korean"),
        ("De verklaring werd door het ministerie van Korea ondertekend en is niet bindend.", "Dutch", "English"),
        ("韓国は宣言に署名した。", "script", "English and Korean"),
        ("Президент подписал декларацию.", "script", "English and Korean"),
        ("وقعت كوريا على الإعلان", "script", "English and Korean"),
        ("Korea\x00pledged\x01 money.", "not text", "UTF-8"),
        ("Korea \ud800 pledged money.", "not text", "UTF-8"),
        ("\ufffd\ufffd\ufffd Korea \ufffd\ufffd", "not text", "UTF-8"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_advice(text: str, told: str, advice: str) -> None:
    with pytest.raises(BadInput) as error:
        read_claim(text)
    assert told in error.value.message
    assert advice in error.value.remedy


def test_the_longest_claim_is_taken() -> None:
    claim = "Korea " + "a" * (LONGEST_CLAIM - 6)
    assert read_claim(claim) == claim
    with pytest.raises(BadInput):
        read_claim(claim + "a")


@given(st.text(max_size=200))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        claim = read_claim(text)
    except BadInput:
        with pytest.raises(BadInput, match=r"[.'’…] ."):  # what happened, and what mends it
            read_claim(text)
    else:
        assert claim == " ".join(claim.split()) != ""
        assert read_claim(claim) == claim


def _file(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


TWO = ["Korea pledged $2 billion, and Japan followed.", "한국은 참여하고 있다."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp949"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_of_a_text(tmp_path: Path, encoding: str, ending: str) -> None:
    text = ending.join(["", TWO[0], "  ", f"  {TWO[1]} "])
    assert read_claims_file(_file(tmp_path, "claims.txt", text, encoding)) == TWO


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", f'claim\n"{TWO[0]}"\n{TWO[1]}\n'),
        ("b.csv", f'id,Claim,verdict\n1,"{TWO[0]}",supported\n2,{TWO[1]},\n'),
        ("c.csv", f"번호;주장\n1;{TWO[0]}\n2;{TWO[1]}\n"),
        ("d.CSV", f'클레임,출처\n"{TWO[0]}",a\n{TWO[1]},b\n'),
        ("e.tsv", f"id\tclaim\n1\t{TWO[0]}\n2\t{TWO[1]}\n"),
        ("f.csv", f"claim\n{TWO[0]}\n{TWO[1]}\n"),  # commas that nobody quoted
        ("g.csv", f"{TWO[0]}\n{TWO[1]}\n"),  # no header
        ("h.csv", f'"{TWO[0]}",supported\n"{TWO[1]}",contradicted\n'),
        ("i.csv", f'Aussage,x\n"{TWO[0]}",1\n"{TWO[1]}",2\n'),  # a header of another name
        ("j.txt", f"claim\n{TWO[0]}\n{TWO[1]}\n"),
    ],
)
def test_the_column_of_a_table(tmp_path: Path, name: str, text: str) -> None:
    assert read_claims_file(_file(tmp_path, name, text)) == TWO


def test_a_line_break_within_a_cell_is_a_space(tmp_path: Path) -> None:
    assert read_claims_file(_file(tmp_path, "a.csv", 'claim\n"Korea\npledged money."\n')) == ["Korea pledged money."]


def test_the_most_claims_are_taken_and_one_more_is_not(tmp_path: Path) -> None:
    lines = [f"Korea pledged ${n} billion." for n in range(MOST_CLAIMS)]
    assert read_claims_file(_file(tmp_path, "a.txt", "\n".join(lines))) == lines
    with pytest.raises(BadInput, match="501 claims; 500 are the most"):
        read_claims_file(_file(tmp_path, "a.txt", "\n".join([*lines, "One more."])))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"", "holds no claim"),
        ("a.txt", b" \n\n", "holds no claim"),
        ("a.csv", b"claim\n", "holds no claim"),
        ("a.txt", b"%PDF-1.7 ...", "a PDF"),
        ("a.csv", b"PK\x03\x04rest", "a ZIP archive"),
        ("a.txt", b"Korea\x00pledged", "binary"),
        ("a.csv", b'claim,source\n"Korea pledged" money,x\n', "not a table"),
        ("a.txt", b"x" * (LARGEST_FILE + 1), "5,000,001 bytes"),
    ],
)
def test_files_that_cannot_be_taken(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(BadInput) as error:
        read_claims_file(_file(tmp_path, name, content))
    assert told in error.value.message
    assert error.value.message.startswith(name)
    assert error.value.remedy


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.txt cannot be read"):
        read_claims_file(tmp_path / "none.txt")
    with pytest.raises(BadInput, match="cannot be read"):
        read_claims_file(tmp_path)


@given(st.lists(st.text('Korea, pledged; "x"\n한국은 참여.|', min_size=1, max_size=40), min_size=1, max_size=6))
def test_a_written_table_is_read_back(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["id", "claim"], *enumerate(cells)])
    path = tmp_path_factory.mktemp("table") / "claims.csv"
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    expected = [" ".join(cell.split()) for cell in cells if cell.split()]
    if expected:
        assert read_claims_file(path) == expected
    else:
        with pytest.raises(BadInput, match="holds no claim"):
            read_claims_file(path)
