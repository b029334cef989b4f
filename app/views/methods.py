"""Methods: every number the program decides by, from the rule files."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.parts import frame
from app.parts.method_card import method_card
from scoring.rules import load, schemes


def show() -> None:
    """Show the page."""
    frame.name_page(_("Methods"))
    st.title(_("Methods"), anchor=False)
    st.write(_("Every number this program decides by, who set it, since when, and where it stands."))
    for name in schemes():
        frame.show(method_card(load(name), on=frame.now().date()))


show()
