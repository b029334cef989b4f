"""What all tests share: patience on a busy machine, and an installation of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from app import home as home_module
from app.home import Home, open_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")


@pytest.fixture(autouse=True, scope="session")
def installation_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep every test away from the installation of whoever runs them."""
    folder = tmp_path_factory.mktemp("installation")
    before = os.environ.get("TANBIAO_HOME")
    os.environ["TANBIAO_HOME"] = str(folder)
    yield folder
    home_module._opened.cache_clear()  # noqa: SLF001  (the process's one installation)
    if before is None:
        del os.environ["TANBIAO_HOME"]
    else:
        os.environ["TANBIAO_HOME"] = before


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Open an empty installation."""
    opened = open_home({"TANBIAO_HOME": str(tmp_path / "home"), "TANBIAO_DEMO": "0"})
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Open an installation with the demo registry; tests only read it."""
    opened = open_home({"TANBIAO_HOME": str(tmp_path_factory.mktemp("demo"))})
    yield opened
    opened.store.close()
