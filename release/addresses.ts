/** Where the files of a version can be seen. */
export interface Place {
  /** The web page of the repository: `https://github.com/owner/name`. */
  readonly page: string;
  /** The commit, tag or branch: `v1.2.3`. */
  readonly ref: string;
  /** Whether a path in the repository is a folder. */
  readonly isFolder: (path: string) => boolean;
}

/** Whether a target is an address, or a place in the page itself. */
const isWhole = (target: string): boolean => /^(#|[a-z]+:)/i.test(target);

/** The address of a file itself. */
export function picture(target: string, { page, ref }: Place): string {
  if (isWhole(target)) return target;
  const raw = page.replace('//github.com/', '//raw.githubusercontent.com/');
  return `${raw}/${ref}/${target.replace(/^\.\//, '')}`;
}

/** The address of the web page that shows a file or a folder. */
export function page(target: string, { page, ref, isFolder }: Place): string {
  if (isWhole(target)) return target;
  const path = target.replace(/^\.\//, '');
  const kind = isFolder(path.replace(/#.*/, '')) ? 'tree' : 'blob';
  return `${page}/${kind}/${ref}/${path}`;
}
