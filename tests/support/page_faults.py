"""What a reader must not see on a page of the book, looked for in a real browser.

`FAULTS` is a script. It gives lists of what is wrong on the page as it stands, shadow roots too:

    faded     formulas that are not fully opaque, or that a mask covers
    cut       blocks whose content is wider than they are, and that cannot be scrolled
    unsaid    blocks that can be scrolled, and do not show it: by an edge that fades (a mask), or,
              where nothing may fade, by a shadow behind it (a gradient in the background)
    narrow    figures whose card is not as wide as the column, or whose picture is not as wide as
              the card or 600 pixels, whichever is less
    raw       formulas that were never typeset: dollars in a text that is no code

A formula may lie in a table that is scrolled, and fade with its edge; nothing else may fade it.
What belongs to a screen reader alone is one pixel wide, and left out.
"""

FAULTS = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) =>
    e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]);
  const article = document.querySelector("article");
  if (!article) return {};
  const elements = all(article);
  const up = (e) => e.parentElement ?? e.getRootNode().host;
  const above = (e) => (e && e !== article ? [e, ...above(up(e))] : []);
  const style = (e) => getComputedStyle(e);
  const told = (e) => `${e.outerHTML.slice(0, 80)} … ${e.textContent.trim().slice(0, 40)}`;
  const past = (e) => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1;
  const way = (e) => style(e).overflowX;
  const scrolls = (e) => ["auto", "scroll"].includes(way(e)) && past(e);
  const masked = (e) => style(e).maskImage !== "none";

  const formulas = elements.filter((e) => e.matches(".math, mjx-container"));
  const faint = (e) => above(e).reduce((share, it) => share * style(it).opacity, 1) < 1
    || masked(e) || above(up(e)).some((it) => masked(it) && !scrolls(it));
  const says = (e) => masked(e) || style(e).backgroundImage.includes("gradient");
  const hidden = (e) => ["hidden", "clip"].includes(way(e)) && past(e)
    && !up(e).closest?.("mjx-container")
    && !e.closest(".visually-hidden, select, .jupyter-widgets");

  const column = (e) => (e.closest("section") ?? article).clientWidth;
  const wide = (e) => e.getBoundingClientRect().width;
  const padding = (e) => parseFloat(style(e).paddingLeft) + parseFloat(style(e).paddingRight);
  const inner = (e) => wide(e) - padding(e);
  const meant = (e) => (e.matches("img") ? Math.min(column(e), 600) : column(e));
  const figures = elements.filter((e) => e.matches(".cell_output img, .ltp-explorer"));
  const narrow = figures.filter((e) => e.checkVisibility()
    && (Math.abs(wide(e) - column(e)) > 2 || Math.abs(inner(e) - meant(e)) > 2));

  const raw = [], code = "code, pre, script, style, template, noscript, textarea, .math";
  for (const root of [article, ...elements.flatMap((e) => e.shadowRoot ?? [])]) {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (/\\$[^\\s$][^$\\n]*\\$/.test(text.data) && !text.parentElement?.closest(code))
        raw.push(text.data.trim().slice(0, 80));
    }
  }
  return {
    faded: formulas.filter(faint).map(told),
    cut: elements.filter(hidden).map(told),
    unsaid: elements.filter((e) => scrolls(e) && !says(e) && !e.closest("select")).map(told),
    narrow: narrow.map((e) => `${inner(e)} in ${wide(e)} of ${column(e)} px: ${told(e)}`),
    raw,
  };
}"""
