"""The command by its contract: a real process, JSON lines, exit status, one line on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from labels.artwork.matrix import qr_matrix
from tests.labels.examples import record_json

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "tanbiao"


class Command:
    """The command in an installation of its own."""

    def __init__(self, folder: Path, *, demo: bool) -> None:
        """Keep the installation in a folder."""
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TANBIAO")},
            "TANBIAO_HOME": str(folder / "home"),
            "TANBIAO_DEMO": "1" if demo else "0",
            "LC_ALL": "C.UTF-8",
        }

    def __call__(self, *arguments: str | Path, stdin: str | None = None) -> tuple[int, list[dict[str, Any]], str]:
        """Return exit status, the JSON objects of stdout and stderr."""
        done = subprocess.run(
            [COMMAND, *arguments],
            env=self.environment,
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stdout.splitlines() if "--json" in arguments else []
        return done.returncode, [json.loads(line) for line in lines], done.stderr


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path, demo=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return Command(tmp_path_factory.mktemp("demo"), demo=True)


def draw_code(text: str, file: Path) -> Path:
    matrix = qr_matrix(text)
    side = len(matrix) + 8
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if dark else 255)
    image.resize((side * 8, side * 8), Image.Resampling.NEAREST).save(file)
    return file


def one_line(stderr: str) -> str:
    assert stderr.count("\n") == 1
    assert "Traceback" not in stderr
    return stderr.strip()


def test_parse_tells_what_texts_claim_and_fails_when_one_claims_nothing(command: Command) -> None:
    status, answers, stderr = command("parse", "--json", "6901234567892", "nothing at all")

    assert (status, stderr) == (1, "")
    assert answers == [
        {"text": "6901234567892", "kind": "gtin", "error": None},
        {"text": "nothing at all", "kind": "unknown", "error": None},
    ]


def test_parse_takes_lines_from_stdin(command: Command) -> None:
    status, answers, _ = command("parse", "--json", "-", stdin="https://id.gs1.org/01/09520123456788/21/A\n")

    assert status == 0
    assert answers == [
        {
            "text": "https://id.gs1.org/01/09520123456788/21/A",
            "kind": "gs1-digital-link",
            "ai": {"01": "09520123456788", "21": "A"},
            "canonical": "https://id.gs1.org/01/09520123456788/21/A",
            "error": None,
        }
    ]


def test_read_gives_text_bytes_symbology_and_corners(command: Command, tmp_path: Path) -> None:
    file = draw_code("https://id.gs1.org/01/09520123456788", tmp_path / "code.png")

    status, answers, stderr = command("read", "--json", file)

    assert (status, stderr) == (0, "")
    assert answers[0]["file"] == str(file)
    assert answers[0]["codes"][0]["text"] == "https://id.gs1.org/01/09520123456788"
    assert answers[0]["codes"][0]["symbology"] == "QRCode"
    assert [len(corner) for corner in answers[0]["codes"][0]["position"]] == [2, 2, 2, 2]
    assert answers[0]["error"] is None


def test_read_goes_on_after_a_file_that_is_no_image(command: Command, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"not an image")
    good = draw_code("A", tmp_path / "good.png")

    status, answers, stderr = command("read", "--json", bad, good)

    assert status == 2
    assert [bool(answer["error"]) for answer in answers] == [True, False]
    assert "Expected" in one_line(stderr)


def test_read_of_an_image_without_a_code_says_no(command: Command, tmp_path: Path) -> None:
    Image.new("L", (200, 200), 255).save(tmp_path / "white.png")

    status, answers, _ = command("read", "--json", tmp_path / "white.png")

    assert (status, answers[0]["codes"], answers[0]["seen_unreadable"], answers[0]["error"]) == (1, [], False, None)


def test_look_at_a_good_label_is_verified(demo: Command) -> None:
    status, answers, stderr = demo("look", "--json", "--at", "2026-11-20", "TB-DEMO-2026-0014")

    assert (status, stderr) == (0, "")
    answer = answers[0]
    assert (answer["verification"]["verified"], answer["verification"]["state"]) == (True, "valid")
    assert answer["record"]["footprint"]["value"] == "2448"
    assert answer["source"]["registry"] == "store"
    assert answer["alternatives"] == []
    assert answer["error"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["look", "--json", "missing.png"], "Opening missing.png failed: Expected a file, got none."),
        (["look", "--json", "--at", "soon", "6901234567892"], "Expected ISO 8601"),
        (["frobnicate"], "No such command"),
        (["read"], "Missing argument"),
        (["issue", "missing.json", "--key", "k", "--out", "o"], "Expected a file that can be read"),
        (["import", "missing.csv"], "Expected a file that can be read"),
        (["status", "X", "gone", "--reason", "r", "--key", "k"], "Expected suspended, withdrawn, cancelled or valid"),
        (["key", "new", "--issuer", "no body", "--out", "k.json"], "Expected a host such as body.example, or a DID."),
    ],
)
def test_bad_usage_is_one_line_and_status_two(command: Command, arguments: list[str], told: str) -> None:
    status, _answers, stderr = command(*arguments)

    assert status == 2
    assert told in one_line(stderr)


def test_from_a_new_key_to_a_verified_label_and_its_withdrawal(command: Command, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(record_json()), "utf-8")
    key = tmp_path / "body.json"

    status, [made], _ = command("key", "new", "--issuer", "did:web:body.example", "--out", key, "--json")
    assert (status, made["kid"].startswith("did:web:body.example#")) == (0, True)
    assert key.stat().st_mode & 0o077 == 0

    assert command("trust", "add", tmp_path / "body.issuer.json", "--json")[0] == 0
    status, [issued], _ = command("issue", record, "--key", key, "--out", tmp_path / "out", "--json")
    assert (status, issued["id"], issued["link"]) == (
        0,
        "TB-2026-0001",
        "https://tanbiao.example/01/06901234567892",
    )
    assert {Path(file).suffix for file in issued["files"]} == {".jwt", ".svg", ".png", ".pdf"}

    picture = next(file for file in issued["files"] if file.endswith("-signed.png"))
    status, [seen], _ = command("look", picture, "--json")
    assert (status, seen["verification"]["verified"]) == (0, True)
    assert next(check for check in seen["verification"]["checks"] if check["name"] == "code")["code"] == "code.signed"

    status, [changed], _ = command(
        "status", "TB-2026-0001", "withdrawn", "--reason", "found wrong", "--key", key, "--json"
    )
    assert (status, changed["id"], changed["state"]) == (0, "TB-2026-0001", "withdrawn")
    status, [seen], _ = command("look", "TB-2026-0001", "--json")
    assert (status, seen["verification"]["state"]) == (1, "withdrawn")

    status, _answers, stderr = command("status", "TB-2026-0001", "valid", "--reason", "r", "--key", key)
    assert (status, "both are final" in stderr) == (2, True)


def test_the_example_record_is_issued_with_a_demo_key(demo: Command, tmp_path: Path) -> None:
    example, key = ROOT / "assets/demo/record.json", ROOT / "assets/demo/keys/body-a.json"

    status, [issued], stderr = demo("issue", example, "--key", key, "--out", tmp_path, "--serial", "A-1", "--json")
    assert (status, stderr) == (0, "")
    assert issued["link"] == "https://tanbiao.example/01/09527099000014/21/A-1"
    for picture in (file for file in issued["files"] if file.endswith(".png")):
        status, [seen], _ = demo("look", picture, "--json")
        assert (status, seen["verification"]["verified"]) == (0, True)


def test_a_record_with_an_extra_field_is_refused_and_nothing_is_stored(command: Command, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(record_json() | {"colour": "green"}), "utf-8")
    command("key", "new", "--issuer", "did:web:body.example", "--out", tmp_path / "body.json")

    status, _, stderr = command("issue", record, "--key", tmp_path / "body.json", "--out", tmp_path / "out")

    assert (status, one_line(stderr)) == (
        2,
        "tanbiao: Reading field colour failed: Expected no such field, got 'green'.",
    )
    assert command("look", "TB-2026-0001", "--json")[1][0]["error"]["code"] == "lookup.not-found"


def test_export_and_import_give_back_the_same_registry(demo: Command, command: Command, tmp_path: Path) -> None:
    for kind in ("csv", "xlsx"):
        file = tmp_path / f"all.{kind}"
        status, [exported], _ = demo("export", "--out", file, "--json")
        assert (status, exported["records"] > 100) == (0, True)

        status, [taken], stderr = command("import", file, "--json")
        assert (status, taken["refused"], taken["accepted"], stderr) == (0, [], exported["records"], "")
        status, [again], _ = command("import", file, "--json")
        assert (status, again["accepted"]) == (0, exported["records"])
    command("export", "--out", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "all.csv").read_bytes()


def test_an_unsigned_row_never_takes_the_place_of_a_certificate(demo: Command, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "id,name,model,category,value,unit,boundary\nTB-DEMO-2026-0014,x,y,air-conditioner,1,H87,cradle-to-grave\n",
        "utf-8",
    )

    status, [taken], _ = demo("import", rows, "--json")

    assert (status, taken["accepted"]) == (1, 0)
    assert taken["refused"][0]["row"] == 2
    assert taken["refused"][0]["code"] == "import.certified"
    assert demo("look", "TB-DEMO-2026-0014", "--json")[1][0]["verification"]["verified"] is True


def test_strict_import_takes_all_rows_or_none(command: Command, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "name,model,category,value,unit,boundary\nx,y,cement,1,t,cradle-to-gate\nx,z,cement,much,t,cradle-to-gate\n",
        "utf-8",
    )

    status, [strict], _ = command("import", rows, "--strict", "--json")
    assert (status, strict["accepted"], [row["row"] for row in strict["refused"]]) == (1, 0, [3])
    status, [loose], _ = command("import", rows, "--json")
    assert (status, loose["accepted"]) == (1, 1)


LOOK = {"code", "record", "verification", "grade", "source", "link", "alternatives", "error"}


@pytest.mark.parametrize(
    ("arguments", "keys", "code"),
    [
        (("look", "missing.png"), LOOK, "file.missing"),
        (("look", "X-1", "--at", "soon"), LOOK, "usage"),
        (
            ("issue", "missing.json", "--key", "missing.json", "--out", "o"),
            {"id", "credential", "link", "signed_link", "files", "error"},
            "file.unreadable",
        ),
        (("import", "missing.csv"), {"file", "accepted", "refused", "error"}, "file.unreadable"),
        (("export", "--out", "no/such/folder.csv"), {"file", "records", "error"}, "export.file"),
        (("export", "--out", "x.odt"), {"file", "records", "error"}, "format.unknown"),
        (("trust", "add", "missing.json"), {"error"}, "file.unreadable"),
        (("nonsense",), {"error"}, "usage"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_failure_is_one_line_on_stderr_and_one_object_with_all_keys(
    command: Command, arguments: tuple[str, ...], keys: set[str], code: str
) -> None:
    status, [answer], stderr = command(*arguments, "--json")

    assert (status, set(answer), answer["error"]["code"]) == (2, keys, code)
    assert one_line(stderr) == f"tanbiao: {answer['error']['message']}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("key", "new", "--issuer", "body.example", "--out", "plain-file/body.json"),
        ("export", "--out", "folder", "--format", "csv"),
        ("serve", "--port", "99999999"),
        (),
    ],
    ids=["folder-is-a-file", "file-is-a-folder", "no-port", "no-command"],
)
def test_a_place_that_cannot_be_used_is_told_in_one_line(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "plain-file").touch()
    (tmp_path / "folder").mkdir()

    status, _, stderr = command(*arguments)

    assert (status, "Expected" in one_line(stderr) or "should be" in stderr) == (2, True)


def test_bytes_that_are_no_text_and_names_of_two_lines_are_still_one_line_of_json(command: Command) -> None:
    told = [command(name, "--json", "a\n\udcff.png") for name in ("read", "look", "parse")]

    assert [(status, len(answers)) for status, answers, _ in told] == [(2, 1), (2, 1), (1, 1)]
    assert [stderr.count("\n") for *_, stderr in told] == [1, 1, 0]
    assert told[2][1][0]["text"] == "a\n\N{REPLACEMENT CHARACTER}.png"


def test_answers_are_utf_8_in_every_locale(demo: Command) -> None:
    locale = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [COMMAND, "look", "TB-DEMO-2026-0014", "--json"],
        env=demo.environment | locale,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["record"]["product"]["name"] == "示范分体空调 26"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("kind", ["csv", "xlsx", "credential"])
def test_a_full_disk_is_told_in_one_line(demo: Command, kind: str) -> None:
    status, _, stderr = demo("export", "--out", "/dev/full", "--format", kind)

    assert (status, one_line(stderr)) == (
        2,
        "tanbiao: Writing /dev/full failed: Expected a file that can be written, got No space left on device.",
    )


def test_a_closed_or_full_stdout_is_no_crash(demo: Command) -> None:
    script = f"'{COMMAND}' trust list --json >&-; '{COMMAND}' trust list --json >/dev/full; '{COMMAND}' parse - <&-"

    done = subprocess.run(["sh", "-c", script], env=demo.environment, capture_output=True, text=True, check=False)

    assert one_line(done.stderr).startswith("tanbiao: Writing the answer failed: Expected a place to write to, got ")


def test_a_new_key_never_overwrites_what_was_given_away_of_another(command: Command, tmp_path: Path) -> None:
    command("key", "new", "--issuer", "a.example", "--out", "body.json")
    given_away = (tmp_path / "body.issuer.json").read_bytes()

    status, _, stderr = command("key", "new", "--issuer", "b.example", "--out", "body")

    assert (status, "body.issuer.json: Expected a new file" in one_line(stderr)) == (2, True)
    assert ((tmp_path / "body.issuer.json").read_bytes(), (tmp_path / "body").exists()) == (given_away, False)


def test_a_label_is_not_issued_where_its_pictures_cannot_be_written(command: Command, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    (tmp_path / "record.json").write_text(json.dumps(record_json()), "utf-8")
    command("key", "new", "--issuer", "did:web:body.example", "--out", "body.json")

    status, _, stderr = command("issue", "record.json", "--key", "body.json", "--out", "taken")

    assert (status, "taken" in one_line(stderr)) == (2, True)
    assert command("look", "TB-2026-0001", "--json")[1][0]["error"]["code"] == "lookup.not-found"


def test_an_export_that_fails_leaves_the_file_that_was_there(demo: Command, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    file.write_text("kept", "utf-8")
    (tmp_path / "all.csv.new").mkdir()

    status, _, stderr = demo("export", "--out", file)

    assert (status, one_line(stderr).startswith(f"tanbiao: Writing {file} failed")) == (2, True)
    assert file.read_text("utf-8") == "kept"


def test_rules_prints_the_values_in_force_with_their_sources(command: Command) -> None:
    status, [answer], stderr = command("rules", "electricity", "--on", "2025-06-30", "--json")

    assert (status, stderr) == (0, "")
    assert answer["scheme"] == "electricity"
    factor = next(value for value in answer["values"] if value["name"] == "china_footprint")
    assert (factor["value"], factor["since"], factor["origin"]) == ("0.6205", "2025-01-17", "published")
    assert factor["reference"]["title"]


def test_every_scheme_is_printed_and_an_unknown_one_refused(command: Command) -> None:
    status, answers, _ = command("rules", "--json")
    assert (status, [answer["scheme"] for answer in answers]) == (0, ["electricity", "likeness", "plausibility"])

    status, _answers, stderr = command("rules", "grades")
    assert (status, "Expected one of electricity, likeness, plausibility." in one_line(stderr)) == (2, True)
