/** A bijection of 32 bits that scatters neighbours (Wellons' "triple32", first rounds). */
function scatter(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  return x ^ (x >>> 15);
}

/**
 * Random numbers that are looked up, not drawn: number `n` of a stream is a function of seed, stream and `n`.
 *
 * So two breakers that play the same plan give request `n` the same latency and the same luck, however many
 * calls each of them has refused before (common random numbers). Whole 32-bit arithmetic only.
 */
export class Stream {
  private readonly first: number;
  private readonly second: number;
  private readonly third: number;

  /** @param seed any finite number @param stream which of the seed's streams; a whole number */
  constructor(seed: number, stream: number) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, seed);
    let key = scatter(view.getInt32(0) ^ 0x6a09e667);
    key = scatter(key ^ view.getInt32(4));
    key = scatter((key + Math.imul(stream, 0x9e3779b1)) | 0);
    this.first = key;
    this.second = scatter(key ^ 0x3c6ef372);
    this.third = scatter(this.second ^ 0xa54ff53a) | 1;
  }

  /** Number `n` of the stream, a whole number from 0 to 2^53: 32 random bits. */
  bits(n: number): number {
    const low = n | 0;
    const high = (n / 4294967296) | 0;
    const x = scatter(Math.imul(low, this.third) ^ this.first ^ Math.imul(high, 0x85ebca6b));
    return scatter((x + this.second) | 0) >>> 0;
  }

  /** Number `n` of the stream as a fraction in (0, 1). */
  at(n: number): number {
    return (this.bits(n) + 0.5) / 4294967296;
  }
}

/** The numbers of a stream one after the other, as a replacement for `Math.random`. */
export function sequence(stream: Stream): () => number {
  let n = 0;
  return () => stream.at(n++);
}
