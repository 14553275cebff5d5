/** Seeded choices: every draw of a simulation comes from here. */
import { ensureDefined } from '../../core/assert.ts';
import { createRandom } from '../../core/market/random.ts';

export type Dice = {
  /** True with the given chance, 0 … 1. */
  chance(probability: number): boolean;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  uniform(min: number, max: number): number;
  normal(): number;
  pick<T>(items: readonly T[]): T;
};

/** Independent streams of one seed: more draws in one leave the others as they are. */
export function createDice(seed: number, stream: string): Dice {
  const random = createRandom(seed, stream);
  const between = (min: number, max: number): number =>
    min + Math.floor(random.uniform() * (max - min + 1));
  return {
    chance: (probability) => random.uniform() < probability,
    between,
    uniform: (min, max) => min + random.uniform() * (max - min),
    normal: () => random.normal(),
    pick: (items) => ensureDefined(items[between(0, items.length - 1)], 'a choice of something'),
  };
}
