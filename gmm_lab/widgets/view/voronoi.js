// Which places are nearest to which centre: convex cells, cut out of a rectangle by the borders half-way between centres.

// The cell of each centre as a list of corners, none if it has no place. Distances count the second feature `stretch`
// times; of centres in one place the first has the cell, as ties do.
export function cellsOf(centres, [[left, right], [bottom, top]], stretch) {
  return Array.from({ length: centres.length / 2 }, (_, k) => {
    let cell = [[left, bottom], [right, bottom], [right, top], [left, top]];
    for (let j = 0; j < centres.length / 2; j += 1) {
      const [x, y, otherX, otherY] = [...centres.subarray(2 * k, 2 * k + 2), ...centres.subarray(2 * j, 2 * j + 2)];
      const [a, b] = [otherX - x, stretch ** 2 * (otherY - y)];
      if (a || b) cell = cut(cell, (place) => a * (place[0] - (x + otherX) / 2) + b * (place[1] - (y + otherY) / 2));
      else if (j < k) cell = [];
    }
    return cell;
  });
}

// The part of a convex cell where `side` is not positive.
function cut(cell, side) {
  return cell.flatMap((corner, i) => {
    const next = cell[(i + 1) % cell.length], [from, to] = [side(corner), side(next)];
    const kept = from <= 0 ? [corner] : [];
    if (from * to >= 0) return kept;
    const part = from / (from - to);
    return [...kept, corner.map((value, d) => value + part * (next[d] - value))];
  });
}
