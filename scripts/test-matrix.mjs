// Runs the suites of the engines on servers of several versions, and the packages on several Nodes; prints the table of
// docs/reference/matrix.md. `npm run test:matrix -- valkey` runs the rows whose title has the word.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianProgram } from '../libs/servers/dist/debian-program.js';
import { versionOf } from '../libs/servers/dist/find-server.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');

const server = (packageName, suite, path) => () => debianProgram({ packageName, suite, path });
const natsServer = (suite) => server('nats-server', suite, 'usr/sbin/nats-server');
const redisServer = (suite) => server('redis-server', suite, 'usr/bin/redis-server');
const valkeyServer = (suite) => server('valkey-server', suite, 'usr/bin/valkey-server');

/** Paths of the packages that need no server. */
const PACKAGES = ['packages/core', 'packages/nestjs', 'packages/testing', 'packages/outbox-file'];

const rows = [
  {
    title: 'nats-server 2.10',
    variable: 'NATS_SERVER',
    find: natsServer('trixie'),
    paths: ['packages/nats'],
  },
  {
    title: 'nats-server, newest',
    variable: 'NATS_SERVER',
    find: natsServer('forky'),
    paths: ['packages/nats'],
  },
  {
    title: 'redis-server 7',
    variable: 'REDIS_SERVER',
    find: redisServer('bookworm'),
    paths: ['packages/redis'],
  },
  {
    title: 'redis-server 8',
    variable: 'REDIS_SERVER',
    find: redisServer('trixie'),
    paths: ['packages/redis'],
  },
  {
    title: 'valkey-server 8',
    variable: 'REDIS_SERVER',
    find: valkeyServer('trixie'),
    paths: ['packages/redis'],
  },
  {
    title: 'valkey-server 9',
    variable: 'REDIS_SERVER',
    find: valkeyServer('forky'),
    paths: ['packages/redis'],
  },
  ...[20, 22, 24].map((major) => ({
    title: `Node ${major}`,
    find: () => nodeOf(major),
    isNode: true,
    paths: PACKAGES,
  })),
];

/** Node of a major version, from npm's package of it, in a cache folder of the user. */
function nodeOf(major) {
  const folder = join(cache, 'catga-test-nodes', String(major));
  const program = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `node@${major}`], {
      stdio: 'inherit',
    });
  }
  return existsSync(program) ? program : undefined;
}

function versionText(program, isNode) {
  if (isNode) return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
  return (
    spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.match(/v=?(\d[\w.]*)/)?.[1] ??
    versionOf(program).join('.')
  );
}

function play({ title, variable, find, isNode = false, paths }) {
  const program = find();
  if (program === undefined) return { title, version: '–', failed: ['it could not be had here'] };
  const folder = mkdtempSync(join(tmpdir(), 'catga-matrix-'));
  const outputFile = join(folder, 'results.json');
  const since = performance.now();
  console.log(`\n> ${title}: ${versionText(program, isNode)}`);
  spawnSync(
    isNode ? program : process.execPath,
    [
      'node_modules/jest/bin/jest.js',
      '--json',
      '--outputFile',
      outputFile,
      ...(isNode ? [] : ['--testMatch', '**/*.spec.ts', '--']), // The long ones are about connections and topologies.
      ...paths,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...(variable && { [variable]: program }) },
    },
  );
  const results = existsSync(outputFile) ? JSON.parse(readFileSync(outputFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  const failed = results?.testResults.flatMap(({ assertionResults, message, name }) => {
    const names = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => fullName);
    return names.length > 0 || message === '' ? names : [`${name}: ${message}`];
  }) ?? ['jest did not end'];
  return {
    title,
    version: versionText(program, isNode),
    passed: results?.numPassedTests ?? 0,
    total: results?.numTotalTests ?? 0,
    seconds: Math.round((performance.now() - since) / 1000),
    failed,
  };
}

const words = process.argv.slice(2);
const wanted = rows.filter(({ title }) => words.length === 0 || words.some((word) => title.includes(word)));
const played = wanted.map(play);

console.log('\n| | version | tests passed | seconds |\n| --- | --- | --- | --- |');
for (const { title, version, passed, total, seconds } of played)
  console.log(`| ${title} | ${version} | ${passed ?? 0} of ${total ?? 0} | ${seconds ?? '–'} |`);
for (const { title, failed } of played) for (const name of failed) console.log(`FAILED on ${title}: ${name}`);
process.exitCode = played.length > 0 && played.every(({ failed }) => failed.length === 0) ? 0 : 1;
