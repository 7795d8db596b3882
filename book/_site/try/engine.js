// Text in, scores of the label words out: what a trained model of this book does, in the page.
//
//   const engine = openEngine({about, config, tokenizer, weights});     // the stored files
//   engine.add("ltp", movementFile);                                    // what a training moved
//   engine.answer({text, words, method: "ltp", prompt: true, ticket: true});
//
// Not here: fetching and messages (worker.js), the page (ltp_book/explorers/try_it.html).

import {makeForward, makeHead} from "./forward.js";
import {makeProduct} from "./kernel.js";
import {readMovement} from "./movement.js";
import {readTensors} from "./safetensors.js";
import {readTokenizer} from "./tokenizer.js";
import {loadBase} from "./weights.js";

const UNTRAINED = {prompt: [], set: null};

export function openEngine({about, config, tokenizer: json, weights}, kernels) {
  const tokenizer = readTokenizer(json), memory = new WebAssembly.Memory({initial: 1});
  const model = loadBase(readTensors(weights), memory);
  const {name: kernel, product} = makeProduct(memory, kernels);
  const longest = config.max_position_embeddings;
  const how = {heads: config.num_attention_heads, eps: config.layer_norm_eps, longest};
  const forward = makeForward(model, product, how), head = makeHead(model, product, how);
  const methods = new Map([["untrained", UNTRAINED]]);

  // A movement takes the place of one of the same method.
  const add = (method, buffer) => {
    const movement = readMovement(readTensors(buffer)), old = methods.get(method)?.set;
    const moves = movement.about.tensors.length > 0;
    methods.set(method, {...movement, set: moves ? model.moved(movement, old) : null});
    return movement.about;
  };

  const wordPieces = (words) => words.map((word) => {
    const ids = tokenizer.pieces(word);
    if (!ids.length || ids.includes(tokenizer.unknown))
      throw new Error(`the model does not know the word “${word}”; choose another`);
    return ids;
  });
  const classRows = (set, words) => wordPieces(words).map((ids) => {
    const row = new Float32Array(model.width);
    let bias = 0;
    for (const id of ids) {
      model.word(set, id).forEach((value, i) => { row[i] += value / ids.length; });
      bias += model.wordBias(set, id) / ids.length;
    }
    return {row, bias};
  });
  const read = (set, state, rows) => {
    const features = head(set, state);
    return rows.map(({row, bias}) => row.reduce((sum, value, i) => sum + value * features[i], bias));
  };

  // <s> text <mask> </s> and where its prompt goes; a long text loses its end, and there is one mask
  const frame = (text, prompt, {before, after, place} = about.row) => {
    const fixed = before.length + after.length + prompt.length, mask = tokenizer.id("<mask>");
    const all = tokenizer.pieces(text).filter((id) => id !== mask);
    const pieces = all.slice(0, longest - fixed), ids = [...before, ...pieces, ...after];
    const hole = ids.indexOf(mask);
    return {ids, pieces, cut: all.length - pieces.length, hole, first: place === "hole" ? hole : 1};
  };
  const states = (set, method, text, prompt) => {
    const {ids, pieces, cut, hole, first} = frame(text, prompt, method.about?.row);
    const vectors = ids.map((id) => model.word(set, id)), positions = ids.map((_, i) => i);
    vectors.splice(first, 0, ...prompt);
    positions.splice(first, 0, ...prompt.map((_, i) => first + i));
    const keep = method.about?.row.keep_positions;
    const found = forward(set, vectors, keep ? positions : vectors.map((_, i) => i),
      hole + prompt.length);
    return {found, pieces, cut};
  };

  // prompt, ticket: of a method's training, which part is switched on. layers: what the words score
  // after each layer, and how far the weights moved the state at the hole.
  const answer = ({text, words, method: name, prompt = true, ticket = true, layers = false}) => {
    const method = methods.get(name), set = (ticket && method.set) || model.base;
    const vectors = prompt ? method.prompt : [], rows = classRows(set, words);
    const {found, pieces, cut} = states(set, method, text, vectors);
    const answered = {scores: read(set, found.at(-1), rows), cut,
      pieces: pieces.map((id) => tokenizer.piece(id)), ids: pieces};
    if (!layers) return answered;
    const before = set === model.base ? found : states(model.base, method, text, vectors).found;
    return {...answered, layers: found.map((state, i) => ({
      scores: read(set, state, rows), moved: distance(state, before[i]),
    }))};
  };
  return {add, answer, kernel, pieces: tokenizer.pieces, memory: () => memory.buffer.byteLength};
}

// How far one state lies from another, as a share of the other's length.
function distance(one, other) {
  const length = (x) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  return length(one.map((value, i) => value - other[i])) / length(other);
}
