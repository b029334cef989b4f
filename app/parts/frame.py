"""What every page stands in: settings, head row with language, demo notice, and the way from page to page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
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

VIEWS = {"scan": "views/scan.py", "label": "views/label.py", "methods": "views/methods.py"}
"""Pages by their path; the first is the start page."""


def open_page() -> None:
    """Begin a page in the visitor's language."""
    st.set_page_config(page_title=NAME, page_icon="assets/brand/favicon.png", layout="centered")
    chosen = st.query_params.get("lang") or st.session_state.get(_LANGUAGE)
    i18n.use(chosen if chosen in LANGUAGES else i18n.negotiate(st.context.locale))
    st.session_state[_LANGUAGE] = i18n.language()
    _document(data={"lang": i18n.language(), "names": _names()}, key="document")
    st.html(style(_words()))
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


def close_page() -> None:
    """End a page: where the numbers come from."""
    st.page_link(page("methods"), label=_("Methods and sources"), icon=":material/menu_book:")


def name_page(title: str) -> None:
    """Say in the browser's tab and history what the page shows."""
    st.set_page_config(page_title=f"{title} · {NAME}")


def pages() -> list[StreamlitPage]:
    """Return all pages."""
    return [page(path) for path in VIEWS]


def page(path: str) -> StreamlitPage:
    """Return one page by its path."""
    titles = {"scan": _("Scan a label"), "label": _("Label"), "methods": _("Methods")}
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


def _words() -> dict[str, str]:
    """Return what stands in for Streamlit's own words: the style sheet shows it."""
    return {
        "upload": _("Choose a picture"),
        "limit": _("up to 20 MB"),
        "refused": _("Only pictures up to 20 MB can be read."),
        "skip": _("Skip to the content"),
        "offline": _("No connection"),
        "lost": _("The connection is lost. It comes back by itself; if not, open the page again."),
    }


def _names() -> dict[str, str]:
    """Return by selector what screen readers say in place of Streamlit's own words."""
    return {
        "[data-testid=stFileUploaderDropzone] button": _("Choose a picture"),
        "[data-testid=stFileChipDeleteBtn] button": _("Remove the picture"),
        "[data-testid=stSelectbox] button": _("Open the list"),
        "[role=dialog] > button": _("Close"),
        "[data-testid=stSkipToContent]": _("Skip to the content"),
    }


def _forget_language_of_link() -> None:
    st.query_params.pop("lang", None)


_LANGUAGE = "language"
NAME = "Tanbiao 碳标"
_document = st.components.v2.component(
    "tanbiao_document", js=Path(__file__).with_name("document.js").read_text(encoding="utf-8")
)
