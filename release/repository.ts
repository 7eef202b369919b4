/** The owner in package.json until there is a real one. A release to the registry refuses this name. */
export const placeholder = 'OWNER';

/** The web page of a repository, from the `repository` of package.json: `https://github.com/owner/name`. */
export function webPage(repository: { readonly url: string }): string {
  const page = /^git\+(https:\/\/github\.com\/[^/]+\/[^/]+)\.git$/.exec(repository.url)?.[1];
  if (page === undefined) {
    const form = 'git+https://github.com/<owner>/<name>.git';
    throw new Error(`package.json: repository.url must be ${form}, got ${repository.url}`);
  }
  return page;
}
