/** The cells of a line: quotes around a cell may hold commas, and a doubled quote is one. Null for broken quotes. */
export function cells(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const found: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      const cell = line.slice(at, end);
      if (cell.includes('"')) return null;
      found.push(cell);
      at = end + 1;
      continue;
    }
    let cell = '';
    for (at++; ; at++) {
      const quote = line.indexOf('"', at);
      if (quote < 0) return null;
      cell += line.slice(at, quote);
      at = quote + 1;
      if (line[at] !== '"') break;
      cell += '"';
    }
    found.push(cell);
    if (at < line.length && line[at] !== ',') return null;
    if (at === line.length) break;
    at++;
  }
  return found;
}
