// Plays the tests of a snapshot of nestjs/cqrs against @catga/cqrs, with nothing changed but the path of the module, and checks
// their types. The snapshot stays outside of the repository.
//   git clone https://github.com/nestjs/cqrs /tmp/cqrs && node scripts/cqrs-upstream.mjs /tmp/cqrs
//   node scripts/cqrs-upstream.mjs /tmp/cqrs @nestjs/cqrs      the same against the original
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [snapshot, against = '@catga/cqrs'] = process.argv.slice(2);
if (snapshot === undefined || !existsSync(join(snapshot, 'test/e2e'))) {
  console.error('Say where a checkout of https://github.com/nestjs/cqrs is.');
  process.exit(1);
}
const work = join(root, '.cache/cqrs-upstream');
rmSync(work, { recursive: true, force: true });
mkdirSync(join(work, 'src'), { recursive: true });
cpSync(join(snapshot, 'test'), join(work, 'test'), { recursive: true });
cpSync(join(snapshot, 'src/operators/of-type.spec.ts'), join(work, 'src/of-type.spec.ts'));
writeFileSync(join(work, 'package.json'), '{ "type": "module" }');

const moved = { 'src/of-type.spec.ts': 'src/operators/of-type.spec.ts' };
for (const name of readdirSync(work, { recursive: true })) {
  const file = join(work, String(name));
  if (!file.endsWith('.ts')) continue;
  const home = dirname(join(snapshot, moved[name] ?? String(name)));
  const text = readFileSync(file, 'utf8').replaceAll(/'(\.{1,2}\/[^']+\.js)'/g, (whole, path) =>
    resolve(home, path).startsWith(resolve(snapshot, 'src')) ? `'${against}'` : whole,
  );
  writeFileSync(file, text);
}

// Jest stands in for vitest: the tests use only what both have.
writeFileSync(
  join(work, 'vitest.ts'),
  "import { jest } from '@jest/globals';\nexport const vi = jest;\n(globalThis as { vi?: unknown }).vi = jest;\n",
);
writeFileSync(
  join(work, 'globals.d.ts'),
  [
    "declare module 'vitest' {",
    "  export const vi: typeof import('@jest/globals').jest;",
    "  export type MockInstance = ReturnType<typeof import('@jest/globals').jest.fn<(...args: any[]) => any>> & any;",
    '}',
    ...['describe', 'it', 'expect', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'].map(
      (name) => `declare const ${name}: typeof import('@jest/globals').${name};`,
    ),
    "declare const vi: typeof import('@jest/globals').jest;",
  ].join('\n'),
);
writeFileSync(
  join(work, 'jest.config.json'),
  JSON.stringify({
    testEnvironment: 'node',
    rootDir: work,
    testMatch: ['**/*.spec.ts'],
    extensionsToTreatAsEsm: ['.ts'],
    setupFiles: [join(work, 'vitest.ts')],
    moduleNameMapper: {
      '^vitest$': join(work, 'vitest.ts'),
      '^@catga/(cqrs|core|nestjs)$': join(root, 'packages/$1/src/index.ts'),
      '^@catga/core/engine$': join(root, 'packages/core/src/engine.ts'),
      '^(\\.{1,2}/.*)\\.js$': '$1',
    },
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', decorators: true },
            transform: { legacyDecorator: true, decoratorMetadata: true },
            keepClassNames: true,
          },
          module: { type: 'es6' },
        },
      ],
    },
  }),
);
const { compilerOptions } = JSON.parse(readFileSync(join(snapshot, 'tsconfig.json'), 'utf8'));
writeFileSync(
  join(work, 'tsconfig.json'),
  JSON.stringify({
    compilerOptions: {
      ...compilerOptions,
      types: ['node'],
      noEmit: true,
      declaration: false,
      skipLibCheck: true,
    },
    include: ['src/**/*.ts', 'test/**/*.ts', 'globals.d.ts'],
  }),
);

const run = (program, args) => spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const tests = run(process.execPath, [...jest, '--config', join(work, 'jest.config.json'), '-w', '1']);
const types = run('npx', ['tsc', '-p', work]);
console.log(types === 0 ? `The types of ${against} are what the tests expect.` : 'The types differ.');
process.exitCode = tests || types;
