/** A disk that is slow or full, as the journal meets it. */
import type { DiskFault } from '../journal/file.ts';
import type { Faults } from './faults.ts';

/** Throws the operating system's error; waits as a synchronous write does, so nothing else runs. */
export function diskFault(faults: Faults): DiskFault {
  const never = new Int32Array(new SharedArrayBuffer(4));
  return () => {
    const { slowMs, isFull } = faults.hitDisk();
    if (slowMs > 0) Atomics.wait(never, 0, 0, slowMs);
    if (isFull)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
}
