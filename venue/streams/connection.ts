/** One WebSocket connection of a client, and what a fault makes of it. */
import { WebSocket } from 'ws';

/** A reader that lets this much pile up is cut off, as the real venue does. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;

/** Silent: told nothing. Frozen: nothing goes in or out, and waits. */
export type Affliction = 'silent' | 'frozen';

export class Connection {
  readonly socket: WebSocket;
  /** Combined streams wrap each payload as `{stream, data}`. */
  readonly combined: boolean;
  readonly streams = new Set<string>();
  #affliction: Affliction | undefined;
  #frozen: string[] = [];
  #frozenBytes = 0;

  constructor(socket: WebSocket, combined: boolean) {
    this.socket = socket;
    this.combined = combined;
  }

  get affliction(): Affliction | undefined {
    return this.#affliction;
  }

  afflict(affliction: Affliction): void {
    if (this.#affliction === 'frozen') return;
    this.#affliction = affliction;
    if (affliction === 'frozen') this.socket.pause();
  }

  /** What waited in a frozen connection comes at once; what a silent one missed is lost. */
  recover(): void {
    if (this.#affliction === undefined) return;
    this.#affliction = undefined;
    if (this.socket.isPaused) this.socket.resume();
    for (const text of this.#frozen) this.#write(text);
    this.#frozen = [];
    this.#frozenBytes = 0;
  }

  /** Sends a frame of a stream. */
  tell(stream: string, raw: string): void {
    if (this.#affliction === 'silent') return;
    this.answer(this.combined ? `{"stream":"${stream}","data":${raw}}` : raw);
  }

  /** Sends what is not of a stream: answers to requests. */
  answer(text: string): void {
    if (this.#affliction !== 'frozen') {
      this.#write(text);
      return;
    }
    this.#frozen.push(text);
    this.#frozenBytes += text.length;
    if (this.#frozenBytes > MAX_BUFFERED_BYTES) this.socket.terminate();
  }

  #write(text: string): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) this.socket.terminate();
    else this.socket.send(text);
  }
}
