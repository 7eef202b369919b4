import type { Change, Hello, Picture } from './frames.js';

/** Waiting bytes above which a viewer is sent no pictures. */
const BACKLOG = 64 * 1_024;
/** The most waiting changes of a viewer. A viewer further behind is disconnected, and asks again. */
const MOST_CHANGES = 1_000;

/** An open page: a stream of server-sent events. A page that reads slowly is sent fewer pictures. */
export class Viewer {
  readonly stream: ReadableStream<Uint8Array>;
  /** The rows of which the page has all columns: the next picture adds their last column only. */
  private known: ReadonlySet<number> = new Set();
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private readonly encoder = new TextEncoder();
  /** Changes sent since the page last read. */
  private unread = 0;
  private readonly left: () => void;

  /** @param left Called when the page has gone. */
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

  /** Sends a picture, if the page has read the ones before. */
  picture(take: (known: ReadonlySet<number>) => Picture): void {
    if ((this.controller?.desiredSize ?? 0) <= 0) {
      this.known = new Set();
      return;
    }
    const picture = take(this.known);
    this.send(`event: picture\ndata: ${JSON.stringify(picture)}\n\n`);
    this.known = new Set(picture.rows.map(({ id }) => id));
  }

  /** Sends a change, always. A page that reads nothing is disconnected, so that the backlog stays small. */
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
