"""What is done once before the first visitor."""

from __future__ import annotations

import gc
import importlib
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.api.bundles import warm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streamlit import App


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[dict[str, object]]:
    """Import what the first visitor would wait for, then take it out of the garbage collector's rounds."""
    for module in _WARM:
        importlib.import_module(module)
    threading.Thread(target=warm, name="compress bundles", daemon=True).start()
    gc.collect()
    gc.freeze()
    yield {}


_WARM = ("pandas", "labels.qr")
"""Streamlit imports pandas with its first element."""
