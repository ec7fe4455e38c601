// Groups what would overlap on the screen. Pure: positions in pixels in, groups out; no map, no canvas.

// items: [{ x, y (pixels), count, kinds: {kind: n}, record (null for a count without its records) }]
// Returns groups [{ x, y, count, kinds, records, minX, minY, maxX, maxY }], the fullest first.
export function group(items, reach) {
  const cells = new Map();
  const groups = [];
  const sorted = [...items].sort((a, b) => b.count - a.count);
  for (const item of sorted) {
    const near = nearest(cells, item, reach);
    if (near) {
      join(near, item);
      continue;
    }
    const fresh = start(item);
    groups.push(fresh);
    const key = cellKey(Math.floor(item.x / reach), Math.floor(item.y / reach));
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(fresh);
  }
  return groups;
}

function cellKey(column, row) {
  return column * 1_000_003 + row;
}

// The group whose first place is within reach, among the nine cells around.
function nearest(cells, item, reach) {
  const column = Math.floor(item.x / reach);
  const row = Math.floor(item.y / reach);
  let best = null;
  let least = reach * reach;
  for (let c = column - 1; c <= column + 1; c += 1) {
    for (let r = row - 1; r <= row + 1; r += 1) {
      for (const found of cells.get(cellKey(c, r)) ?? []) {
        const far = (found.x - item.x) ** 2 + (found.y - item.y) ** 2;
        if (far < least) [best, least] = [found, far];
      }
    }
  }
  return best;
}

function start(item) {
  return {
    x: item.x,
    y: item.y,
    minX: item.x,
    minY: item.y,
    maxX: item.x,
    maxY: item.y,
    count: item.count,
    kinds: { ...item.kinds },
    records: item.record ? [item.record] : [],
  };
}

function join(group, item) {
  group.count += item.count;
  for (const [kind, n] of Object.entries(item.kinds)) group.kinds[kind] = (group.kinds[kind] ?? 0) + n;
  if (item.record) group.records.push(item.record);
  group.minX = Math.min(group.minX, item.x);
  group.minY = Math.min(group.minY, item.y);
  group.maxX = Math.max(group.maxX, item.x);
  group.maxY = Math.max(group.maxY, item.y);
}
