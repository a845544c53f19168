// Installs the packed tarballs the way a user does, outside the workspace, in the two kinds of application that exist:
// Nest 12 in ESM and Nest 11 in CommonJS. Both compile and run the same source, test/consumer/app.ts, and the health routes
// with Terminus of that version; the second has the optional peer of the binary serializer too, and the first shows that it can be done without. Neither has class-validator.
// The second also runs the tests of test/consumer/nest-new with Jest and ts-jest, set up word for word as `nest new` does.
// With them, or alone with `--schematics`: what `nest add` and `nest generate` make of them (check-schematics.mjs).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NatsServer } from '../libs/servers/dist/index.js';
import { checkSchematics } from './check-schematics.mjs';
import { packPackages, root, temporaryFolder } from './pack.mjs';

const strict = {
  strict: true,
  target: 'es2022',
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  outDir: 'dist',
  types: ['node'],
};

/** What `nest new` of Nest 11 writes: the `jest` of its package.json, its tsconfig.json, and what its tests need. */
const nestNew = {
  jest: {
    moduleFileExtensions: ['js', 'json', 'ts'],
    rootDir: 'src',
    testRegex: '.*\\.spec\\.ts$',
    transform: { '^.+\\.(t|j)s$': 'ts-jest' },
    collectCoverageFrom: ['**/*.(t|j)s'],
    coverageDirectory: '../coverage',
    testEnvironment: 'node',
  },
  tsconfig: {
    compilerOptions: {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      resolvePackageJsonExports: true,
      esModuleInterop: true,
      isolatedModules: true,
      declaration: true,
      removeComments: true,
      emitDecoratorMetadata: true,
      experimentalDecorators: true,
      allowSyntheticDefaultImports: true,
      target: 'ES2023',
      sourceMap: true,
      outDir: './dist',
      baseUrl: './',
      incremental: true,
      skipLibCheck: true,
      strictNullChecks: true,
      forceConsistentCasingInFileNames: true,
      noImplicitAny: true,
      strictBindCallApply: true,
      noFallthroughCasesInSwitch: true,
    },
    include: ['src'],
  },
  devDependencies: { jest: '^30.0.0', 'ts-jest': '^29.2.5', '@types/jest': '^30.0.0' },
};

const consumers = [
  {
    name: 'nest-12-esm',
    type: 'module',
    nest: '^12.0.0',
    sources: ['app.ts', 'cqrs.ts', 'dashboard.ts', 'described.ts', 'health.ts', 'microservices.ts'],
    peers: {
      '@nestjs/microservices': '^12.0.0',
      '@nestjs/platform-express': '^12.0.0',
      '@nestjs/terminus': '^12.0.0',
    },
    typescript: '7.0.2',
    compilerOptions: { ...strict, module: 'nodenext', moduleResolution: 'nodenext', rootDir: '.' },
  },
  {
    name: 'nest-11-commonjs',
    type: 'commonjs',
    nest: '^11.0.0',
    sources: [
      'app.ts',
      'binary.ts',
      'cqrs.ts',
      'dashboard.ts',
      'described.ts',
      'health.ts',
      'microservices.ts',
    ],
    peers: {
      '@nestjs/microservices': '^11.0.0',
      '@nestjs/platform-express': '^11.0.0',
      '@nestjs/terminus': '^11.0.0',
      msgpackr: '^2.1.0',
    },
    typescript: '~5.9.0',
    compilerOptions: { ...strict, module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true },
    nestNew,
  },
];

const home = temporaryFolder('consumer');
const tarballs = packPackages(home);

