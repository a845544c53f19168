// The schematics of the packed @catga/nestjs, run by the Nest CLI in projects that it made: Nest 11 in CommonJS with Jest,
// and Nest 12 in ESM with Vitest. What they generate compiles, its tests pass, and a message sent over HTTP is handled.
// The projects of one version lie in one folder, and find their packages in its node_modules.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NatsServer, PostgresServer, RedisServer, freePort } from '../libs/servers/dist/index.js';

const GENERATORS = ['request', 'query', 'event', 'behavior', 'saga', 'projection'];
const STARTS_WITHIN_MS = 60_000;

const nests = [
  {
    major: 11,
    type: undefined,
    engine: 'nats',
    add: ['--engine', 'nats', '--telemetry', '--health'],
    dev: { jest: '^30.0.0', 'ts-jest': '^29.2.5', '@types/jest': '^30.0.0', typescript: '^5.7.3' },
    templates: [],
  },
  {
    major: 12,
    type: 'esm',
    engine: 'redis',
    add: ['--engine', 'redis', '--sql'],
    dev: { vitest: '^4.1.2', 'vite-tsconfig-paths': '^5.1.4', typescript: '^6.0.2' },
    templates: ['application', 'cluster'],
  },
];

/** Checks all of them; `run(title, command, args, cwd)` resolves with what a program said. */
export async function checkSchematics(home, tarballs, run) {
  const postgres = await PostgresServer.spawn({ isDurable: false });
  const servers = { nats: await NatsServer.spawn(), redis: await RedisServer.spawn(), postgres };
  try {
    for (const nest of nests) await checkNest(nest, home, tarballs, servers, run);
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

async function checkNest({ major, type, engine, add, dev, templates }, home, tarballs, servers, run) {
  const since = performance.now();
  const folder = join(home, `schematics-nest-${major}`);
  mkdirSync(folder);
  const nest = `^${major}.0.0`;
  const dependencies = {
    ...Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`])),
    ...Object.fromEntries(
      ['cli', 'common', 'core', 'platform-express', 'schematics', 'terminus', 'testing'].map((one) => [
        `@nestjs/${one}`,
        nest,
      ]),
    ),
    '@opentelemetry/api': '^1.9.0',
    '@types/node': '^20.17.0',
    '@types/pg': '^8.11.0',
    pg: '^8.13.0',
    'prom-client': '^15.1.0',
    'reflect-metadata': '^0.2.2',
    rxjs: '^7.8.2',
    ...dev,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const step = (cwd, command, ...args) =>
    run(`schematics, Nest ${major}: ${command} ${args.join(' ')}`, command, args, cwd);
  await step(folder, 'npm', 'install', '--prefer-offline', '--no-package-lock', '--no-fund', '--no-audit');
  const cli = join(folder, 'node_modules/@nestjs/cli/bin/nest.js');
  const nestCli = (cwd, ...args) => step(cwd, process.execPath, cli, ...args);

  await nestCli(
    folder,
    'new',
    'shop',
    '--skip-install',
    '--skip-git',
    '--package-manager=npm',
    ...(type ? ['--no-observe'] : []),
  );
  const shop = join(folder, 'shop');
  if (!existsSync(join(shop, 'src/app.module.ts')))
    throw new Error(`nest new of Nest ${major} made no project`);
  depend(shop, tarballs, ['sagas', 'event-sourcing', 'testing']);
  await nestCli(shop, 'add', '@catga/nestjs', '--skip-install', ...add);
  for (const generator of GENERATORS)
    await nestCli(shop, 'generate', '-c', '@catga/nestjs', generator, `stock/a-${generator}`);
  checkManifest(shop, folder);
  await step(shop, 'npx', 'tsc', '-p', 'tsconfig.build.json');
  await step(shop, 'npm', 'test');
  const environment = {
    NATS_URL: servers.nats.url,
    REDIS_URL: servers.redis.url,
    DATABASE_URL: servers.postgres.url,
  };
  await serve(shop, ['main'], environment, async (url) => {
    await placed(url);
    if (add.includes('--health')) await expectStatus(`${url}/health/ready`, 200);
    if (add.includes('--telemetry')) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      if (!/rpc_server_call_duration_seconds_count\{.*orders\.place\.v1/.test(metrics))
        throw new Error(`/metrics has no request that was handled:\n${metrics}`);
    }
  });

  for (const template of templates) {
    await nestCli(folder, 'generate', '-c', '@catga/nestjs', template, `a-${template}`);
    const project = join(folder, `a-${template}`);
    checkManifest(project, folder);
    await step(project, 'npm', 'run', 'build');
    await step(project, 'npm', 'test');
    const programs = template === 'cluster' ? ['stock/main', 'orders/main', 'gateway/main'] : ['main'];
    await serve(project, programs, environment, placed);
  }
  console.log(
    `schematics on Nest ${major} (${engine}): added, generated, compiled, tested, handled` +
      `${templates.length ? `; templates ${templates.join(', ')}` : ''} (${((performance.now() - since) / 1000).toFixed(1)} s)`,
  );
}

/** Puts packages into package.json that generators would have installed, which are on no registry yet. */
function depend(project, tarballs, names) {
  const file = join(project, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const { name, tarball } of tarballs)
    if (names.includes(name.replace('@catga/', ''))) manifest.dependencies[name] = `file:${tarball}`;
  writeFileSync(file, JSON.stringify(manifest, null, 2));
}

/** Every package of Catga, and what comes with it, that a schematic put into package.json can be resolved. */
function checkManifest(project, folder) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const all = { ...dependencies, ...devDependencies };
  for (const name of Object.keys(all)) {
    const ours = name.startsWith('@catga/') || ['pg', 'prom-client', '@nestjs/terminus'].includes(name);
    if (ours && !existsSync(join(folder, 'node_modules', name))) throw new Error(`${project} needs ${name}`);
  }
  if (!('@catga/nestjs' in all)) throw new Error(`${project} does not depend on @catga/nestjs`);
}

/** Runs programs of `dist`, the last of which serves HTTP, until `check` has seen what it wants. */
async function serve(project, programs, environment, check) {
  const port = await freePort();
  let said = '';
  const children = programs.map((program) => {
    const child = spawn(process.execPath, [`dist/${program}.js`], {
      cwd: project,
      env: { ...process.env, ...environment, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    return { child, ended: once(child, 'exit') };
  });
  try {
    await check(`http://127.0.0.1:${port}`);
    for (const { child, ended } of children) {
      child.kill('SIGTERM');
      await ended;
    }
  } catch (error) {
    throw new Error(`${project}: ${error.message}\n${said}`, { cause: error });
  } finally {
    for (const { child } of children) child.kill('SIGKILL');
  }
}

/** An order is placed, as soon as the processes are up. */
async function placed(url) {
  const deadline = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    const reply = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sku: 'tea' }),
    }).catch(({ message }) => ({ status: message }));
    if (reply.status === 201) {
      const { orderId } = await reply.json();
      if (!orderId?.startsWith('tea-')) throw new Error(`an order was answered with ${orderId}`);
      return;
    }
    if (performance.now() > deadline) throw new Error(`no order was placed: ${reply.status}`);
    await delay(200);
  }
}

async function expectStatus(url, wanted) {
  const { status } = await fetch(url);
  if (status !== wanted) throw new Error(`${url} answered with ${status}`);
}
