"""The frame of all pages: language, navigation, the demo notice."""

import streamlit as st

from app.parts import frame
from app.texts import reason
from labels.errors import LabelError

try:
    frame.open_page()
    st.navigation(frame.pages(), position="hidden").run()
    frame.close_page()
except LabelError as error:
    st.error(reason(error))
