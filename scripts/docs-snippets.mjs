// Compiles every `ts` block of the docs against the packages of this workspace.
//
// A block is a module of its own. A block marked `ts continues` goes on where the page stopped: all earlier blocks of the
// page are put before it, with imports that repeat left out. No block can opt out.
//
// Those that import a library of test/databases are compiled there, with `--databases`: `npm test` does not install them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const ofDatabases = process.argv.includes('--databases');
const workshop = join(root, ofDatabases ? 'test/databases' : '', '.cache/docs-snippets');
const theirs = JSON.parse(readFileSync(join(root, 'test/databases/package.json'), 'utf8')).dependencies;
const infoStrings = ['ts', 'ts continues'];
const complaints = [];

/** The fenced blocks of a page: info string, code, and the line of the page where the code begins. */
function blocksOf(page) {
  const blocks = [];
  let open;
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    const fence = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line);
    if (open === undefined) {
      if (fence)
        open = { indent: fence[1].length, fence: fence[2], info: fence[3].trim(), line: index + 2, code: [] };
    } else if (fence && fence[2].startsWith(open.fence) && fence[3].trim() === '') {
      blocks.push(open);
      open = undefined;
    } else {
      open.code.push(line.slice(Math.min(open.indent, /^\s*/.exec(line)[0].length)));
    }
  }
  if (open !== undefined) complaints.push(`${page}:${open.line - 1}: this block is never closed`);
  return blocks;
}

/** Lines with where they come from. Imports of names that `imported` already holds are blanked, so that lines still count. */
function linesOf(page, block, imported) {
  const text = block.code.join('\n');
  const edits = [];
  for (const statement of ts.createSourceFile('block.ts', text, ts.ScriptTarget.ES2022, true).statements) {
    const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    const kept = bindings.elements.filter(({ name }) => !imported.has(name.text));
    for (const { name } of bindings.elements) imported.add(name.text);
    if (kept.length === bindings.elements.length) continue;
    const names = kept.map((element) => element.getText()).join(', ');
    const type = statement.importClause.isTypeOnly ? 'type ' : '';
    const written = names && `import ${type}{ ${names} } from ${statement.moduleSpecifier.getText()};`;
    edits.unshift({ from: statement.getStart(), to: statement.end, written });
  }
  const result = edits.reduce((edited, { from, to, written }) => {
    const lineBreaks = edited.slice(from, to).split('\n').length - 1;
    return edited.slice(0, from) + written + '\n'.repeat(lineBreaks) + edited.slice(to);
  }, text);
  return result.split('\n').map((line, index) => ({ line, origin: `${page}:${block.line + index}` }));
}

/** Whether a block imports a library that only test/databases has. */
function needsDatabases(lines) {
  const { importedFiles } = ts.preProcessFile(lines.map(({ line }) => line).join('\n'));
  return importedFiles.some(({ fileName }) => {
    const [library] = /^(@[^/]+\/)?[^/]+/.exec(fileName);
    return library in theirs && !existsSync(join(root, 'node_modules', library));
  });
}

/** The pages that users read: the README files and everything under docs. */
function pages() {
  const below = (folder, depth) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: depth === Infinity })
          .map((name) => join(folder, name).replaceAll('\\', '/'))
          .sort()
      : [];
  const readmes = ['packages', 'libs', 'apps'].flatMap((home) =>
    below(home, 1).map((name) => `${name}/README.md`),
  );
  const docs = below('docs', Infinity).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs, ...readmes].filter((page) => existsSync(join(root, page)));
}

rmSync(workshop, { recursive: true, force: true });
mkdirSync(workshop, { recursive: true });

const origins = new Map();
let others = 0;
for (const page of pages()) {
  const earlier = [];
  for (const block of blocksOf(page)) {
    if (!/^(ts|typescript|mts|tsx)\b/.test(block.info)) continue;
    if (!infoStrings.includes(block.info)) {
      complaints.push(`${page}:${block.line - 1}: write "ts" or "ts continues", not "${block.info}"`);
      continue;
    }
    const imported = new Set();
    const parts = block.info === 'ts continues' ? [...earlier, block] : [block];
    const lines = parts.flatMap((part) => linesOf(page, part, imported));
    earlier.push(block);
    if (needsDatabases(lines) !== ofDatabases) {
      others += 1;
      continue;
    }
    const file = `${page.replaceAll(/[^\w]+/g, '-')}-line-${block.line}.ts`;
    writeFileSync(join(workshop, file), [...lines.map(({ line }) => line), 'export {};', ''].join('\n'));
    origins.set(file, lines);
  }
}

writeFileSync(
  join(workshop, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      inlineSources: false,
      noEmit: true,
      isolatedModules: false,
      verbatimModuleSyntax: false,
    },
    include: ['*.ts'],
  }),
);

if (origins.size > 0) {
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@typescript/native/bin/tsc'), '-p', workshop, '--pretty', 'false'],
    { cwd: workshop, encoding: 'utf8' },
  );
  for (const line of stdout.split('\n').filter(Boolean)) {
    const where = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line);
    const origin = where && origins.get(where[1])?.[Number(where[2]) - 1]?.origin;
    complaints.push(origin ? `${origin}: ${where[3]}` : line);
  }
  if (status !== 0 && complaints.length === 0) complaints.push(`tsc ended with ${status}`);
}

// A block that others continue is compiled more than once; its faults are told once.
for (const complaint of new Set(complaints)) console.error(complaint);
const step = ofDatabases ? 'test:docs' : 'test:databases';
console.log(`${origins.size} snippets compiled; ${others} are compiled by ${step}`);
process.exitCode = complaints.length === 0 ? 0 : 1;
