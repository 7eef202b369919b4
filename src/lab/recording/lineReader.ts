import { type Recording, RecordingBuilder } from './recording.js';

/** What a line of a log says of a call; a string is the reason why the line is not believed. */
export interface Line {
  /** The stamp in milliseconds since 1970. */
  stamp: number;
  /** Whether the stamp is in whole seconds, so that the lines of a second have to be spread over the second. */
  coarse: boolean;
  /** Milliseconds. */
  duration: number;
  failed: boolean;
}

/** Reads one line into `into`. Returns null, or the reason why the line is not believed. */
export type LineParser = (line: string, into: Line) => string | null;

/** Reads lines one by one. */
export class LineReader {
  private readonly parse: LineParser;
  private readonly stampIsEnd: boolean;
  private readonly builder = new RecordingBuilder();
  private readonly line: Line = { stamp: 0, coarse: false, duration: 0, failed: false };
  private lines = 0;
  // the calls of the present second, which are spread over it when the next second begins
  private second = Number.NaN;
  private first = 0;

  constructor(parse: LineParser, stampIsEnd: boolean) {
    this.parse = parse;
    this.stampIsEnd = stampIsEnd;
  }

  read(text: string): void {
    this.lines++;
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line === '') return;
    const { line: into, builder } = this;
    const reason = this.parse(line, into);
    if (reason !== null) {
      if (reason !== '') builder.skip(reason, this.lines, line);
      return;
    }
    const { stamp, duration } = into;
    if (!into.coarse || stamp !== this.second) {
      this.spread();
      this.second = into.coarse ? stamp : Number.NaN;
      this.first = builder.length;
    }
    builder.push(this.stampIsEnd ? stamp - duration : stamp, duration, into.failed);
  }

  finish(): Recording {
    this.spread();
    return this.builder.finish();
  }

  /** Spreads the calls of a whole second evenly over the second. */
  private spread(): void {
    if (Number.isNaN(this.second)) return;
    const { builder, first } = this;
    const count = builder.length - first;
    for (let n = 0; n < count; n++) builder.shift(first + n, ((n + 0.5) / count) * 1_000);
  }
}
