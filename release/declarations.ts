import { type Place, page, picture } from './addresses.ts';

/**
 * Declarations whose doc comments show their pictures in the editor of a user, who has no `marbles/`. The links of a
 * doc comment start from a folder of `src/` and lead out of `src/`; in the package the links are addresses.
 */
export function publishedDeclarations(text: string, place: Place): string {
  return text
    .replace(
      /(!\[[^\]]*\]\()(?:\.\.\/)+([^)\s]+)/g,
      (_, start, path) => start + picture(path, place),
    )
    .replace(/(\]\()(?:\.\.\/)+([^)\s]+)/g, (_, start, path) => start + page(path, place));
}
