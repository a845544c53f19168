// The built site in Chromium: every page that is written by hand, on a screen and on a phone, in both colour schemes where
// that matters. No error in the console, no request to another host, no page wider than the phone, nothing that axe finds.
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { findChromium } from '../libs/servers/dist/find-chromium.js';

const dist = fileURLToPath(new URL('dist', import.meta.url));
const PHONE = { width: 390, height: 844 };
const SCREEN = { width: 1280, height: 800 };
/** Pages that axe looks at and that are opened on a screen, too: one of each kind. */
const THOROUGH = [
  '',
  'zh/',
  'guide/first-handler',
  'reference/guarantees',
  'comparisons/',
  'zh/guarantees',
  'api/',
  'api/sagas',
];

const types = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  json: 'application/json',
};
/** What axe finds in the default theme of VitePress 1.6.4: its search button, and the groups of its sidebar. */
const OF_VITEPRESS = {
  'label-content-name-mismatch': /^<button[^>]* class="DocSearch /,
  'nested-interactive': /^<div class="item" role="button"/,
};
const problems = [];

/** A server for static files that knows of pages without `.html`, as the site is served. */
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const path = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
  const file = /\.\w+$/.test(path) ? path : `${path}.html`;
  try {
    const content = readFileSync(join(dist, file));
    response.setHeader('content-type', types[file.split('.').at(-1)] ?? 'application/octet-stream');
    response.setHeader('cache-control', 'max-age=3600');
    response.end(content);
  } catch {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}/`;

const pages = readdirSync(dist, { recursive: true })
  .filter((file) => file.endsWith('.html') && file !== '404.html')
  .map((file) => file.replaceAll('\\', '/').replace(/(^|\/)index\.html$|\.html$/, '$1'));

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
});

/**
 * A tab that opens pages one after the other: what browsers start for a page, and the files that pages share, are there
 * from the second one on. What a page does wrong is a problem.
 */
class Tab {
  static async open(options) {
    const context = await browser.newContext({ locale: 'en-US', ...options });
    return new Tab(context, await context.newPage(), options.viewport.width);
  }

  constructor(context, page, width) {
    this.context = context;
    this.page = page;
    this.width = width;
    page.on('pageerror', (error) => this.complain(error.message));
    page.on('console', (message) => message.type() === 'error' && this.complain(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
        this.complain(`asks ${request.url()}`);
    });
  }

  /** Runs `look` on a page. */
  async visit(path, look) {
    this.path = path;
    const complain = (problem) => this.complain(problem);
    const reply = await this.page.goto(origin + path, { waitUntil: 'load' });
    if (reply.status() !== 200) complain(`answered with ${reply.status()}`);
    await look(this.page, complain);
  }

  complain(problem) {
    problems.push(`/${this.path} (${this.width} px): ${problem}`);
  }

  close() {
    return this.context.close();
  }
}

async function fits(tab, complain) {
  const { wide, room, size } = await tab.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    room: document.documentElement.clientWidth,
    size: Number.parseFloat(
      getComputedStyle(document.querySelector('.vp-doc p, .vp-doc li') ?? document.body).fontSize,
    ),
  }));
  if (wide > room) complain(`is ${wide} px wide`);
  if (size < 14) complain(`has text of ${size} px`);
}

/** What axe finds, by all rules unless some are named. */
async function accessible(tab, complain, rules) {
  await tab.evaluate(axe.source);
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const { violations } = await tab.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  const ours = violations
    .map(({ id, nodes }) => ({ id, nodes: nodes.filter(({ html }) => !OF_VITEPRESS[id]?.test(html)) }))
    .filter(({ nodes }) => nodes.length > 0);
  for (const { id, nodes } of ours)
    complain(
      `axe: ${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' ')} (${nodes.length})`,
    );
}

/** Opens pages one after the other in a tab of its own. */
async function inOneTab(options, paths, look) {
  const tab = await Tab.open(options);
  for (const path of paths) await tab.visit(path, look);
  await tab.close();
}

const onPhone = pages.filter((one) => !one.startsWith('api/') || THOROUGH.includes(one));
await Promise.all([
  inOneTab({ viewport: PHONE }, onPhone, fits),
  inOneTab({ viewport: SCREEN, colorScheme: 'light' }, THOROUGH, async (page, complain) => {
    await fits(page, complain);
    await accessible(page, complain);
  }).then(() =>
    // The same page in other colours: what is no matter of colour was found in light ones.
    inOneTab({ viewport: SCREEN, colorScheme: 'dark' }, THOROUGH, (page, complain) =>
      accessible(page, complain, ['color-contrast']),
    ),
  ),
]);

await inOneTab({ viewport: SCREEN }, [''], async (page, complain) => {
  await page.getByRole('button', { name: 'Search' }).click();
  await page.keyboard.type('dead letter');
  await page.locator('.result').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname !== '/').catch(() => complain('the search leads nowhere'));
});

const llms = readFileSync(join(dist, 'llms.txt'), 'utf8');
for (const [, path] of llms.matchAll(/\]\(\/([^)]+)\)/g)) {
  const { status } = await fetch(origin + path);
  if (status !== 200) problems.push(`llms.txt: /${path} answered with ${status}`);
}

await browser.close();
server.close();
for (const problem of new Set(problems)) console.error(problem);
console.log(`${pages.length} pages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
