import type { Change, Hello, Picture } from '../../src/dashboard/frames.ts';

export interface Message {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** Reads a stream of server-sent events, message by message. */
export class Reader {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly decoder = new TextDecoder();
  private text = '';

  constructor({ body }: Response) {
    if (body === null) throw new Error('the answer has no body');
    this.reader = body.getReader();
  }

  /** The next message; none when the stream is over. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end >= 0) {
        const lines = this.text.slice(0, end).split('\n');
        this.text = this.text.slice(end + 2);
        const field = (name: string): string | undefined =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        return {
          event: field('event') ?? '',
          id: field('id'),
          data: JSON.parse(field('data') ?? 'null'),
        };
      }
      const { done, value } = await this.reader.read();
      if (done) return undefined;
      this.text += this.decoder.decode(value, { stream: true });
    }
  }

  async find<T>(event: string): Promise<T> {
    for (;;) {
      const message = await this.next();
      if (message === undefined) throw new Error(`the stream is over, without ${event}`);
      if (message.event === event) return message.data as T;
    }
  }

  hello(): Promise<Hello> {
    return this.find('hello');
  }

  picture(): Promise<Picture> {
    return this.find('picture');
  }

  change(): Promise<Change> {
    return this.find('change');
  }

  leave(): Promise<void> {
    return this.reader.cancel();
  }
}
