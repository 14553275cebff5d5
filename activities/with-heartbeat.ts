/** Keeps Temporal informed while a call to the outside is pending. */
const BEAT_MS = 500;

/** The result of `work`, with a heartbeat at once and every half second (wall) until it is there. */
export async function withHeartbeat<T>(heartbeat: () => void, work: () => Promise<T>): Promise<T> {
  heartbeat();
  const timer = setInterval(heartbeat, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
