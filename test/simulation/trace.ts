/** What happened, line by line: the last lines to read, and a fingerprint of all of them. */

export class Trace {
  readonly #kept: string[] = [];
  readonly #keep: number;
  readonly #startMs: number;
  readonly #now: () => number;
  #hash = 0x811c9dc5;
  #count = 0;

  /** Keeps the last `keep` lines. */
  constructor(keep: number, now: () => number) {
    this.#keep = keep;
    this.#now = now;
    this.#startMs = now();
  }

  say(actor: string, text: string): void {
    const seconds = ((this.#now() - this.#startMs) / 1_000).toFixed(3).padStart(8);
    this.#add(`${seconds} ${actor.padEnd(9)} ${text}`);
  }

  get lines(): readonly string[] {
    return this.#kept.slice(-this.#keep);
  }

  /** Equal for equal runs: number of lines and FNV-1a over all of them. */
  get fingerprint(): string {
    return `${this.#count}-${(this.#hash >>> 0).toString(16)}`;
  }

  #add(line: string): void {
    this.#count += 1;
    for (let i = 0; i < line.length; i++) {
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(i), 0x01000193);
    }
    this.#kept.push(line);
    if (this.#kept.length > 2 * this.#keep) this.#kept.splice(0, this.#keep);
  }
}
