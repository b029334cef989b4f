"""The frame of all pages: language, navigation, the demo notice."""

import streamlit as st

from app.parts import frame

frame.open_page()
st.navigation(frame.pages(), position="hidden").run()
