// Everything `npm test` holds. Stages run one after the other, the steps of a stage two at a time; it ends with the first
// stage that has a failure. `npm test -- lint knip` runs only the named steps; `npm run test:all` adds those that take long.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const stages = [
  [['build', 'compiles, tests included']],
  [
    ['bundle', 'the programs that tests start as processes'],
    ['test:servers', 'the servers that tests need are here'],
  ],
  [
    ['test:unit', 'jest'],
    ['lint', 'oxlint, type-aware'],
    ['format:check', 'oxfmt'],
    ['deps:check', 'the arrows between packages and layers'],
    ['knip', 'unused files, exports and dependencies'],
    ['test:types', 'what must not compile does not'],
    ['test:docs', 'the snippets of the docs compile'],
  ],
];
const longStages = [
  [
    ['test:databases', 'PostgreSQL and the libraries of its adapters are here; what imports them compiles'],
    ['test:nest-11', 'the packages of Nest 11 are here, for the bridge'],
    ['test:browser', 'Chromium is here, for the page of the dashboard'],
    ['test:packages', 'packed tarballs: publint, attw'],
    ['test:documents', 'documents of catga describe: the official parser of AsyncAPI'],
    ['test:site', 'the documentation as a site, in Chromium'],
    [
      'test:consumer',
      'the tarballs in a Nest 12 ESM app, a Nest 11 CommonJS app and its Jest; the schematics',
    ],
  ],
  [['test:long', 'every fault of chaos on every engine, and every benchmark']],
];
/** As many as the cores of a small machine. */
const AT_A_TIME = 2;

const isAll = process.argv[2] === '--all';
if (isAll) stages.push(...longStages);
const wanted = process.argv.slice(isAll ? 3 : 2);
const names = stages.flat().map(([name]) => name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
  process.exit(2);
}

const isPlayed = (name) => wanted.length === 0 || wanted.includes(name);
/** What the steps are told: to start bundles, and how many schedules of faults simulations play. */
const environment = {
  ...process.env,
  ...(isPlayed('bundle') && { CATGA_BUNDLED: '1' }),
  ...(isAll && { CATGA_SIMULATION_SCHEDULES: '1000' }),
};

const root = new URL('..', import.meta.url);
const started = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Resolves with its exit status. Jest's output is shown at once, and that of a step which runs alone; else at its end. */
function play([name, meaning], isLive) {
  const since = performance.now();
  const title = `\n> ${name}: ${meaning}`;
  if (isLive) console.log(title);
  let said = '';
  const child = spawn('npm', ['run', '--silent', name], {
    cwd: root,
    env: environment,
    stdio: isLive ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const status = code ?? 128 + (constants.signals[signal] ?? 0);
      if (!isLive) process.stdout.write(`${title}\n${said}`);
      console.log(`${status === 0 ? 'ok' : 'FAILED'} ${name} (${seconds(since)})`);
      resolve(status);
    });
  });
}

const statuses = [];
for (const stage of stages) {
  const steps = stage.filter(([name]) => isPlayed(name));
  const waiting = [...steps];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      statuses.push(await play(step, steps.length === 1 || step[0] === 'test:unit'));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  if (statuses.some((status) => status !== 0)) break;
}

const failed = statuses.filter((status) => status !== 0);
console.log(`\nSteps of npm test, in ${seconds(started)}:`);
console.log(`${statuses.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed[0] ?? 0;
