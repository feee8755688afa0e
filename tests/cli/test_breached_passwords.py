"""The corpus of breached passwords in the settings: what the doctor says of it, and what stops the start."""

import json
import socket
from pathlib import Path

from tests.cli.test_documents import errand

NAME = "ERRAND_BREACHED_PASSWORDS_FILE"


def examined(tmp_path: Path, **more: str) -> dict[str, object]:
    found = errand("doctor", "--json", ERRAND_FILES_FOLDER=str(tmp_path / "files"), **more)
    (row,) = [row for row in json.loads(found.stdout) if row["check"] == "breached passwords"]
    return row


def test_without_one_the_doctor_says_so_and_is_content(tmp_path: Path):
    row = examined(tmp_path)
    assert row["ok"]
    assert NAME in str(row["detail"])


def test_a_file_of_the_right_kind_is_well(tmp_path: Path):
    (tmp_path / "corpus.txt").write_text("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9\n")
    row = examined(tmp_path, **{NAME: str(tmp_path / "corpus.txt")})
    assert (row["ok"], row["detail"]) == (True, "43 bytes, sorted wherever it was looked at")


def test_another_file_is_named_by_the_doctor_and_stops_the_start_with_one_line(tmp_path: Path):
    (tmp_path / "corpus.txt").write_text("password\n123456\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:  # whoever starts in spite of the file ends there
        port = str(taken.getsockname()[1])
        for file in ("corpus.txt", "nothing.txt"):
            given = {NAME: str(tmp_path / file)}
            assert not examined(tmp_path, **given)["ok"]
            started = errand("serve", "--port", port, **given)
            assert (started.exit_code, started.stdout, started.stderr.count("\n")) == (2, "", 1)
            assert NAME in started.stderr
