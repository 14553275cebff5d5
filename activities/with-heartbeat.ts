/** Keeps Temporal informed while a call to the outside is pending. */
const BEAT_MS = 500;

/**
 * The result of `work`, with a heartbeat every half second (wall) until it is there. None at once:
 * Temporal counts from the start by itself, and most calls are over before the first, which would
 * cost each of them a call to the server.
 */
export async function withHeartbeat<T>(heartbeat: () => void, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(heartbeat, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
