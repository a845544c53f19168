// Everything `npm test` holds, quickest first; stops at the first step that fails, with its exit status.
// `npm test -- lint knip` runs only the named steps; `npm run test:all` adds those that take long.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';

const steps = [
  ['build', 'compiles, tests included'],
  ['format:check', 'prettier'],
  ['lint', 'oxlint, type-aware'],
  ['deps:check', 'the arrows between packages and layers'],
  ['knip', 'unused files, exports and dependencies'],
  ['test:types', 'what must not compile does not'],
  ['test:docs', 'the snippets of the docs compile'],
  ['test:servers', 'the servers that tests need are here'],
  ['test:unit', 'jest'],
  ['test:packages', 'packed tarballs: publint, attw'],
  ['test:consumer', 'the tarballs in a Nest 12 ESM app, a Nest 11 CommonJS app and its Jest'],
];

/** What takes minutes more. */
const longSteps = [['test:long', 'every fault of chaos on every engine']];

const isAll = process.argv[2] === '--all';
if (isAll) steps.push(...longSteps);
const wanted = process.argv.slice(isAll ? 3 : 2);
const unknown = wanted.filter((name) => !steps.some(([step]) => step === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. There are: ${steps.map(([step]) => step).join(', ')}.`);
  process.exit(2);
}

const root = new URL('..', import.meta.url);
const started = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
let passed = 0;
let failedWith = 0;

for (const [name, meaning] of steps.filter(([step]) => wanted.length === 0 || wanted.includes(step))) {
  const since = performance.now();
  console.log(`\n> ${name}: ${meaning}`);
  const { status, signal } = spawnSync('npm', ['run', '--silent', name], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  failedWith = status ?? 128 + (constants.signals[signal] ?? 0);
  console.log(`${failedWith === 0 ? 'ok' : 'FAILED'} ${name} (${seconds(since)})`);
  if (failedWith !== 0) break;
  passed += 1;
}

console.log(`\nSteps of npm test, in ${seconds(started)}:`);
console.log(`${passed} passed, ${failedWith === 0 ? 0 : 1} failed`);
process.exitCode = failedWith;
