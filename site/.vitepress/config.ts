import { existsSync, readFileSync } from 'node:fs';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { slug } from '../build/slug.ts';

const base = process.env['SITE_BASE'] ?? '/';

/** Entries of the sidebar that the build has written. */
function written(file: string): DefaultTheme.SidebarItem[] {
  const url = new URL(`../generated/${file}`, import.meta.url);
  return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : [];
}

/**
 * The sidebars of the reference: one for each entry of the package, without groups that open and close, since the
 * theme puts a button into a button for these.
 */
function referenceBars(): DefaultTheme.SidebarMulti {
  const modules = written('api/typedoc-sidebar.json');
  const links = modules.map(({ text = '', link = '' }) => ({ text, link }));
  const top = { text: 'Reference', items: [{ text: 'Overview', link: '/api/' }, ...links] };
  const open = ({ text, link, items }: DefaultTheme.SidebarItem): DefaultTheme.SidebarItem => ({
    ...(text !== undefined && { text }),
    ...(link !== undefined && { link }),
    ...(items !== undefined && { items: items.map(open) }),
  });
  const bars = modules.map(({ link = '', items = [] }) => [link, [top, ...items.map(open)]]);
  return { '/api/': [top], ...Object.fromEntries(bars) };
}

const guide: DefaultTheme.SidebarItem[] = [
  {
    text: 'Guide',
    items: [
      { text: 'First steps', link: '/guide/' },
      { text: 'Options', link: '/guide/options' },
      { text: 'How to choose settings', link: '/guide/choosing' },
      { text: 'Watch, control, errors', link: '/guide/watch' },
      { text: 'Recipes', link: '/guide/recipes' },
      { text: 'Testing', link: '/guide/testing' },
      { text: 'The lab', link: '/guide/lab' },
    ],
  },
  {
    text: 'Where it runs',
    items: [
      { text: 'Angular', link: '/guide/angular' },
      { text: 'NestJS', link: '/guide/nestjs' },
      { text: 'Metrics, logs, health', link: '/guide/metrics' },
      { text: 'Several processes', link: '/guide/processes' },
    ],
  },
  {
    text: 'Is it for us?',
    items: [
      { text: 'What it costs', link: '/guide/cost' },
      { text: 'How it compares', link: '/guide/compare' },
      { text: 'For people who switch', link: '/switch/' },
      { text: 'Why these defaults', link: '/guide/studies' },
    ],
  },
];

export default defineConfig({
  title: 'rxjs-circuit-breaker',
  description:
    'A circuit breaker for RxJS: one operator, one handle, shown to be right by marble diagrams that run',
  lang: 'en',
  base,
  srcDir: 'generated',
  outDir: 'dist',
  cleanUrls: false,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: `${base}icon.svg`, type: 'image/svg+xml' }]],
  ignoreDeadLinks: [/^\/playground\//],
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: ({ renderer, utils }) => {
      // code is no template of Vue, even where it holds two braces
      // a heading without words is none
      renderer.rules['th_open'] = (tokens, index, options, _, self) =>
        tokens[index + 1]?.content === '' ? '<td>' : self.renderToken(tokens, index, options);
      renderer.rules['th_close'] = (tokens, index) =>
        tokens[index - 1]?.content === '' ? '</td>\n' : '</th>\n';
      renderer.rules['code_block'] = (tokens, index) =>
        `<pre class="plain" tabindex="0"><code v-pre>${utils.escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`;
      renderer.rules['code_inline'] = (tokens, index) =>
        `<code v-pre>${utils.escapeHtml(tokens[index]?.content ?? '')}</code>`;
    },
  },
  vite: { build: { chunkSizeWarningLimit: 2_000 }, logLevel: 'warn', publicDir: 'public' },
  // the home page of the theme has no main landmark
  transformHtml: (html) =>
    html.replace(
      '<div class="VPContent is-home" id="VPContent"',
      '<div class="VPContent is-home" id="VPContent" role="main"',
    ),
  themeConfig: {
    logo: '/icon.svg',
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guide', link: '/guide/', activeMatch: '^/guide/(?!choosing)' },
      { text: 'Settings', link: '/guide/choosing' },
      { text: 'Playground', link: '/playground/', target: '_self' },
      { text: 'Marbles', link: '/marbles/', activeMatch: '^/marbles/' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Switch', link: '/switch/' },
    ],
    sidebar: {
      '/guide/': guide,
      '/switch/': guide,
      '/marbles/': [
        {
          text: 'Marbles',
          items: [
            { text: 'How to read them', link: '/marbles/' },
            ...written('marbles/sidebar.json'),
          ],
        },
      ],
      ...referenceBars(),
    },
    footer: { message: 'MIT licence' },
  },
});
