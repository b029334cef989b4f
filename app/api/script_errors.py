"""What a visitor sees when a page fails in a way nobody foresaw: one sentence; the traceback stays in the log."""

from __future__ import annotations

import logging

import streamlit as st

from app.i18n import _


def tell_script_error(error: Exception) -> bool:
    """Show one sentence in the visitor's language instead of Streamlit's box."""
    _LOG.error("A page failed.", exc_info=error)
    st.error(_("Something went wrong on our side. Please try again; if it stays, tell the operator of this site."))
    return True


_LOG = logging.getLogger(__name__)
