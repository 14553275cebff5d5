/** Aligned columns for a terminal. */

type Cell = string | number;

/** First column left, the others right. */
export function table(title: string, head: readonly string[], rows: readonly Cell[][]): string {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  const body = lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [`\n${title}`, body[0], rule, ...body.slice(1)].join('\n');
}
