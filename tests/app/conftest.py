"""The real program behind Starlette's test client: Streamlit's runtime starts once per process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

import streamlit_app

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """Start the program; nothing is compressed unless a test asks for it."""
    with TestClient(streamlit_app.app, headers={"Accept-Encoding": "identity"}, follow_redirects=False) as client:
        yield client
