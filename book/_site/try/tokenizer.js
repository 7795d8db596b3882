// The tokenizer of XLM-R in the page: the same pieces as `tokenizers` cuts in Python.
//
//   text   special pieces are taken out ("<mask>" and its like, as they are written)
//   rest   normalised by the character map of SentencePiece; runs of spaces become one
//   words  " " becomes "▁", one stands in front, and each "▁" begins a word
//   pieces the cut of a word whose pieces' scores add up highest (unigram model, Viterbi)
//
// It reads tokenizer.json as it lies in data/backbone, and refuses one that is made otherwise.
// Not here: the row around a text (model.js).

const SPACE = "▁";
const UNKNOWN_COSTS = 10;  // below the worst score, as in the tokenizers library

const check = (is, what) => {
  if (!is) throw new Error(`tokenizer.json has another ${what} than this page can read`);
};

export function readTokenizer(json) {
  const [map, spaces] = json.normalizer.normalizers ?? [];
  check(json.model.type === "Unigram" && !json.model.byte_fallback, "model");
  check(map?.type === "Precompiled" && spaces?.pattern?.Regex === " {2,}", "normaliser");
  check(json.pre_tokenizer.type === "Metaspace", "rule for words");
  const {vocab, unk_id: unknown} = json.model;
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const scores = Float64Array.from(vocab, ([, score]) => score);
  const longest = vocab.reduce((most, [piece]) => Math.max(most, piece.length), 0);
  const worst = scores.reduce((least, score) => Math.min(least, score), 0) - UNKNOWN_COSTS;
  const normalise = normaliser(map.precompiled_charsmap);
  const best = (word) => viterbi(word, {ids, scores, longest, worst, unknown});
  const cut = (part) => words(normalise(part)).flatMap(best);
  const split = splitter(json.added_tokens);
  return {
    pieces: (text) => split(text).flatMap((part) => (typeof part === "number" ? [part] : cut(part))),
    piece: (id) => vocab[id][0],
    id: (piece) => ids.get(piece),
    unknown,
  };
}

// Texts and special ids in turn. A special piece with `lstrip` takes the spaces before it.
function splitter(added) {
  const bare = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(added.map(({content, lstrip}) =>
    `${lstrip ? "\\p{White_Space}*" : ""}(?:${bare(content)})`).join("|"), "gu");
  const id = new Map(added.map((one) => [one.content, one.id]));
  return (text) => {
    const parts = [];
    let done = 0;
    for (const match of text.matchAll(found)) {
      parts.push(text.slice(done, match.index), id.get(match[0].trimStart()));
      done = match.index + match[0].length;
    }
    return [...parts, text.slice(done)].filter((part) => part !== "");
  };
}

const words = (text) => {
  const marked = text.replaceAll(" ", SPACE);
  return (!marked || marked.startsWith(SPACE) ? marked : SPACE + marked).match(/▁?[^▁]+|▁/g) ?? [];
};

// The character map: a trie of UTF-8 bytes (a double array) whose leaves point into a list of
// replacements that end with a zero byte. What is looked up is a cluster of characters that is
// shorter than six bytes, else each character. The first hit counts, even if it is not the whole
// cluster: so SentencePiece's port does it, and XLM-R was trained on what comes out.
function normaliser(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const size = new DataView(bytes.buffer).getUint32(0, true);
  const trie = new Uint32Array(bytes.slice(4, 4 + size).buffer);
  const table = bytes.subarray(4 + size);
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  const clusters = new Intl.Segmenter("en", {granularity: "grapheme"});
  const offset = (unit) => (unit >>> 10) << ((unit & 512) >>> 6);

  const replaced = (key) => {
    let node = offset(trie[0]);
    for (const byte of key) {
      if (byte === 0) return null;
      node ^= byte;
      const unit = trie[node];
      if (((unit & 0x800000ff) >>> 0) !== byte) return null;
      node ^= offset(unit);
      if ((unit >>> 8) & 1) {
        const at = trie[node] & 0x7fffffff;
        return decoder.decode(table.subarray(at, table.indexOf(0, at)));
      }
    }
    return null;
  };
  const one = (character) => replaced(encoder.encode(character)) ?? character;
  return (text) => {
    const parts = [];
    for (const {segment} of clusters.segment(text.toWellFormed?.() ?? text)) {
      const key = encoder.encode(segment);
      const whole = key.length < 6 ? replaced(key) : null;
      if (whole !== null) parts.push(whole);
      else for (const character of segment) parts.push(one(character));
    }
    return parts.join("").replace(/ {2,}/g, " ");
  };
}

// The best cut of a word. Characters that no piece has are unknown, and a run of them is one piece.
function viterbi(word, {ids, scores, longest, worst, unknown}) {
  const size = word.length;
  const best = new Float64Array(size + 1), from = new Int32Array(size + 1).fill(-1);
  const last = new Int32Array(size + 1);
  const reach = (end, start, score, id) => {
    if (from[end] >= 0 && score <= best[end]) return;
    best[end] = score;
    from[end] = start;
    last[end] = id;
  };
  for (let start = 0, width; start < size; start += width) {
    width = word.codePointAt(start) > 0xffff ? 2 : 1;
    let alone = false;
    for (let end = start + 1; end <= Math.min(size, start + longest); end++) {
      const id = ids.get(word.slice(start, end));
      if (id === undefined) continue;
      reach(end, start, best[start] + scores[id], id);
      alone ||= end === start + width;
    }
    if (!alone) reach(start + width, start, best[start] + worst, unknown);
  }
  const found = [];
  for (let end = size; end > 0; end = from[end])
    if (last[end] !== unknown || found.at(-1) !== unknown) found.push(last[end]);
  return found.reverse();
}
