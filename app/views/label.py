"""Label: the verdict first, then the footprint and everything it rests on. ``/label?l=…`` can be shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import streamlit as st
from markupsafe import Markup

from app import exchange
from app.i18n import _, language
from app.look import Look, look_at_text
from app.parts import card, frame
from app.texts import reason
from app.verdict import Figure, verdict

if TYPE_CHECKING:
    from app.verdict import Verdict


def show() -> None:
    """Show the page."""
    text = st.query_params.get("l", "").strip()
    if not text:
        st.title(_("Label"), anchor=False)
        st.info(_("Scan a label or type its number first."))
        st.page_link(frame.page("scan"), label=_("Scan a label"), icon=":material/qr_code_scanner:")
        return
    look = look_at_text(text, frame.home(), at=frame.now())
    told = verdict(look.record, look.verification, look.error)
    frame.name_page(told.word)
    frame.show(card.verdict_card(told))
    if look.found is None:
        _unknown(look)
    elif look.record is not None and look.verification is not None:
        _known(look, told)
    if look.verification is not None:
        with st.expander(_("What was checked"), expanded=not look.verification.verified):
            frame.show(card.checks_card(look.verification))
    _report(text)
    st.page_link(frame.page("scan"), label=_("Scan another label"), icon=":material/qr_code_scanner:")


def _unknown(look: Look) -> None:
    """What the code claims, as text; a link in it is never opened."""
    if look.link is not None:
        st.info(reason(look.link))
    st.write(_("The code says:"))
    frame.show(Markup("<p class='tb-claim'>{}</p>").format(look.code.text))
    if "://" in look.code.text:
        st.caption(_("This link was not opened. Anyone can print a link on a product; open it only if you trust it."))


def _known(look: Look, told: Verdict) -> None:
    record, verification = look.record, look.verification
    if record is None or verification is None or told.figure is Figure.HIDDEN:
        return
    frame.show(card.figure_card(record, told.figure), card.findings_card(look.findings))
    if told.figure is Figure.SHOWN:
        frame.show(card.stages_card(record), card.likeness_card(record, on=verification.at.date()))
    frame.show(card.certificate_card(record), card.history_card(verification))
    with st.expander(_("How the figure was made")):
        frame.show(card.details_card(record))
    if record.attestation is not None and look.label is not None:
        with st.expander(_("The label and its evidence")):
            frame.show(exchange.label_picture(record, domain=frame.home().domain, language=language()))
            st.download_button(
                _("Download the evidence (JSON)"),
                orjson.dumps(look.to_json() | {"credential": look.label.credential}, option=orjson.OPT_INDENT_2),
                file_name=f"{record.id.replace('/', '-')}.json",
                mime="application/json",
            )


def _report(text: str) -> None:
    problems = {
        "fake": _("The label looks false or copied"),
        "figure": _("The figure cannot be right"),
        "product": _("The label belongs to another product"),
        "page": _("Something on this page is wrong"),
    }
    with st.expander(_("Report a problem")), st.form("report", clear_on_submit=True, border=False):
        problem = st.radio(_("What is wrong?"), list(problems), format_func=problems.__getitem__)
        words = st.text_area(_("In your own words (no personal data, please)"), max_chars=1000)
        if st.form_submit_button(_("Send")):
            exchange.save_report(frame.home().store, label=text, problem=problem, text=words, at=frame.now())
            st.success(_("Thank you. The report was kept for the operator of this registry."))


show()
