import { describe, expect, it } from 'vitest';
import {
  bracketedLength,
  openBrackets,
  withoutStrings,
} from '../../../src/testing/marble/brackets.ts';

describe('a piece of code without its strings and comments', () => {
  const cases: readonly (readonly [what: string, code: string, bare: string])[] = [
    ['plain code', 'a({ b: [1] })', 'a({ b: [1] })'],
    ['a string between single quotes', "a('}')b", 'a(   )b'],
    ['a string between double quotes', 'a("}")b', 'a(   )b'],
    ['a template', 'a(`}`)b', 'a(   )b'],
    ['strings of several characters', `'ab' "cd" \`ef\``, '              '],
    ['empty strings', `''""\`\`.`, '      .'],
    ['escaped quotes', String.raw`'\'}' "\"}" ${'`\\`}`'}.`, '                 .'],
    ['two strings with code between', "'a'}'b'", '   }   '],
    ['two templates with code between', '`a`}`b`', '   }   '],
    ['a template over two lines, with an escaped line break', '`a\n}\\\n}`.', '        .'],
    ['a single quote that the line does not close', "'}\n'", "'}\n'"],
    ['a double quote that the line does not close', '"}\n"', '"}\n"'],
    ['a comment to the end of the line', 'a // }}\n}', 'a      \n}'],
    ['a comment over two lines', 'a /* }\n} */ }', 'a           }'],
    ['two comments with code between', '/*a*/}/*b*/', '     }     '],
    ['a quote in a comment', "// it's\n}", '       \n}'],
    ['a comment sign in a string', "'//' }", '     }'],
  ];
  for (const [what, code, bare] of cases) {
    it(`has spaces for them: ${what}`, () => {
      expect(withoutStrings(code)).toBe(bare);
      expect(withoutStrings(code)).toHaveLength(code.length);
    });
  }
});

describe('the brackets of a piece of code', () => {
  it('are counted, those that open less those that close', () => {
    expect(openBrackets('({[')).toBe(3);
    expect(openBrackets(')}]')).toBe(-3);
    expect(openBrackets("a('(') + b({")).toBe(2);
    expect(openBrackets('no bracket')).toBe(0);
  });

  it('end where the first of them closes', () => {
    expect(bracketedLength('{ a: [1, ")"] } b }')).toBe(15);
    expect(bracketedLength('{}')).toBe(2);
    expect(bracketedLength('[(])')).toBe(4);
    expect(bracketedLength('{ a: "}"')).toBe(null);
    expect(bracketedLength('{ a }{ b }')).toBe(5);
  });
});
