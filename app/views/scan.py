"""Scan: a photo, the camera, a code typed or pasted, or a label from the demo shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.i18n import _, language, mark
from app.parts import frame
from app.parts.scanner import ScannerTexts, scanner
from app.shelf import Item, demo_shelf
from app.texts import plain_text, reason
from labels.errors import DecodeError
from labels.qr import read_codes

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

WAYS = {"photo": mark("Photo"), "camera": mark("Camera"), "text": mark("Type")}
KINDS = ["image", "heic", "heif", "avif"]
"""Any picture: phones then offer the camera too. The names of kinds that some systems do not know as pictures."""


def show() -> None:
    """Show the page."""
    st.title(_("Scan a carbon label"), anchor=False)
    st.write(_("See a product's certified carbon footprint, and whether to believe it."))
    way = st.segmented_control(
        _("How"),
        list(WAYS),
        format_func=lambda key: _(WAYS[key]),
        default="photo",
        required=True,
        label_visibility="collapsed",
        key="way",
    )
    {"photo": _photo, "camera": _camera, "text": _typed}[way or "photo"]()
    if frame.home().demo:
        _shelf()


def _photo() -> None:
    uploaded = st.file_uploader(_("Photograph the QR code, whole, sharp and close, or choose a picture"), type=KINDS)
    if uploaded is not None:
        _read(uploaded)


def _read(uploaded: UploadedFile) -> None:
    try:
        with st.spinner(_("Reading the picture …")):
            reading = read_codes(uploaded.getvalue())
    except DecodeError as error:
        st.error(reason(error))
        return
    texts = list(dict.fromkeys(code.text for code in reading.codes))
    if len(texts) == 1:
        frame.open_label(texts[0])
    if not texts:
        seen = _("A code is there, but it cannot be read yet. Hold the camera closer, straight and steady.")
        st.warning(seen if reading.seen_unreadable else _("No QR code or bar code was found in this picture."))
        return
    st.write(_("There are several codes in this picture. Which one?"))
    for place, text in enumerate(texts):
        if st.button(plain_text(text[:LONGEST]), key=f"code-{place}", width="stretch"):
            frame.open_label(text)


def _camera() -> None:
    text = scanner(key="scanner", texts=_scanner_texts())
    if text:
        frame.open_label(text)


def _typed() -> None:
    with st.form("typed", border=False):
        text = st.text_input(
            _("Number or link on the label"), placeholder="TB-DEMO-2026-0001 · 6901234567892", max_chars=4296
        )
        if not st.form_submit_button(_("Look up"), type="primary"):
            return
        if text.strip():
            frame.open_label(text.strip())
        st.warning(_("Type a number or a link first."))


def _shelf() -> None:
    """Demo labels by what becomes of them, so that every verdict can be tried."""
    st.header(_("Demo shelf"), anchor=False)
    st.caption(_("No label at hand? Take one of these, good or bad."))
    items = _shelf_items(language(), frame.now().date().isoformat())
    verdicts = list(dict.fromkeys(item.verdict for item in items))
    chosen = st.pills(_("Verdict"), verdicts, default=verdicts[0], required=True, key=f"verdict-{language()}")
    items = [item for item in items if item.verdict == chosen]
    kinds = list(dict.fromkeys(item.kind for item in items))
    if len(items) > SHELF:
        kind = st.selectbox(
            _("Kind of product"), kinds, placeholder=_("Choose"), key=f"kind-{language()}", filter_mode=None
        )
        items = [item for item in items if item.kind == kind]
    with st.container(key="shelf", gap="small"):
        for item in items:
            label = plain_text(item.name)
            st.page_link(frame.page("label"), label=label, query_params={"l": item.code}, width="stretch")


@st.cache_data(max_entries=8, ttl=3600, show_spinner=False)
def _shelf_items(tag: str, day: str) -> list[Item]:  # noqa: ARG001  (what the answer depends on)
    return demo_shelf(frame.home(), at=frame.now())


def _scanner_texts() -> ScannerTexts:
    return ScannerTexts(
        start=_("Open the camera"),
        starting=_("Opening the camera …"),
        looking=_("Point the camera at the QR code"),
        closer=_("Code seen: hold closer and steady"),
        found=_("Found"),
        paused=_("Nothing found for a while; the camera is off."),
        denied=_("The browser does not allow the camera. Allow it in the site's settings, or use a photo."),
        missing=_("No camera was found. Use a photo or type the number."),
        in_use=_("Another program uses the camera."),
        failed=_("The camera does not open. Use a photo or type the number."),
        insecure=_("Browsers open the camera on secure pages (https) only. Use a photo or type the number."),
        offline=_("The server does not answer."),
        retry=_("Try again"),
        torch=_("Light"),
    )


SHELF = 12
"""More than these are shown by kind of product."""
LONGEST = 200
"""Characters of a code on a button."""

show()
