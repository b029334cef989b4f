"""What is done once before the first visitor."""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.api.bundles import warm
from app.home import installation
from labels.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streamlit import App


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[dict[str, object]]:
    """Import what the first visitor would wait for, then take it out of the garbage collector's rounds."""
    for module in _WARM:
        importlib.import_module(module)
    try:
        installation()
    except LabelError:
        _LOG.exception("The installation cannot be opened; the pages will say so.")
    threading.Thread(target=warm, name="compress bundles", daemon=True).start()
    gc.collect()
    gc.freeze()
    yield {}


_LOG = logging.getLogger(__name__)
_WARM = ("pandas", "labels.qr")
"""Streamlit imports pandas with its first element."""
