// The matrix product, C = A Wᵀ + b: WebAssembly that this file writes itself, and plain JavaScript
// where a browser has no SIMD. No tool builds it and nothing binary is stored.
//
//   A  (rows, inner)           as it is; rows is a multiple of 4
//   W  (outer, inner)          in panels of 8 outputs: panel, inner, 8. So 8 weights lie together
//   b  (outer)                 outer is a multiple of 8
//   C  (rows, outer)
//
// 4 rows and 8 outputs are worked out at a time: 8 sums of 4 lanes, held in registers. Where the
// browser can multiply and add in one step (relaxed SIMD), it does.
// Arguments are byte addresses in one memory: a, w, b, c, rows, inner, outer.

export const PANEL = 8;
const ROWS = 4, HALVES = 2, UNROLL = 4;

// --- a tiny assembler: an instruction is a list of bytes ---
const number = (n) => {  // LEB128
  const bytes = [];
  for (; ; n >>= 7) {
    const byte = n & 127;
    if ((n >> 7 === 0 && !(byte & 64)) || (n >> 7 === -1 && byte & 64)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
};
const size = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...size(n >> 7)]);
const list = (items) => [...size(items.length), ...items.flat()];
const block = (bytes) => [...size(bytes.length), ...bytes];
const text = (words) => block([...new TextEncoder().encode(words)]);
const simd = (code) => [0xfd, ...size(code)];
const get = (local) => [0x20, ...size(local)];
const set = (local) => [0x21, ...size(local)];
const constant = (n) => [0x41, ...number(n)];
const plus = [0x6a], times = [0x6c], less = [0x49];
const move = (local, by) => [...get(local), ...by, ...plus, ...set(local)];
const times4 = (local) => [...get(local), ...constant(4), ...times];
const load = (address, at) => [...get(address), ...simd(0x00), 2, ...size(at)];
const spread = (address, at) => [...get(address), ...simd(0x09), 2, ...size(at)];
const store = (address, at, value) => [...get(address), ...get(value), ...simd(0x0b), 2, ...size(at)];
const I32 = 0x7f, V128 = 0x7b, NOTHING = 0x40;
const repeat = (body, local, end) =>  // do body while local < end
  [0x03, NOTHING, ...body, ...get(local), ...get(end), ...less, 0x0d, 0, 0x0b];

function code(fused) {
  const [a, w, b, c, rows, inner, outer] = [0, 1, 2, 3, 4, 5, 6];
  const [n, m, end, pw, inA, inC] = [7, 8, 9, 10, 11, 12];
  const pa = [13, 14, 15, 16], pc = [17, 18, 19, 20];
  const sums = [0, 1, 2, 3].map((r) => [21 + 2 * r, 22 + 2 * r]), part = [29, 30], x = 31;
  const add = (r, h) => (fused
    ? [...get(x), ...get(part[h]), ...get(sums[r][h]), ...simd(0x105), ...set(sums[r][h])]
    : [...get(sums[r][h]), ...get(x), ...get(part[h]), ...simd(0xe6), ...simd(0xe4),
      ...set(sums[r][h])]);
  const all = (make) => sums.flatMap((pair, r) => pair.flatMap((_, h) => make(r, h)));
  const chain = (pointers, first, step) => pointers.flatMap((p, r) => (r
    ? [...get(pointers[r - 1]), ...get(step), ...plus, ...set(p)] : [...get(first), ...set(p)]));
  const step = (u) => [
    ...part.flatMap((p, h) => [...load(pw, 32 * u + 16 * h), ...set(p)]),
    ...pa.flatMap((p, r) => [...spread(p, 4 * u), ...set(x), ...add(r, 0), ...add(r, 1)]),
  ];
  const products = [
    ...[...Array(UNROLL).keys()].flatMap(step),
    ...pa.flatMap((p) => move(p, constant(4 * UNROLL))),
    ...move(pw, constant(4 * PANEL * UNROLL)),
  ];
  const tile = [
    ...chain(pa, 32, inA), ...get(w), ...set(pw),
    ...get(pa[0]), ...get(inA), ...plus, ...set(end),
    ...all((r, h) => [...load(b, 16 * h), ...set(sums[r][h])]),
    ...repeat(products, pa[0], end),
    ...chain(pc, 33, inC),
    ...all((r, h) => store(pc[r], 16 * h, sums[r][h])),
    ...move(32, [...get(inA), ...constant(ROWS), ...times]),
    ...move(33, [...get(inC), ...constant(ROWS), ...times]),
    ...move(m, constant(ROWS)),
  ];
  const panel = [
    ...get(a), ...set(32), ...get(c), ...set(33), ...constant(0), ...set(m),
    ...repeat(tile, m, rows),
    ...move(w, [...get(inA), ...constant(PANEL), ...times]),
    ...move(b, constant(4 * PANEL)), ...move(c, constant(4 * PANEL)),
    ...move(n, constant(PANEL)),
  ];
  const body = [...times4(inner), ...set(inA), ...times4(outer), ...set(inC),
    ...repeat(panel, n, outer), 0x0b];
  const locals = list([[14, I32], [4 * HALVES + 3, V128], [2, I32]]);  // 7…20, 21…31, 32 and 33
  return [...locals, ...body];
}

function binary(fused) {
  const section = (id, bytes) => [id, ...block(bytes)];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list([[0x60, ...list(Array(7).fill(I32)), 0]])),
    ...section(2, list([[...text("page"), ...text("memory"), 2, 0, 1]])),
    ...section(3, list([0])),
    ...section(7, list([[...text("product"), 0, 0]])),
    ...section(10, list([block(code(fused))])),
  ]);
}

// The best product this browser can do, over a WebAssembly.Memory; `wanted` is for tests.
export function makeProduct(memory, wanted = ["fused", "simd", "plain"]) {
  for (const name of wanted.filter((it) => it !== "plain")) {
    const bytes = binary(name === "fused");
    if (!WebAssembly.validate(bytes)) continue;
    const {exports} = new WebAssembly.Instance(new WebAssembly.Module(bytes), {page: {memory}});
    return {name, product: exports.product};
  }
  return {name: "plain", product: plain(memory)};
}

function plain(memory) {
  return (a, w, b, c, rows, inner, outer) => {
    const all = new Float32Array(memory.buffer);
    [a, w, b, c] = [a, w, b, c].map((address) => address >> 2);
    for (let m = 0; m < rows; m++)
      for (let n = 0; n < outer; n++) {
        let sum = all[b + n];
        const from = w + (n - n % PANEL) * inner + n % PANEL;
        for (let k = 0; k < inner; k++) sum += all[a + m * inner + k] * all[from + PANEL * k];
        all[c + m * outer + n] = sum;
      }
  };
}
