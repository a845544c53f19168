// Follows every relative link of the docs: the file must be there, and so must the heading after `#`.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The pages that users read: the README files, what stands beside the first one, and everything under docs. */
function pages() {
  const below = (folder, recursive) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive }).map((name) => join(root, folder, name))
      : [];
  const readmes = ['packages', 'libs', 'apps'].flatMap((home) =>
    below(home, false).map((folder) => join(folder, 'README.md')),
  );
  const own = [join(root, 'README.md'), join(root, 'CONTRIBUTING.md'), join(root, 'SECURITY.md')];
  const docs = below('docs', true).filter((name) => name.endsWith('.md'));
  return [...own, ...docs, ...readmes].filter((page) => existsSync(page));
}

/** The text of a page without its code, line by line, so that lines still count. */
function proseOf(page) {
  let fence;
  return readFileSync(page, 'utf8')
    .split('\n')
    .map((line) => {
      const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
      if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
        fence = fence === undefined ? mark : undefined;
        return '';
      }
      return fence === undefined ? line : '';
    });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page) {
  const seen = new Map();
  return new Set(
    proseOf(page).flatMap((line) => {
      const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
      if (heading === undefined) return [];
      const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return [before === 0 ? anchor : `${anchor}-${before}`];
    }),
  );
}

const complaints = [];
let followed = 0;
for (const page of pages()) {
  // Joined, because a link's text may run over the end of a line.
  const text = proseOf(page)
    .join('\n')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '));
  for (const { 1: target, index } of text.matchAll(/\]\(([^()\s]+)\)/g)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
    followed++;
    const [path, anchor] = target.split('#');
    const file = path === '' ? page : resolve(dirname(page), decodeURIComponent(path));
    const where = `${relative(root, page)}:${text.slice(0, index).split('\n').length}`;
    if (!existsSync(file)) complaints.push(`${where}: there is no ${relative(root, file)}`);
    else if (anchor && statSync(file).isFile() && !anchorsOf(file).has(anchor))
      complaints.push(`${where}: ${relative(root, file)} has no heading #${anchor}`);
  }
}

for (const complaint of complaints) console.error(complaint);
console.log(`${followed} links followed`);
process.exitCode = complaints.length === 0 ? 0 : 1;
