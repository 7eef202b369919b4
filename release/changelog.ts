// The changelog is in the form of https://keepachangelog.com: a section for what is not released, then one for
// each release, and at the end a link for each section.

const unreleased = '## [Unreleased]';

/** The text of the section for what is not released yet, without its heading. */
export function unreleasedChanges(changelog: string): string {
  const start = changelog.indexOf(unreleased);
  if (start < 0) throw new Error(`CHANGELOG.md has no section "${unreleased}"`);
  const rest = changelog.slice(start + unreleased.length);
  const end = rest.search(/^(## |\[[^\]]+\]: )/m);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}

/**
 * The changelog after a release: the changes have its version as heading, and nothing is unreleased. The links are
 * relative to the page of the changelog in the repository.
 */
export function releasedChangelog(
  changelog: string,
  release: { readonly version: string; readonly previous: string; readonly date: string },
): string {
  const { version, previous, date } = release;
  if (entriesIn(unreleasedChanges(changelog)).length === 0) {
    throw new Error(
      'CHANGELOG.md: the section [Unreleased] is empty; write there what users get from this release',
    );
  }
  if (changelog.includes(`## [${version}]`)) {
    throw new Error(`CHANGELOG.md has a section for ${version} already`);
  }
  const links = /^\[Unreleased\]: .*$/m;
  if (!links.test(changelog)) throw new Error('CHANGELOG.md has no link for [Unreleased]');
  return changelog
    .replace(unreleased, `${unreleased}\n\n## [${version}] - ${date}`)
    .replace(
      links,
      `[Unreleased]: ../../compare/v${version}...HEAD\n` +
        `[${version}]: ../../compare/v${previous}...v${version}`,
    );
}

/** The changes that a section lists, with the heading that each stands under. */
export function entriesIn(section: string): readonly { heading: string; text: string }[] {
  let heading = '';
  return section.split('\n').flatMap((line) => {
    heading = /^### (.*)/.exec(line)?.[1] ?? heading;
    const text = /^- (.*)/.exec(line)?.[1];
    return text === undefined ? [] : [{ heading, text }];
  });
}
