import { describe, expect, it } from 'vitest';
import { publishedDeclarations } from '../../release/declarations.ts';
import { publishedReadme } from '../../release/readme.ts';
import { webPage } from '../../release/repository.ts';

const place = {
  page: 'https://github.com/owner/name',
  ref: 'v1.2.3',
  isFolder: (path: string) => path === 'bench',
};
const published = (markdown: string): string => publishedReadme(markdown, place);

describe('the published README', () => {
  it('shows pictures from the repository, at the version of the package', () => {
    expect(published('![A claim](marbles/a.svg)')).toBe(
      '![A claim](https://raw.githubusercontent.com/owner/name/v1.2.3/marbles/a.svg)',
    );
    expect(published('<img src="./marbles/a.svg" alt="A claim">')).toBe(
      '<img src="https://raw.githubusercontent.com/owner/name/v1.2.3/marbles/a.svg" alt="A claim">',
    );
    expect(published('<source srcset="dark.svg">')).toContain('owner/name/v1.2.3/dark.svg');
  });

  it('links to files and folders of the repository', () => {
    expect(published('[how](CONTRIBUTING.md#tests), [bench/](bench)')).toBe(
      '[how](https://github.com/owner/name/blob/v1.2.3/CONTRIBUTING.md#tests), ' +
        '[bench/](https://github.com/owner/name/tree/v1.2.3/bench)',
    );
    expect(published('<a href="LICENSE">')).toBe(
      '<a href="https://github.com/owner/name/blob/v1.2.3/LICENSE">',
    );
  });

  it('links a picture that is a link in both its parts', () => {
    expect(published('[![A claim](a.svg)](a.marble)')).toBe(
      '[![A claim](https://raw.githubusercontent.com/owner/name/v1.2.3/a.svg)]' +
        '(https://github.com/owner/name/blob/v1.2.3/a.marble)',
    );
  });

  it('links from text that is code', () => {
    expect(published('[`bench/run`](bench)')).toBe(
      '[`bench/run`](https://github.com/owner/name/tree/v1.2.3/bench)',
    );
  });

  it.each([
    '[errors](#errors)',
    '[rxjs](https://rxjs.dev)',
    '[mail](mailto:a@example.com)',
    '`[not](a-link)`',
    '```ts\nconst a = f[0](b);\n```',
    'a [box] (and a remark)',
  ])('leaves alone %j', (markdown) => {
    expect(published(markdown)).toBe(markdown);
  });

  it('is the same when it is published again', () => {
    const once = published('![A claim](a.svg), [bench/](bench)\n');
    expect(published(once)).toBe(once);
  });
});

describe('the published declarations', () => {
  it.each([
    [
      ' * ![A `claim`](../../marbles/01/a.svg)',
      ' * ![A `claim`](https://raw.githubusercontent.com/owner/name/v1.2.3/marbles/01/a.svg)',
    ],
    [
      ' * as in [the bench](../../../bench)',
      ' * as in [the bench](https://github.com/owner/name/tree/v1.2.3/bench)',
    ],
    [
      " * import('./chunk.js'), [RxJS](https://rxjs.dev)",
      " * import('./chunk.js'), [RxJS](https://rxjs.dev)",
    ],
  ])('lead out of the package by whole addresses only: %s', (text, wanted) => {
    const once = publishedDeclarations(text, place);
    expect([once, publishedDeclarations(once, place)]).toEqual([wanted, wanted]);
  });
});

it('a repository without a web page is an error that names the field', () => {
  expect(webPage({ url: 'git+https://github.com/owner/name.git' })).toBe(place.page);
  expect(() => webPage({ url: 'git@github.com:owner/name.git' })).toThrow(
    'package.json: repository.url must be git+https://github.com/<owner>/<name>.git, got git@github.com:owner/name.git',
  );
});
