// Gives the document its language, and to Streamlit's own controls names in it: Streamlit has both in English only.

export default function ({ data }) {
  document.documentElement.lang = data.lang
  const rename = () => {
    for (const [selector, name] of Object.entries(data.names)) {
      for (const element of document.querySelectorAll(selector)) element.setAttribute("aria-label", name)
    }
    document.querySelectorAll("[data-testid=stIconMaterial]").forEach((icon) => icon.setAttribute("aria-hidden", "true"))
  }
  rename()
  const watch = new MutationObserver(rename) // attributes are not watched, so it does not see itself
  watch.observe(document.body, { childList: true, subtree: true })
  return () => watch.disconnect()
}
