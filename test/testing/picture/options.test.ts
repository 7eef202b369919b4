import { describe, expect, it } from 'vitest';
import { codeLines, wrapCode } from '../../../src/testing/picture/options.ts';

describe('the options in a picture', () => {
  it('stand on one line where they fit exactly, else on the lines of the text', () => {
    const code = 'circuitBreaker({\n  a: 1\n})';
    const joined = 'circuitBreaker({ a: 1 })';
    expect(codeLines(code, joined.length)).toEqual([joined]);
    expect(codeLines(code, joined.length - 1)).toEqual([
      'circuitBreaker({',
      '\u00a0\u00a0a: 1',
      '})',
    ]);
  });

  it('have no space inside of brackets and no comma before them', () => {
    expect(codeLines('circuitBreaker(\n  { a: 1 },\n)', 80)).toEqual(['circuitBreaker({ a: 1 })']);
  });

  it('name a snapshot, with any space before it', () => {
    for (const space of ['', ' ', '  ']) {
      const code = `circuitBreaker({ restore:${space}{ a: [1, { b: 2 }] }, c: 3 })`;
      expect(codeLines(code, 80)).toEqual(['circuitBreaker({ restore: snapshot, c: 3 })']);
    }
  });

  it('break between members, and break no member that fits a line exactly', () => {
    expect(wrapCode('x, f(b, c)', 9)).toEqual(['x,', '\u00a0\u00a0f(b, c)']);
  });

  it('keep their indentation, which takes its room', () => {
    expect(wrapCode('    aaa, bbb, ccc, ddd', 16)).toEqual([
      '\u00a0\u00a0\u00a0\u00a0aaa, bbb,',
      '\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0ccc, ddd',
    ]);
    expect(wrapCode('', 10)).toEqual(['']);
  });
});
