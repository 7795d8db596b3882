// The model's weights in one WebAssembly memory, unpacked to 32 bits from the file in data/backbone;
// and the same weights with what a training moved.
//
//   base.set              {at, words}: where a set of weights lies, and rows of the word embedding that differ
//   base.moved(movement)  a second set: the base's, and each movement added (movement.js)
//
// Matrices of the products lie in panels (kernel.js). The word embedding, half of the file, stays
// packed: a row is unpacked when it is asked for.

import {PANEL} from "./kernel.js";
import {half} from "./safetensors.js";

const BLOCK = {4: 32, 8: 64};  // bits to weights that share a scale: ltp_core.model.quantization
export const WORDS = "bert.embeddings.word_embeddings.weight";
export const BIAS = "cls.predictions.bias";
const APART = new Set([WORDS, BIAS]);

function unpacker(tensors, name) {  // (row, target, at): one row of a packed matrix
  const bits = tensors.has(`${name}:4`) ? 4 : 8;
  const {values: codes} = tensors.get(`${name}:${bits}`);
  const {values: scales, shape: [, blocks]} = tensors.get(`${name}:scales`);
  const columns = blocks * BLOCK[bits], zero = 1 << (bits - 1);
  return (row, target, at, stride = 1) => {
    for (let i = 0; i < columns; i++) {
      const place = row * columns + i;
      const code = bits === 8 ? codes[place]
        : place & 1 ? codes[place >> 1] & 15 : codes[place >> 1] >> 4;
      target[at + stride * i] = (code - zero) * half(scales[row * blocks + (i / BLOCK[bits] | 0)]);
    }
  };
}

// Where each tensor lies in a set (counted in floats), and whether in panels.
function layout(tensors) {
  const places = new Map();
  let size = 0;
  for (const [key, {shape}] of tensors) {
    const [name, kind] = key.split(":");
    if (APART.has(name) || (kind && kind !== "scales")) continue;
    const columns = kind ? shape[1] * BLOCK[tensors.has(`${name}:4`) ? 4 : 8] : shape[0];
    const rows = kind ? shape[0] : 1;
    places.set(name, {offset: size, rows, columns, packed: Boolean(kind),
      panels: name.endsWith("weight") && Boolean(kind) && !name.includes("embeddings")});
    size += rows * columns;
  }
  return {places, size};
}

export const position = ({panels, columns}, row, column) => (panels
  ? (row - row % PANEL) * columns + column * PANEL + row % PANEL : row * columns + column);

export function loadBase({tensors}, memory) {
  const {places, size} = layout(tensors);
  const claim = claimer(memory);
  const base = {at: claim(4 * size), words: new Map()};
  const all = new Float32Array(memory.buffer, base.at, size);
  for (const [name, place] of places) {
    const {offset, rows, packed, panels} = place;
    if (!packed) { all.set(tensors.get(name).values, offset); continue; }
    const unpack = unpacker(tensors, name);
    for (let row = 0; row < rows; row++)
      unpack(row, all, offset + position(place, row, 0), panels ? PANEL : 1);
  }
  // What stays packed is copied, so that the file's other bytes can be let go.
  const stay = new Map([...tensors].filter(([key]) => APART.has(key.split(":")[0]))
    .map(([key, it]) => [key, {...it, values: it.values.slice()}]));
  const unpackWord = unpacker(stay, WORDS), width = places.get("bert.embeddings.LayerNorm.weight").columns;
  const bias = stay.get(BIAS).values;

  const word = (set, id) => {
    const row = new Float32Array(width);
    unpackWord(id, row, 0);
    set.words.get(id)?.row?.forEach((moved, i) => { row[i] += moved; });
    return row;
  };
  const wordBias = (set, id) => bias[id] + (set.words.get(id)?.bias ?? 0);
  const moved = (movement, old) => {  // `old`: a set that is needed no more, its place is taken
    const at = old?.at ?? claim(4 * size);
    const set = {at, words: movement.words};
    const target = new Float32Array(memory.buffer, at, size);
    target.set(new Float32Array(memory.buffer, base.at, size));
    for (const [name, add] of movement.tensors) {
      const place = places.get(name), own = target.subarray(place.offset);
      add((row, column, value) => { own[position(place, row, column)] += value; });
    }
    return set;
  };
  const address = (set, name) => set.at + 4 * places.get(name).offset;
  return {base, moved, address, word, wordBias, width, memory, claim,
    layers: [...places.keys()].filter((name) => name.endsWith("query.weight")).length,
    inner: places.get("bert.encoder.layer.0.intermediate.dense.weight").rows};
}

function claimer(memory) {  // the next free place, 16 bytes apart; the memory grows as it is needed
  let free = 16;
  return (bytes) => {
    const at = free;
    free += Math.ceil(bytes / 16) * 16;
    const lacking = free - memory.buffer.byteLength;
    if (lacking > 0) memory.grow(Math.ceil(lacking / 65536));
    return at;
  };
}
