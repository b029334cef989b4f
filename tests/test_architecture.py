"""Imports point one way, and a third-party name stands in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for package in ("labels", "scoring", "app") for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return every module a file imports, those for type checking only left out."""
    tree = ast.parse(path.read_text("utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def users(library: str) -> set[str]:
    """Return the modules that import a library, by their path."""
    return {
        str(path.relative_to(ROOT))
        for path in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports(path))
    }


def test_labels_knows_neither_scoring_nor_the_app_nor_streamlit() -> None:
    for library in ("scoring", "app", "streamlit"):
        assert {user for user in users(library) if user.startswith("labels/")} == set()


def test_scoring_knows_of_labels_only_the_model_and_its_plain_helpers() -> None:
    allowed = {"labels.model", "labels.errors", "labels.record", "labels.units", "labels.categories"}
    strangers = {
        name
        for path in MODULES
        if path.is_relative_to(ROOT / "scoring")
        for name in imports(path)
        if name.startswith(("labels", "app", "streamlit", "requests", "tinydb"))
        and not any(name == root or name.startswith(f"{root}.") for root in allowed)
    }

    assert strangers == set()


@pytest.mark.parametrize("package", ["labels", "scoring"])
def test_no_clock_is_read_below_the_app(package: str) -> None:
    clocks = {"now", "utcnow", "today"}
    readers = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.is_relative_to(ROOT / package)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks
    }

    assert readers == set()


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("zxingcpp", ("labels/qr",)),
        ("pi_heif", ("labels/image.py",)),
        ("joserfc", ("labels/jose.py",)),
        ("cryptography", ("labels/jose.py",)),
        ("biip", ("labels/application_identifiers.py", "labels/digital_link.py", "labels/identifiers.py")),
        ("tinydb", ("labels/store/",)),
        ("qrcode", ("labels/artwork/",)),
        ("reportlab", ("labels/artwork/", "app/reports/")),
        ("fastexcel", ("labels/formats/",)),
        ("xlsxwriter", ("labels/formats/", "app/reports/")),
        ("typer", ("app/cli",)),
        ("babel", ("app/i18n.py",)),
        ("streamlit", ("app/parts/", "app/views/", "app/main.py", "app/api/")),
        ("platformdirs", ("app/home.py",)),
    ],
)
def test_a_library_stands_in_one_place(library: str, places: tuple[str, ...]) -> None:
    assert {user for user in users(library) if not user.startswith(places)} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_stays_under_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < 400


def test_the_front_door_is_the_literal_that_streamlit_looks_for() -> None:
    tree = ast.parse((ROOT / "streamlit_app.py").read_text("utf-8"))
    doors = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "st.App"
        and [ast.unparse(target) for target in node.targets] == ["app"]
    ]

    assert len(doors) == 1
