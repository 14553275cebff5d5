/**
 * Seeded random numbers (sfc32). A generator is named by a key, such as `(seed, 'path', symbol,
 * minute)`: the same key gives the same numbers, different keys give independent streams, so any
 * part of a simulated market can be made without making the parts before it.
 */
export type Random = {
  /** Strictly between 0 and 1. */
  readonly uniform: () => number;
  /** Mean 0, variance 1. */
  readonly normal: () => number;
};

/** A generator for the key; its state is closed over and advances with each call. */
export function createRandom(...key: readonly (string | number)[]): Random {
  const next = sfc32(hashKey(key));
  const uniform = (): number => (next() + 0.5) / 4_294_967_296;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

type Words = readonly [number, number, number, number];

/** Four well-mixed 32-bit words of a key; parts are separated, so ('a', 'b') differs from ('ab'). */
function hashKey(key: readonly (string | number)[]): Words {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  const absorb = (word: number): void => {
    a = mix(a ^ word);
    b = mix((b + Math.imul(word, 0x85ebca6b) + a) | 0);
  };
  for (const part of key) {
    if (typeof part === 'number') {
      absorb(part | 0);
      absorb(Math.floor(part / 4_294_967_296) | 0);
    } else {
      for (let i = 0; i < part.length; i++) absorb(part.charCodeAt(i));
      absorb(0x10000 + part.length);
    }
  }
  return [mix(a + 1), mix(b + 2), mix(a ^ b), mix((a + Math.imul(b, 3)) | 0)];
}

/** The finaliser of MurmurHash3: every input bit changes about half of the output bits. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Chris Doty-Humphrey's small fast counting generator; twelve rounds spread the seed. */
function sfc32(seed: Words): () => number {
  let [a, b, c, counter] = seed;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
