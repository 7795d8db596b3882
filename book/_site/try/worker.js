// The engine in a thread of its own, so that the page never stands still. Messages in and out:
//
//   {do: "open", base}                 -> {progress, of} …, {opened: {about, emoji, kernel}}
//   {do: "add", method, file, bytes}   -> {progress, of} …, {added: what stands in the file}
//   {do: "answer", ...}                -> {answer, took}
//   any that fails                     -> {failed: a sentence}
//
// Each reply carries the `id` of its message. Files come from this site alone; texts go nowhere.

import {openEngine} from "./engine.js";

let engine, base;

async function fetched(files, tell) {
  const whole = files.reduce((sum, {bytes}) => sum + bytes, 0);
  let done = 0;
  return Promise.all(files.map(async ({file, bytes}) => {
    const answer = await fetch(new URL(file, base));
    if (!answer.ok) throw new Error(`${file} did not arrive (${answer.status}); try again`);
    const parts = [], reader = answer.body.getReader();
    for (let part; !(part = await reader.read()).done;) {
      parts.push(part.value);
      tell({progress: Math.min(done += part.value.length, whole), of: whole});
    }
    const buffer = await new Blob(parts).arrayBuffer();
    if (buffer.byteLength !== bytes)
      throw new Error(`${file} has ${buffer.byteLength} bytes, not ${bytes}; load the page again`);
    return buffer;
  }));
}

const json = (buffer) => JSON.parse(new TextDecoder().decode(buffer));

const jobs = {
  async open({base: address, kernels}, tell) {
    base = address;
    const about = await (await fetch(new URL("model.json", base))).json();
    const [weights, tokenizer, config, emoji, prompt] = await fetched(about.first, tell);
    tell({unpacks: true});
    const files = {about, weights, tokenizer: json(tokenizer), config: json(config)};
    engine = openEngine(files, kernels);
    if (prompt) engine.add("prompt_only", prompt);
    return {opened: {about, emoji: json(emoji), kernel: engine.kernel}};
  },
  async add({method, file, bytes}, tell) {
    const [buffer] = await fetched([{file, bytes}], tell);
    return {added: engine.add(method, buffer)};
  },
  answer(question) {
    const start = performance.now(), answer = engine.answer(question);
    return {answer, took: performance.now() - start};
  },
  pieces: ({texts}) => ({pieces: texts.map(engine.pieces)}),
  memory: () => ({bytes: engine.memory()}),
};

let queue = Promise.resolve();
addEventListener("message", ({data: {id, ...message}}) => {
  const tell = (reply) => postMessage({id, ...reply});
  queue = queue.then(() => jobs[message.do](message, tell))
    .then(tell, (error) => tell({failed: error.message}));
});