async function check({ name, type, nest, sources, peers, typescript, compilerOptions, nestNew: tests }) {
  const since = performance.now();
  const folder = join(home, name);
  mkdirSync(folder);
  for (const source of sources) cpSync(join(root, 'test/consumer', source), join(folder, source));
  const write = (file, content) => writeFileSync(join(folder, file), JSON.stringify(content, null, 2));
  write('tsconfig.app.json', { compilerOptions, files: sources });
  if (tests) {
    cpSync(join(root, 'test/consumer/nest-new'), join(folder, 'src'), { recursive: true });
    write('tsconfig.json', tests.tsconfig);
  }
  write('package.json', {
    name,
    private: true,
    type,
    dependencies: {
      ...Object.fromEntries(tarballs.map(({ name: dependency, tarball }) => [dependency, `file:${tarball}`])),
      '@nestjs/common': nest,
      '@nestjs/core': nest,
      '@nestjs/testing': nest,
      'reflect-metadata': '^0.2.2',
      rxjs: '^7.8.2',
      ...peers,
    },
    devDependencies: { '@types/node': '^20.17.0', typescript, ...tests?.devDependencies },
    jest: tests?.jest,
  });

  const step = (command, args) => runQuietly(`${name}: ${command} ${args.join(' ')}`, command, args, folder);
  await step('npm', [
    'install',
    '--prefer-offline',
    '--no-package-lock',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ]);
  const cli = await step('npx', ['--no-install', 'catga', '--version']);
  if (!/^\d+\.\d+\.\d+/.test(cli)) throw new Error(`${name}: catga --version said ${cli}`);
  await serveDashboard(name, folder);
  const tree = JSON.parse(await step('npm', ['ls', '--json', '--depth=0']));
  const resolved = tree.dependencies['@nestjs/core'].version;
  await step(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.app.json']);
  for (const source of sources.filter((one) => one !== 'described.ts')) {
    const said = await step(process.execPath, [`dist/${source.replace('.ts', '.js')}`]);
    if (!said.trim().endsWith('consumer ok')) throw new Error(`${name}: ${source} did not finish\n${said}`);
  }
  const described = await step('npx', ['--no-install', 'catga', 'describe', 'dist/described.js']);
  const { asyncapi, channels } = JSON.parse(described);
  if (asyncapi !== '3.1.0' || !('bakery.bake.v1' in channels))
    throw new Error(`${name}: catga describe said ${described}`);
  if (tests) {
    await step(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit']);
    await step(process.execPath, ['node_modules/jest/bin/jest.js', '--ci']);
  }
  console.log(
    `${name}: compiled and ran${tests ? ', and its Jest passed,' : ''} on Nest ${resolved} (${((performance.now() - since) / 1000).toFixed(1)} s)`,
  );
}

/** `npx catga dashboard` serves the built page, until it is interrupted. */
async function serveDashboard(name, folder) {
  const broker = await NatsServer.spawn();
  const program = spawn(
    process.execPath,
    ['node_modules/.bin/catga', 'dashboard', broker.url, '--output', 'jsonl'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const [line] = await once(createInterface(program.stdout), 'line');
    const { url } = JSON.parse(line);
    for (const part of ['', '/assets/app.js', '/api/nodes']) {
      const { status } = await fetch(url + part);
      if (status !== 200) throw new Error(`${name}: catga dashboard answered ${part} with ${status}`);
    }
    const ended = once(program, 'exit');
    program.kill('SIGINT');
    const [code] = await ended;
    if (code !== 0) throw new Error(`${name}: catga dashboard ended with ${code}`);
  } finally {
    program.kill('SIGKILL');
    await broker.stop();
  }
}

/** The command line alone, in an empty folder: it says what the dashboard and descriptions need. */
async function checkCommandLine() {
  const name = 'command line alone';
  const folder = join(home, 'cli');
  mkdirSync(folder);
  const needed = ['cli', 'core', 'nats', 'redis'].map((one) => `@catga/${one}`);
  const own = tarballs.filter((one) => needed.includes(one.name));
  const dependencies = Object.fromEntries(own.map((one) => [one.name, `file:${one.tarball}`]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'cli', private: true, dependencies }));
  writeFileSync(join(folder, 'app.js'), '');
  const step = (command, args) => runQuietly(`${name}: ${command} ${args.join(' ')}`, command, args, folder);
  await step('npm', [
    'install',
    '--prefer-offline',
    '--no-package-lock',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ]);
  for (const { args, remedy } of [
    { args: ['dashboard', 'nats://127.0.0.1:1'], remedy: 'npm install --save-dev @catga/dashboard' },
    { args: ['describe', 'app.js'], remedy: 'npm install @catga/nestjs' },
  ]) {
    const said = await step('npx', ['--no-install', 'catga', ...args]).catch(({ message }) => message);
    if (!said.includes('ended with 2') || !said.includes(remedy))
      throw new Error(`${name}: catga ${args[0]} said ${said}`);
  }
  console.log(`${name}: says what is missing`);
}

function runQuietly(title, command, args, cwd) {
  return new Promise((resolve, reject) => {
    let said = '';
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      timeout: 180_000,
    });
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${title} ended with ${code ?? signal}\n${said}`));
    });
  });
}

const wanted = process.argv[2] === '--schematics' ? [] : [...consumers.map(check), checkCommandLine()];
const outcomes = await Promise.allSettled([...wanted, checkSchematics(home, tarballs, runQuietly)]);
for (const outcome of outcomes) {
  if (outcome.status === 'rejected') {
    console.error(outcome.reason.message);
    process.exitCode = 1;
  }
}
