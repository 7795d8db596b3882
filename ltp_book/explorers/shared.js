// The kit of the explorers. Whatever is data becomes text or an attribute, never markup.
const kit = (() => {
  const made = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes))
      if (name === "--c") node.style.setProperty(name, value);
      else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
    node.append(...children);
    return node;
  };
  const el = (tag, attributes = {}, ...children) =>
    made(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    made(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  // numbers as people read them
  const number = (x, digits) =>
    x.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
  const count = (x) => number(Math.round(x), 0);
  const round = (x, digits) => Math.round(x * 10 ** digits) / 10 ** digits;
  const signed = (x) => {
    const short = round(x, 1);
    return (short < 0 ? "−" : "+") + number(Math.abs(short), 1);
  };
  const few = (x) => String(Number(x.toPrecision(3)));  // three digits: 12.5, 0.0123
  const megabytes = (bytes) => (bytes < 1e5 ? `${number(bytes / 1e3, 1)} kB`
    : bytes < 1e9 ? `${number(bytes / 1e6, 1)} MB` : `${number(bytes / 1e9, 2)} GB`);
  const rule = ([, low, high]) => (low > 0 ? "better" : high < 0 ? "worse" : "no clear difference");
  const list = (words) => (words.length < 2 ? words.join("")
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

  // methods: a colour for light and dark, and a marker of their own
  const colour = (method) => `light-dark(${method.light}, ${method.dark})`;
  const shapes = {
    o: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", s: "M-4-4H4V4H-4Z", D: "M0-5L5 0L0 5L-5 0Z",
    "^": "M0-5L5 4H-5Z", v: "M0 5L5-4H-5Z", x: "M-4-4L4 4M-4 4L4-4", p: "M0-5L5-1L3 5H-3L-5-1Z",
    h: "M-3-5H3L5 0L3 5H-3L-5 0Z", "<": "M-5 0L4-5V5Z", ">": "M5 0L-4-5V5Z",
  };
  const mark = (method, x, y, size = 0.9) => svg("path", {
    d: shapes[method.marker] || shapes.o, class: "mark", "--c": colour(method),
    transform: `translate(${round(x, 1)} ${round(y, 1)}) scale(${size})`,
  });
  const bar = (method, low, high, y, cap = 0) => svg("path", {  // an interval
    class: "curve", "--c": colour(method),
    d: `M${round(low, 1)} ${round(y, 1)}H${round(high, 1)}`
      + (cap ? [low, high].map((x) => `M${round(x, 1)} ${round(y - cap, 1)}v${2 * cap}`).join("") : ""),
  });
  const key = (method) => svg("svg", {class: "key", viewBox: "-7 -7 14 14", "aria-hidden": "true"},
    mark(method, 0, 0));

  // pictures are drawn at the width they have, so that their text keeps its size
  const draws = (box, draw) => {
    let width = 0;
    const again = () => {
      const size = Math.round(box.clientWidth) || width || 320;
      width = size;
      box.replaceChildren(draw(size));
    };
    new ResizeObserver(() => { if (Math.round(box.clientWidth) !== width) again(); }).observe(box);
    return again;
  };
  const picture = (width, height, says, ...children) => svg("svg",
    {role: "img", "aria-label": says, viewBox: `0 0 ${width} ${height}`, height}, ...children);
  const text = (x, y, words, attributes = {}) =>
    svg("text", {x: round(x, 1), y: round(y, 1), ...attributes}, words);
  const line = (x1, y1, x2, y2, attributes = {}) => svg("path",
    {class: "axis", d: `M${round(x1, 1)} ${round(y1, 1)}L${round(x2, 1)} ${round(y2, 1)}`,
      ...attributes});
  const apart = (places, least) => {  // push labels down until no two meet
    const order = places.map((y, i) => [y, i]).sort((a, b) => a[0] - b[0]);
    const found = [...places];
    order.forEach(([, i], n) => {
      if (n) found[i] = Math.max(found[i], found[order[n - 1][1]] + least);
    });
    return found;
  };
  const option = (value, words, selected = false) => el("option", {value, selected}, words);
  return {el, svg, number, count, round, signed, few, megabytes, rule, list, colour, mark, bar, key,
    draws, picture, text, line, apart, option};
})();
