const number = (value) => {
  if (typeof value !== 'number') return String(value ?? '–');
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
};

/** 'stretch', 'must', 'MISSED', or nothing where nothing is promised. */
export function verdict({ value, must, stretch, least }) {
  if (must === null || value === null) return '';
  const holds = (bound) =>
    typeof bound === 'string' ? value === bound : least ? value >= bound : value <= bound;
  if (stretch !== null && holds(stretch)) return 'stretch';
  return holds(must) ? 'must' : 'MISSED';
}

export function printRow(row) {
  const { id, title, unit, mode, value, low, high, must, stretch, least } = row;
  const range = low === undefined || low === high ? '' : `[${number(low)}–${number(high)}]`;
  const sign = least ? '≥' : '≤';
  const target = must === null ? '' : `${sign} ${number(must)} (${number(stretch)})`;
  console.log(
    [
      String(id).padStart(2),
      `${title}${unit ? ` (${unit})` : ''}`.padEnd(58),
      mode.padEnd(8),
      number(value).padStart(9),
      range.padEnd(16),
      target.padEnd(18),
      verdict(row),
    ].join(' '),
  );
}

export function printFloors(overFloor) {
  for (const [workload, modes] of Object.entries(overFloor)) {
    console.log(`\n${workload}, over the floor of its kind, isolated / shared:`);
    modes.isolated.forEach(({ name, floor, median, low, high }, at) => {
      const shared = modes.shared[at];
      const one = `${number(median)} [${number(low)}–${number(high)}]`;
      const other = `${number(shared.median)} [${number(shared.low)}–${number(shared.high)}]`;
      console.log(`   ${name.padEnd(22)} × ${floor.padEnd(6)} ${one.padEnd(24)} ${other}`);
    });
  }
}
