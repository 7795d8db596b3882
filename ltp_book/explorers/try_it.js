// The other end of the worker: one promise a message. And what the page says in numbers.
const tryIt = (() => {
  const openWorker = (address, tell) => {
    const worker = new Worker(address, {type: "module"}), waiting = new Map();
    let count = 0;
    worker.addEventListener("message", ({data}) => {
      if ("progress" in data || "unpacks" in data) { tell(data); return; }
      const {resolve, reject} = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.failed) reject(new Error(data.failed)); else resolve(data);
    });
    worker.addEventListener("error", () => {
      for (const {reject} of waiting.values())
        reject(new Error("the model's script did not start; it runs on the built pages of the book"));
      waiting.clear();
    });
    return (message) => new Promise((resolve, reject) => {
      waiting.set(++count, {resolve, reject});
      worker.postMessage({id: count, ...message});
    });
  };
  const shares = (scores) => {  // softmax
    const most = Math.max(...scores), parts = scores.map((score) => Math.exp(score - most));
    const sum = parts.reduce((a, b) => a + b, 0);
    return parts.map((part) => part / sum);
  };
  const best = (scores) => scores.indexOf(Math.max(...scores));
  const place = (name) => {  // layer and module of a tensor; null for what is in no layer
    const found = name.match(/encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$/);
    return found && {layer: Number(found[1]) + 1, module: found[2]};
  };
  const total = ({shape: [rows, columns]}) => rows * columns;
  const held = (it) => (it.where === "places" ? it.k : it.where === "rows" ? it.k * it.shape[1] : total(it));
  // layer -> module -> [how many weights move, of how many, the sum of their squared movements]
  const counted = (tensors, modules) => {
    const layers = new Map();
    for (const it of tensors) {
      const found = place(it.name);
      if (!found) continue;
      const row = layers.get(found.layer) ?? layers.set(found.layer, new Map()).get(found.layer);
      const name = modules[found.module] ?? found.module, [k, n, sum] = row.get(name) ?? [0, 0, 0];
      row.set(name, [k + held(it), n + total(it), sum + it.squares]);
    }
    return layers;
  };
  return {openWorker, shares, best, counted};
})();
