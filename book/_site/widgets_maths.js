// Widgets with text in them call MathJax.Hub.Queue, as MathJax 2 had it. Ours is MathJax 3.
// So whatever becomes window.MathJax gets a Hub that passes the call on.
(() => {
  const Hub = {
    Queue: (call) => Array.isArray(call) && window.MathJax.typesetPromise?.([call[2]]),
  };
  let now = window.MathJax;
  Object.defineProperty(window, "MathJax", {
    configurable: true,
    get: () => now,
    set: (given) => {
      now = given;
      if (given && !given.Hub) Object.defineProperty(given, "Hub", { value: Hub });
    },
  });
})();
