// Which mention is underlined at which level, and where a stretch of text has to be cut: no DOM here.

/** Levels for mentions: shorter ones lie nearer to the text, those that overlap never share a level. */
export function levelsOf(mentions) {
  const levels = new Map();
  const placed = [];
  for (const mention of [...mentions].sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start)) {
    const taken = new Set(placed.filter((m) => m.start < mention.end && mention.start < m.end).map((m) => levels.get(m.id)));
    let level = 0;
    while (taken.has(level)) level++;
    levels.set(mention.id, level);
    placed.push(mention);
  }
  return levels;
}

/** Cut [start, end) wherever a mention begins or ends: [{start, end, covering: mentions}]. */
export function segmentsOf(start, end, mentions) {
  const cuts = new Set([start, end]);
  for (const mention of mentions) {
    if (mention.start > start) cuts.add(mention.start);
    if (mention.end < end) cuts.add(mention.end);
  }
  const at = [...cuts].sort((a, b) => a - b);
  return at.slice(0, -1).map((from, i) => ({
    start: from, end: at[i + 1], covering: mentions.filter((m) => m.start <= from && m.end >= at[i + 1]),
  }));
}

/** The shortest beginnings, of two letters or more, that tell names apart. */
export function tagsOf(names) {
  return Object.fromEntries(names.map((name) => {
    let length = 2;
    while (length < name.length && names.some((other) => other !== name && other.startsWith(name.slice(0, length)))) length++;
    return [name, name.slice(0, length)];
  }));
}

/** The zones, and what text no zone covers. */
export function stretches(points, zones) {
  const found = [];
  let at = 0;
  const gap = (end) => { if (points.slice(at, end).trim()) found.push({ start: at, end, kind: "" }); };
  for (const zone of zones) {
    gap(zone.start);
    found.push(zone);
    at = Math.max(at, zone.end);
  }
  gap(points.length);
  return found;
}
