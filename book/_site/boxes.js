// The closed boxes of a page: results, and what follows from them. What follows opens with its
// results, so a guess takes one click. One button opens all: for teachers, and for looking things up.
// Code, and the answers of a quick check, stay as they are.
addEventListener("DOMContentLoaded", () => {
  const boxes = [...document.querySelectorAll(
    ".bd-article details:is(.guess, .hint, .result, .below-input)")];
  const follows = (box) => box?.querySelector("summary").textContent.trim().startsWith("So:");
  const alike = (one, other) => one?.closest("section") === other.closest("section");

  boxes.forEach((box, place) => box.addEventListener("toggle", () => {
    let first = place, last = place;
    while (alike(boxes[first - 1], box) && !follows(boxes[first - 1])) first--;
    while (alike(boxes[last], box) && !follows(boxes[last])) last++;
    const before = boxes.slice(first, last), outputs = before.filter((it) => it.matches(".below-input"));
    const results = outputs.length ? outputs : before;
    if (box.open && alike(boxes[last], box) && results.every((it) => it.open)) boxes[last].open = true;
  }));

  const title = document.querySelector(".bd-article h1");
  if (!title || boxes.length < 3) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "open-all" });
  let open = false;
  const name = () => { button.textContent = open ? "Close all boxes" : "Open all boxes"; };
  button.addEventListener("click", () => {
    open = !open;
    boxes.forEach((box) => { box.open = open; });
    name();
  });
  name();
  title.after(button);
});

// The theme's folds in the side bar have no name for a screen reader.
addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".bd-sidebar-primary summary:not([aria-label])").forEach((fold) => {
    const of = fold.closest("li")?.querySelector("a")?.textContent.trim();
    fold.setAttribute("aria-label", `Pages below ${of ?? "this one"}`);
  });
});
