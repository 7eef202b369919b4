/** Where the files of a version can be seen. */
export interface Place {
  /** The web page of the repository: `https://github.com/owner/name`. */
  readonly page: string;
  /** The commit, tag or branch: `v1.2.3`. */
  readonly ref: string;
  /** Whether a path in the repository is a folder. */
  readonly isFolder: (path: string) => boolean;
}

/**
 * The README for readers who do not have the repository, on the page of the package: what its relative links
 * and pictures lead to has an address of its own. Code and links within the page stay as they are.
 */
export function publishedReadme(markdown: string, place: Place): string {
  const code: string[] = [];
  const prose = markdown.replace(/^```[\s\S]*?^```$|`[^`\n]*`/gm, (text) => {
    code.push(text);
    return `\0${code.length - 1}\0`;
  });
  return prose
    .replace(/(!\[[^\]]*\]\()([^)\s]+)/g, (_, start, target) => start + picture(target, place))
    .replace(/(\]\()([^)\s]+)/g, (_, start, target) => start + page(target, place))
    .replace(/(\bsrc(?:set)?=")([^"\s]+)/g, (_, start, target) => start + picture(target, place))
    .replace(/(\bhref=")([^"\s]+)/g, (_, start, target) => start + page(target, place))
    .replace(/\0(\d+)\0/g, (_, index) => code[index] as string);
}

/** Whether a target is an address, or a place in the page itself. */
const isWhole = (target: string): boolean => /^(#|[a-z]+:)/i.test(target);

/** The address of a file itself. */
function picture(target: string, { page, ref }: Place): string {
  if (isWhole(target)) return target;
  const raw = page.replace('//github.com/', '//raw.githubusercontent.com/');
  return `${raw}/${ref}/${target.replace(/^\.\//, '')}`;
}

/** The address of the web page that shows a file or a folder. */
function page(target: string, { page, ref, isFolder }: Place): string {
  if (isWhole(target)) return target;
  const path = target.replace(/^\.\//, '');
  const kind = isFolder(path.replace(/#.*/, '')) ? 'tree' : 'blob';
  return `${page}/${kind}/${ref}/${path}`;
}
