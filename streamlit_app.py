"""Front door: the pages of ``app/main.py`` and the HTTP routes, in one process."""

from pathlib import Path

import streamlit as st

from app.api.answers import EXCEPTION_HANDLERS
from app.api.lifespan import lifespan
from app.api.middleware import MIDDLEWARE
from app.api.routes import ROUTES
from app.api.script_errors import tell_script_error

app = st.App(
    Path(__file__).parent / "app/main.py",
    routes=ROUTES,
    middleware=MIDDLEWARE,
    lifespan=lifespan,
    on_script_error=tell_script_error,
    exception_handlers=EXCEPTION_HANDLERS,
)
