// Puts the pages together: the Markdown of the repository, with links that lead to its pages or to the repository, and the
// API reference of every package. Nothing of it is kept: the site is made of what the repository has.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { makeApi } from './api.mjs';
import { repository, root, sources, staged } from './sources.mjs';

/** Applies `change` to the text between fenced code blocks. */
function outsideOfCode(text, change) {
  return text
    .split(/^([ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?^[ \t]*\2[ \t]*$)/m)
    .filter((_part, index) => index % 3 !== 2)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}

/** A link as it is on the site. */
function linkFrom(file, page, target) {
  if (/^([a-z][a-z0-9+.-]*:|#|\/)/i.test(target)) return target;
  const [path, anchor] = target.split('#');
  const end = anchor === undefined ? '' : `#${anchor}`;
  // Pages of the site alone have links as they are on it.
  if (file.startsWith('site/')) return target;
  const linked = posix.join(posix.dirname(file), decodeURIComponent(path));
  const to = sources.get(linked) ?? sources.get(posix.join(linked, 'README.md'));
  if (to !== undefined) {
    const relative = posix.relative(posix.dirname(page), to);
    return `${relative.startsWith('.') ? '' : './'}${relative}${end}`;
  }
  if (!existsSync(join(root, linked))) throw new Error(`${file}: there is no ${linked}`);
  const kind = statSync(join(root, linked)).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${linked}${end}`;
}

function prepared(file, page) {
  // GitHub draws these; here they are shown as they are written.
  const source = readFileSync(join(root, file), 'utf8').replaceAll(/^```mermaid$/gm, '```text');
  return outsideOfCode(source, (text) =>
    text
      .replaceAll(/<!--[\s\S]*?-->/g, '')
      .replaceAll(/\]\(([^()\s]+)\)/g, (_all, target) => `](${linkFrom(file, page, target)})`)
      // Vue would take them for its own.
      .replaceAll('{{', '&#123;&#123;'),
  );
}

rmSync(staged, { recursive: true, force: true });
for (const [file, page] of sources) {
  // The first page of the repository is the README; the site has a landing page of its own.
  if (file === 'README.md') continue;
  mkdirSync(dirname(join(staged, page)), { recursive: true });
  if (page.endsWith('.md')) writeFileSync(join(staged, page), prepared(file, page));
  else cpSync(join(root, file), join(staged, page));
}
await makeApi(join(staged, 'api'));
