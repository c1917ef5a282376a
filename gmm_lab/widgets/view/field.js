// A function on a grid, as lines of equal height: marching squares, with the crossing on each edge by linear interpolation.

// Which edges (0 below, 1 right, 2 above, 3 left) a line joins, for the 16 cases of corners above the level.
const EDGES = [
  [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]],
  [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
];

// Segments [x1, y1, x2, y2] in grid units (column, row) of `values`, row by row, where they cross `level`.
export function contour(values, nColumns, nRows, level) {
  const segments = [];
  for (let j = 0; j < nRows - 1; j += 1) {
    for (let i = 0; i < nColumns - 1; i += 1) {
      const at = j * nColumns + i;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + nColumns + 1], values[at + nColumns]];
      const sides = EDGES[(a > level) + 2 * (b > level) + 4 * (c > level) + 8 * (d > level)];
      if (!sides.length) continue;
      const part = (from, to) => (level - from) / (to - from);
      const crossing = [
        () => [i + part(a, b), j], () => [i + 1, j + part(b, c)], () => [i + part(d, c), j + 1], () => [i, j + part(a, d)],
      ];
      for (const [from, to] of sides) segments.push([...crossing[from](), ...crossing[to]()]);
    }
  }
  return segments;
}

export const gridLine = ([low, high], n) => Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
