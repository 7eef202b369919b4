import type { Change, Hello, Picture } from './frames.js';

/** Bytes that may wait for a viewer before pictures are left out. */
const BACKLOG = 64 * 1_024;
/** Changes that may wait for a viewer; one that is behind by more has to come back and ask for them. */
const MOST_CHANGES = 1_000;

/** One page that is open: a stream of server-sent events. A page that reads slowly is sent fewer pictures. */
export class Viewer {
  readonly stream: ReadableStream<Uint8Array>;
  /** The rows whose columns the page has up to now: the next picture brings their last one only. */
  private known: ReadonlySet<number> = new Set();
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private readonly encoder = new TextEncoder();
  /** Changes that were sent since the page has last read. */
  private unread = 0;
  private readonly left: () => void;

  /** @param left Is told when the page has gone. */
  constructor(left: () => void) {
    this.left = left;
    const strategy = { highWaterMark: BACKLOG, size: (chunk: Uint8Array) => chunk.byteLength };
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => {
          this.unread = 0;
        },
        cancel: () => {
          this.controller = undefined;
          left();
        },
      },
      strategy,
    );
  }

  hello(hello: Hello): void {
    this.send(`retry: 2000\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
  }

  /** Sends the picture, unless the page has not read what it was sent before. */
  picture(take: (known: ReadonlySet<number>) => Picture): void {
    if ((this.controller?.desiredSize ?? 0) <= 0) {
      this.known = new Set();
      return;
    }
    const picture = take(this.known);
    this.send(`event: picture\ndata: ${JSON.stringify(picture)}\n\n`);
    this.known = new Set(picture.rows.map(({ id }) => id));
  }

  /** Sends a change, always. A page that reads nothing at all is hung up on instead of kept for. */
  change(change: Change): void {
    this.unread++;
    if (this.unread > MOST_CHANGES) this.close();
    this.send(`id: ${change.id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
  }

  close(): void {
    this.controller?.close();
    this.controller = undefined;
    this.left();
  }

  private send(text: string): void {
    this.controller?.enqueue(this.encoder.encode(text));
  }
}
