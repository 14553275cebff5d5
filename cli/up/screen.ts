/** The terminal: lines that scroll, and below them a block that is refreshed in place. */

export type Screen = {
  line(text: string): void;
  /** Replaces the block; without a terminal it is written as plain lines, when it changed. */
  block(lines: readonly string[]): void;
};

type Output = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

const CLEAR_BELOW = '\u001B[J';

export function createScreen(output: Output): Screen {
  const inPlace = output.isTTY === true;
  let shown: readonly string[] = [];

  const erase = () => {
    if (shown.length > 0) output.write(`\u001B[${shown.length}A\r${CLEAR_BELOW}`);
  };
  const draw = () => {
    for (const line of shown) output.write(`${cut(line, output.columns ?? 80)}\n`);
  };

  return {
    line(text) {
      if (inPlace) erase();
      output.write(`${text}\n`);
      if (inPlace) draw();
    },
    block(lines) {
      if (inPlace) {
        erase();
        shown = lines;
        draw();
        return;
      }
      const news = lines.filter((line) => !shown.includes(line));
      shown = lines;
      for (const line of news) output.write(`${line}\n`);
    },
  };
}

/** A wrapped line would take two rows, and erasing counts rows. */
const cut = (line: string, columns: number): string =>
  line.length < columns ? line : `${line.slice(0, columns - 2)}…`;

const COLOURS: Readonly<Record<string, number>> = {
  postgres: 36,
  temporal: 35,
  venue: 33,
  worker: 32,
  api: 34,
};

/** `worker   | text`, coloured on a terminal unless NO_COLOR is set. */
export function prefixed(
  name: string,
  text: string,
  { colour }: { readonly colour: boolean },
): string {
  const label = `${name.padEnd(8)} |`;
  return `${colour ? `\u001B[${COLOURS[name] ?? 37}m${label}\u001B[0m` : label} ${text}`;
}
