"""What every page stands in: settings, head row with language, demo notice, and the way from page to page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st
from markupsafe import Markup

from app import i18n
from app.home import Home, installation
from app.i18n import LANGUAGES, _
from app.parts.card import style
from app.texts import reason
from labels.errors import LabelError
from labels.formats.credential import CHINA

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

VIEWS = {"scan": "views/scan.py", "label": "views/label.py"}
"""Pages by their path; the first is the start page."""


def open_page() -> None:
    """Begin a page in the visitor's language."""
    st.set_page_config(page_title="Tanbiao 碳标", page_icon="assets/brand/favicon.png", layout="centered")
    chosen = st.query_params.get("lang") or st.session_state.get(_LANGUAGE)
    i18n.use(chosen if chosen in LANGUAGES else i18n.negotiate(st.context.locale))
    st.session_state[_LANGUAGE] = i18n.language()
    _document_language(data={"lang": i18n.language()}, key="document-language")
    st.html(style({"upload": _("Choose a picture"), "limit": _("up to 20 MB")}))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(page("scan"), label="**碳标** Tanbiao", icon=":material/qr_code_scanner:")
        st.segmented_control(
            _("Language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key=_LANGUAGE,
            label_visibility="collapsed",
            on_change=_forget_language_of_link,
            required=True,
        )
    if home().demo:
        notice = _("DEMO: every firm, product and certificate in this registry is fictional.")
        st.html(Markup("<p class='tb-demo' role='note'>{}</p>").format(notice))


def pages() -> list[StreamlitPage]:
    """Return all pages."""
    return [page(path) for path in VIEWS]


def page(path: str) -> StreamlitPage:
    """Return one page by its path."""
    titles = {"scan": _("Scan a label"), "label": _("Label")}
    return st.Page(VIEWS[path], title=titles[path], url_path=path, default=path == next(iter(VIEWS)))


def open_label(text: str) -> None:
    """Go to the label page of a code."""
    st.switch_page(page("label"), query_params={"l": text})


def show(*cards: Markup) -> None:
    """Show cards below each other; empty ones leave nothing."""
    filled = Markup("").join(cards)
    if filled:
        st.html(filled)


def now() -> dt.datetime:
    """Return the moment of this run, China Standard Time."""
    return dt.datetime.now(CHINA)


def home() -> Home:
    """Return the installation, or say in one sentence why there is none, and end the page."""
    try:
        return installation()
    except LabelError as error:
        st.error(reason(error))
        st.stop()


def _forget_language_of_link() -> None:
    st.query_params.pop("lang", None)


_LANGUAGE = "language"
_document_language = st.components.v2.component(
    "tanbiao_document_language",
    js="export default ({ data }) => { document.documentElement.lang = data.lang; };",
)
