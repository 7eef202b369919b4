import { type Place, page, picture } from './addresses.ts';

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
