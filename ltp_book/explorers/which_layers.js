// From sketches to shares: the arithmetic of sketch.py, which a test holds this to.
const sketches = ({stages, levels, layers, modules}) => {
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const curves = (packed) => {  // one list of codes a cell, row by row
    const bytes = atob(packed), byte = (i) => bytes.charCodeAt(i);
    const code = (i) => byte(2 * i) + 256 * byte(2 * i + 1);
    return Array.from({length: layers.length * modules.length}, (_, cell) =>
      levels.map((_, level) => code(cell * levels.length + level)));
  };
  const above = (curve, code) => {  // the share of a cell that moved as far as `code`
    let low = -1, high = curve.length;  // the last level that is as far lies in [low, high)
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (curve[middle] >= code) low = middle; else high = middle;
    }
    if (low < 0) return 0;
    if (high === curve.length) return levels[low];
    const part = (curve[low] - code) / (curve[low] - curve[high]);
    return levels[low] + part * (levels[high] - levels[low]);
  };
  const solve = (stage, sizes, density) => {  // sizes: 0 where nothing may be chosen
    const cells = sizes.flatMap((n, i) => (n ? [i] : []));
    const many = (code) => sum(cells.map((i) => sizes[i] * above(stage.curves[i], code)));
    const target = density * sum(sizes);
    let low = 0, high = 65536;  // from `low` up there are enough weights, from `high` up too few
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (many(middle) >= target) low = middle; else high = middle;
    }
    const part = (target - many(high)) / (many(low) - many(high));
    const shares = sizes.map(() => null);
    for (const i of cells) {
      const less = above(stage.curves[i], high);
      shares[i] = less + part * (above(stage.curves[i], low) - less);
    }
    const [least, most] = stage.octaves;
    return {shares, threshold: low ? 2 ** (least + (low - 1) / 65534 * (most - least)) : 0};
  };
  return {stages: stages.map((stage) => ({...stage, curves: curves(stage.codes)})), solve};
};
