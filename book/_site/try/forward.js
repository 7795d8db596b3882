// One row through the model: embeddings, twelve layers of BERT, the masked-LM head at the hole.
// Only the products are WebAssembly; all else is short and stands here.

const SQRT2 = Math.SQRT2;

// Gauss's error function, to 1.5e-7 (Abramowitz and Stegun 7.1.26).
const erf = (x) => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const y = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t
    + 0.254829592) * t * Math.exp(-x * x);
  return x < 0 ? -y : y;
};

function gelu(x, from, to) {
  for (let i = from; i < to; i++) x[i] *= 0.5 * (1 + erf(x[i] / SQRT2));
}

function normalise(x, at, size, weight, bias, eps) {
  let mean = 0, square = 0;
  for (let i = 0; i < size; i++) mean += x[at + i];
  mean /= size;
  for (let i = 0; i < size; i++) square += (x[at + i] - mean) ** 2;
  const scale = 1 / Math.sqrt(square / size + eps);
  for (let i = 0; i < size; i++)
    x[at + i] = (x[at + i] - mean) * scale * x[weight + i] + x[bias + i];
}

// softmax(q kᵀ / √d) v, head by head; all arrays are (rows, width) in `x`
function attend(x, q, k, v, out, rows, width, heads) {
  const size = width / heads, scale = 1 / Math.sqrt(size), weights = new Float32Array(rows);
  for (let head = 0; head < width; head += size)
    for (let i = 0; i < rows; i++) {
      const own = q + i * width + head, to = out + i * width + head;
      let most = -Infinity, sum = 0;
      for (let j = 0; j < rows; j++) {
        const other = k + j * width + head;
        let score = 0;
        for (let d = 0; d < size; d++) score += x[own + d] * x[other + d];
        weights[j] = score * scale;
        most = Math.max(most, weights[j]);
      }
      for (let j = 0; j < rows; j++) sum += (weights[j] = Math.exp(weights[j] - most));
      x.fill(0, to, to + size);
      for (let j = 0; j < rows; j++) {
        const share = weights[j] / sum, from = v + j * width + head;
        for (let d = 0; d < size; d++) x[to + d] += share * x[from + d];
      }
    }
}

// `model`: weights.js; `heads` and `eps` from config.json; `longest`: how many places there are.
export function makeForward(model, product, {heads, eps, longest}) {
  const {width, inner, layers} = model, most = Math.ceil(longest / 4) * 4;
  const room = (columns) => model.claim(4 * most * columns);
  const [X, Q, K, V, C] = Array.from({length: 5}, () => room(width)), F = room(inner);

  // states at the hole, (layers + 1) arrays: after the embeddings and after each layer
  return function forward(set, vectors, positions, hole) {
    const rows = vectors.length, four = Math.ceil(rows / 4) * 4, size = rows * width;
    const x = new Float32Array(model.memory.buffer);
    const at = (name) => model.address(set, name);
    const linear = (name, from, to, columns, wide) =>
      product(from, at(`${name}.weight`), at(`${name}.bias`), to, four, columns, wide);
    const norm = (name, to) => {
      const [weight, bias] = [at(`${name}.weight`) >> 2, at(`${name}.bias`) >> 2];
      for (let i = 0; i < rows; i++) normalise(x, (to >> 2) + i * width, width, weight, bias, eps);
    };
    const add = (to, from) => {
      for (let i = 0; i < size; i++) x[(to >> 2) + i] += x[(from >> 2) + i];
    };
    const states = [];
    const keep = () => states.push(x.slice((X >> 2) + hole * width, (X >> 2) + (hole + 1) * width));

    const places = at("bert.embeddings.position_embeddings.weight") >> 2;
    const kind = at("bert.embeddings.token_type_embeddings.weight") >> 2;
    vectors.forEach((vector, row) => {
      for (let i = 0; i < width; i++)
        x[(X >> 2) + row * width + i] = vector[i] + x[places + positions[row] * width + i] + x[kind + i];
    });
    norm("bert.embeddings.LayerNorm", X);
    keep();
    for (let layer = 0; layer < layers; layer++) {
      const name = `bert.encoder.layer.${layer}`;
      linear(`${name}.attention.self.query`, X, Q, width, width);
      linear(`${name}.attention.self.key`, X, K, width, width);
      linear(`${name}.attention.self.value`, X, V, width, width);
      attend(x, Q >> 2, K >> 2, V >> 2, C >> 2, rows, width, heads);
      linear(`${name}.attention.output.dense`, C, Q, width, width);
      add(X, Q);
      norm(`${name}.attention.output.LayerNorm`, X);
      linear(`${name}.intermediate.dense`, X, F, width, inner);
      gelu(x, F >> 2, (F >> 2) + rows * inner);
      linear(`${name}.output.dense`, F, Q, inner, width);
      add(X, Q);
      norm(`${name}.output.LayerNorm`, X);
      keep();
    }
    return states;
  };
}

// The masked-LM head: features of one state, (width), in the same memory.
export function makeHead(model, product, {eps}) {
  const {width} = model, [from, to] = [0, 0].map(() => model.claim(4 * 4 * width));
  return function head(set, state) {
    const x = new Float32Array(model.memory.buffer);
    const at = (name) => model.address(set, `cls.predictions.transform.${name}`);
    x.set(state, from >> 2);
    product(from, at("dense.weight"), at("dense.bias"), to, 4, width, width);
    gelu(x, to >> 2, (to >> 2) + width);
    normalise(x, to >> 2, width, at("LayerNorm.weight") >> 2, at("LayerNorm.bias") >> 2, eps);
    return x.slice(to >> 2, (to >> 2) + width);
  };
}
