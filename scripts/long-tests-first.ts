/** Begins with the tests that take minutes: begun last, they leave a processor idle. */
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const LONG = [
  'test/e2e/lockstep.test.ts',
  'test/kill-switch/in-flight.test.ts',
  'test/e2e/kill.test.ts',
  'test/e2e/continue-as-new.test.ts',
  'test/kill-switch/parts-down.test.ts',
  'state-machines/symbol-machine.walk.test.ts',
];

export class LongTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
