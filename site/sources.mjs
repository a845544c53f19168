// Which Markdown of the repository becomes which page of the site.
import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
/** Where the pages are put together; VitePress reads them there. */
export const staged = fileURLToPath(new URL('.pages', import.meta.url));
export const repository = 'https://github.com/catga/catga-nestjs';

const below = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(folder, entry.parentPath.slice(join(root, folder).length), entry.name));

const readmesOf = (home) =>
  readdirSync(join(root, home))
    .map((name) => [`${home}/${name}/README.md`, `${home}/${name}.md`])
    .filter(([file]) => existsSync(join(root, file)));

/** The page of a file below `docs`: the table of contents is no start page, that of a folder is. */
function pageOf(file) {
  const page = file.slice('docs/'.length);
  return page === 'README.md' ? 'contents.md' : page.replace(/\/README\.md$/, '/index.md');
}

/** Pages and pictures: from the path in the repository to the path on the site. */
export const sources = new Map([
  ...below('docs').map((file) => [file, pageOf(file)]),
  ...below('site/pages').map((file) => [file, file.slice('site/pages/'.length)]),
  ...readmesOf('packages'),
  ...readmesOf('apps'),
  ['README.md', 'index.md'],
  ['packages/dashboard/page/icon.svg', 'public/icon.svg'],
  ['SECURITY.md', 'security.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
]);
