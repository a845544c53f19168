import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { entries } from '../api.mjs';
import { llms } from '../llms.mjs';
import { repository, staged } from '../sources.mjs';

/** Title of a page: its first heading. */
const titleOf = (page) =>
  /^# (.+)$/m
    .exec(readFileSync(join(staged, page), 'utf8'))?.[1]
    .replaceAll('`', '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');

/** The anchor of a heading, as GitHub makes it: links of the docs lead to the same place here and there. */
const githubAnchor = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const item = (page, text) => ({
  text: text ?? titleOf(page),
  link: `/${page.replace(/(^|\/)index\.md$|\.md$/, '$1')}`,
});

/** A page for the search, which keeps its text alone: colours of code are most of the work of a page. */
function withoutColours(source, env, md) {
  const { highlight } = md.options;
  md.options.highlight = null;
  try {
    const html = md.render(source, env);
    return env.frontmatter?.search === false ? '' : html;
  } finally {
    md.options.highlight = highlight;
  }
}

/** All pages of a folder, in the order of their names, after those that are named. */
function folder(name, first = []) {
  const others = readdirSync(join(staged, name))
    .filter((file) => file.endsWith('.md') && file !== 'index.md' && !first.includes(file.slice(0, -3)))
    .map((file) => file.slice(0, -3));
  const pages = existsSync(join(staged, name, 'index.md')) ? ['index'] : [];
  return [...pages, ...first, ...others].map((page) => item(`${name}/${page}.md`));
}

/** Chapters of the guide, in the order of its table of contents. */
const chapters = [
  ...new Set(
    [...readFileSync(join(staged, 'contents.md'), 'utf8').matchAll(/\]\(\.\/guide\/([\w-]+)\.md/g)].map(
      ([, page]) => page,
    ),
  ),
];

const group = (text, items, collapsed = true) => ({ text, items, collapsed });

const sidebar = [
  item('contents.md', 'Contents'),
  group('Guide', folder('guide', chapters), false),
  group('Recipes', folder('recipes')),
  group('Compared', folder('comparisons')),
  group('Reference', folder('reference', ['guarantees', 'options'])),
  group('Packages', [...folder('packages'), ...folder('apps')]),
  group(
    'API',
    entries.map(({ name, page }) => item(`api/${page}.md`, name)),
  ),
  group('Internals', [...folder('internals', ['architecture']), item('security.md', 'Security')]),
  group('Decisions', folder('adr')),
];

const chinese = ['index', 'first-handler', 'cluster', 'guarantees'].map((page) => item(`zh/${page}.md`));

export default defineConfig({
  srcDir: '.pages',
  outDir: 'dist',
  base: process.env.SITE_BASE ?? '/',
  title: 'Catga',
  description: 'A distributed CQRS mediator for NestJS, with a delivery guarantee for each message',
  cleanUrls: true,
  ignoreDeadLinks: false,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.SITE_BASE ?? '/'}icon.svg` }],
    // The language of a code block is too pale in the default theme.
    ['style', {}, ".vp-doc [class*='language-'] > span.lang { color: var(--vp-c-text-1) }"],
  ],
  markdown: {
    anchor: { slugify: githubAnchor },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  locales: {
    root: { label: 'English', lang: 'en' },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: 'NestJS 的分布式 CQRS 中介者，每条消息声明自己的投递保证',
      themeConfig: {
        nav: [{ text: '入门', link: '/zh/first-handler' }],
        sidebar: chinese,
        outline: { label: '本页目录' },
        docFooter: { prev: '上一页', next: '下一页' },
        returnToTopLabel: '回到顶部',
        sidebarMenuLabel: '菜单',
        darkModeSwitchLabel: '深色模式',
        langMenuLabel: '切换语言',
      },
    },
  },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/guide/first-handler' },
      { text: 'Recipes', link: '/contents#recipes-one-task-each' },
      { text: 'Compared', link: '/comparisons/' },
      { text: 'Reference', link: '/reference/guarantees' },
      { text: 'API', link: '/api/' },
    ],
    sidebar,
    socialLinks: [{ icon: 'github', link: repository }],
    search: { provider: 'local', options: { _render: withoutColours } },
    outline: 'deep',
  },
  buildEnd({ outDir, pages }) {
    writeFileSync(join(outDir, 'llms.txt'), llms(staged, pages, process.env.SITE_BASE));
    for (const page of pages.filter((one) => !one.startsWith('api/') && existsSync(join(staged, one))))
      copyFileSync(join(staged, page), join(outDir, page));
  },
});
