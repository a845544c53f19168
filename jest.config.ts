/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

// One core for each nats-server that a test starts (Go's GOMAXPROCS): several run at a time, and more threads than cores
// wait for each other, which took a quarter of the processor time.
process.env['GOMAXPROCS'] ??= '1';

/**
 * Tiers by file name: `*.spec.ts` is logic, `*.int.spec.ts` talks to a real server, `*.e2e.spec.ts` starts processes.
 * `*.long.spec.ts` takes minutes and is played by `npm run test:long` alone.
 */
const config: Config = {
  // Test files run in the process itself, by Node's own modules: half the time of Jest's.
  testEnvironment: '<rootDir>/test/native/environment.cjs',
  runtime: '<rootDir>/test/native/runtime.cjs',
  roots: ['<rootDir>/packages', '<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts', '!**/*.long.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/test/types/', '<rootDir>/test/consumer/'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: false },
          keepClassNames: true,
        },
        module: { importInterop: 'node' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@catga/dashboard/standalone$': '<rootDir>/packages/dashboard/src/standalone.ts',
    '^@catga/nestjs/(asyncapi|describe|health)$': '<rootDir>/packages/nestjs/src/$1.ts',
    '^@catga/core/(admin|engine)$': '<rootDir>/packages/core/src/$1.ts',
    '^@catga/(core|testing)/outbox$': '<rootDir>/packages/$1/src/outbox.ts',
    '^@catga/compliance/fixtures$': '<rootDir>/libs/compliance/src/fixtures.ts',
    '^@catga/testing/(event-sourcing|sagas)$': '<rootDir>/packages/testing/src/$1.ts',
    '^@catga/(event-sourcing|sagas)/engine$': '<rootDir>/packages/$1/src/engine.ts',
    '^@catga/sql/(engine|testing)$': '<rootDir>/packages/sql/src/$1.ts',
    '^@catga/telemetry/prometheus$': '<rootDir>/packages/telemetry/src/prometheus.ts',
    '^@catga/(core|nestjs)/msgpack$': '<rootDir>/packages/$1/src/msgpack.ts',
    '^@catga/(cli|core|cqrs|dashboard|event-sourcing|microservices|nestjs|nats|redis|outbox-file|sagas|sql|telemetry|testing)$':
      '<rootDir>/packages/$1/src/index.ts',
    '^@catga/(compliance|contracts|servers)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testSequencer: './test/sequencer.mjs',
  // Twice the cores of a small machine, because many tests wait.
  maxWorkers: 4,
  workerIdleMemoryLimit: '768MB',
  // For what hangs: nothing is wrong with a machine that is slow.
  testTimeout: 60_000,
};

export default config;
