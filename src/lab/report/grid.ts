/** A table as text: the first column to the left, all others to the right, two spaces between the columns. */
export function grid(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [n, cell] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, n) =>
          n === 0 ? cell.padEnd(widths[n] as number) : cell.padStart(widths[n] as number),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
