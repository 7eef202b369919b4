import { NEVER, of, throwError, timer } from 'rxjs';
import * as api from '../../index.js';
import type { Place, Text } from './marbleError.js';

/**
 * The value of a piece of JavaScript in a marble text. The code may use all exports of the package, and of RxJS what a
 * health check is made of: `of`, `throwError`, `timer` and `NEVER`. `instead` replaces some of them. A marble text is
 * a program, as a test file is: run no text that you do not trust.
 */
export function evaluate(text: Text, place: Place, code: string, instead: object = {}): unknown {
  const scope = { NEVER, of, throwError, timer, ...api, ...instead };
  try {
    return new Function(...Object.keys(scope), `'use strict'; return (${code}\n);`)(
      ...Object.values(scope),
    );
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = error instanceof SyntaxError ? `this is no JavaScript: ${said}` : said;
    text.fail(culprit(text, place, code, message), message);
  }
}

/** The place of the word that an error's message begins with, such as the name of a refused option. */
function culprit(text: Text, place: Place, code: string, message: string): Place {
  const word = /[A-Za-z_$][\w$]*/.exec(message)?.[0];
  const inside = /unknown option "([\w$]+)/.exec(message)?.[1] ?? word;
  if (inside === undefined) return place;
  const lines = code.split('\n').length;
  for (let line = place.line; line < place.line + lines; line++) {
    const index = (text.lines[line - 1] as string).search(new RegExp(`\\b${inside}\\b`));
    if (index + 1 >= (line === place.line ? place.column : 1)) {
      return { line, column: index + 1 };
    }
  }
  return place;
}
