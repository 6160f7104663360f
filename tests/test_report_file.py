"""A report's file: what is refused before the work, and an older one that stays whole if the new one cannot be."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from app.errors import BadInput
from app.report_file import check_report_file, write_report_file

ENDINGS = (".html", ".md")


def test_an_older_report_stays_whole_where_the_new_one_cannot_be_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"old")

    def fail(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BadInput, match="No space left"):
        write_report_file(path, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]
    assert path.read_bytes() == b"old"


def test_what_a_link_points_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_report_file(link, b"new")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")


@pytest.mark.parametrize("name", ["report", "report.pdf", "nowhere/report.md", "folder.md"])
def test_what_no_report_can_be_written_to_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(BadInput) as caught:
        check_report_file(tmp_path / name, ENDINGS)
    assert caught.value.remedy


def test_endings_may_be_in_capitals(tmp_path: Path) -> None:
    check_report_file(tmp_path / "REPORT.MD", ENDINGS)
