// What a training moved, as `python -m tools.site.model` writes it: a few levels a weight.
//
//   moved weight = (2 · digit / (levels - 1) - 1) · top of its row
//
// Where: every weight of a tensor, or some of its rows, or a ticket's places. Rows and places are
// gaps in Rice's code (ltp_core.arrays.rice). Digits are packed as many to a byte as go in.

import {half} from "./safetensors.js";
import {BIAS, WORDS} from "./weights.js";

// The k sorted places below n that `rice.encode` wrote with b plain bits each.
export function places(data, n, k, b) {
  const leftOut = 2 * k > n, count = leftOut ? n - k : k;
  const bit = (i) => (data[i >> 3] >> (7 - (i & 7))) & 1;
  const found = new Int32Array(count);
  for (let i = 0, at = b * count, ones = -1; i < count; i++) {
    let unary = 1;
    while (!bit(at++)) unary++;
    let rest = 0;
    for (let plane = 0; plane < b; plane++) rest |= bit(plane * count + i) << plane;
    found[i] = ones += (unary << b) - rest;
  }
  if (!leftOut) return found;
  const out = new Set(found);
  return Int32Array.from({length: n}, (_, i) => i).filter((i) => !out.has(i));
}

const perByte = (levels) => Math.floor(Math.log(256.5) / Math.log(levels));

function digitsOf(packed, levels) {  // i -> the digit of the i-th weight
  const many = perByte(levels), powers = Array.from({length: many}, (_, i) => levels ** i);
  return (i) => Math.floor(packed[i / many | 0] / powers[i % many]) % levels;
}

function reader(tensors, {name, where, shape: [rows, columns], k, b, levels}) {
  const own = (part) => tensors.get(`${name}:${part}`).values;
  const digit = digitsOf(own("digits"), levels), tops = own("tops");
  const value = (i, row) => (2 * digit(i) / (levels - 1) - 1) * half(tops[row]);
  return (add) => {
    if (where === "places") {
      places(own("places"), rows * columns, k, b).forEach((place, i) => {
        const row = place / columns | 0;
        add(row, place % columns, value(i, row));
      });
      return;
    }
    const which = where === "rows" ? places(own("places"), rows, k, b) : null;
    for (let r = 0; r < (which?.length ?? rows); r++)
      for (let c = 0; c < columns; c++) add(which?.[r] ?? r, c, value(r * columns + c, r));
  };
}

// Adds as `add` does, and notes the sum of squares in the entry: how far the tensor moved.
const measured = (entry, add) => (take) => {
  entry.squares = 0;
  add((row, column, value) => {
    entry.squares += value * value;
    take(row, column, value);
  });
};

// {prompt, about, words, tensors}: words holds the rows that moved of the word embedding.
export function readMovement({about, tensors}) {
  const method = JSON.parse(about.method), words = new Map(), moved = new Map();
  const row = (id) => words.get(id) ?? words.set(id, {}).get(id);
  for (const entry of method.tensors) {
    const add = reader(tensors, entry), [, columns] = entry.shape;
    if (entry.name === WORDS)
      add((id, i, value) => { (row(id).row ??= new Float32Array(columns))[i] = value; });
    else if (entry.name === BIAS) add((id, _, value) => { row(id).bias = value; });
    else moved.set(entry.name, measured(entry, add));
  }
  const {values, shape: [length, width]} = tensors.get("prompt");
  const prompt = Array.from({length}, (_, i) => values.subarray(i * width, (i + 1) * width));
  return {about: method, prompt, words, tensors: moved};
}
