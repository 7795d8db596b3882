// A safetensors file as named arrays that look into its bytes; nothing is copied where it is aligned.

const KINDS = {U8: Uint8Array, F32: Float32Array, F16: Uint16Array, I32: Int32Array};

export function readTensors(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const {__metadata__: about = {}, ...entries} = header;
  const tensors = new Map();
  for (const [name, {dtype, shape, data_offsets: [from, to]}] of Object.entries(entries)) {
    const Kind = KINDS[dtype], start = 8 + size + from;
    if (!Kind) throw new Error(`${name} is of the kind ${dtype}, which this page cannot read`);
    const whole = start % Kind.BYTES_PER_ELEMENT === 0;
    const values = whole ? new Kind(buffer, start, (to - from) / Kind.BYTES_PER_ELEMENT)
      : new Kind(buffer.slice(start, 8 + size + to));
    tensors.set(name, {shape, values, half: dtype === "F16"});
  }
  return {about, tensors};
}

// Half precision, bits to number: all 65,536 are worked out once.
const HALF = Float32Array.from({length: 1 << 16}, (_, bits) => {
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, rest = bits & 1023;
  if (exponent === 31) return rest ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + rest / 1024) : 2 ** -14 * (rest / 1024));
});

export const half = (bits) => HALF[bits];
