// Bundles the programs that the end-to-end tests start as processes, from what `npm run build` compiled: they start with
// half of the work. A test starts a bundle if CATGA_BUNDLED is set, as `npm test` does.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';

const PROGRAMS = {
  chaos: ['caller', 'ledger', 'node'],
  cluster: ['fulfilment-node', 'gateway', 'orders-node', 'probe-caller', 'probe-worker', 'shipping-node'],
  orders: ['.'],
};
/** What these programs never load, and what has native files beside it. */
const EXTERNAL = [
  '@nestjs/platform-fastify',
  '@nestjs/websockets',
  'amqp-connection-manager',
  'kafkajs',
  'mqtt',
  '@electric-sql/pglite',
  'classic-level',
  'pg',
];
/** CommonJS packages in an ES module. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;

await Promise.all(
  Object.entries(PROGRAMS).map(([app, folders]) => {
    const dist = new URL(`../apps/${app}/dist/`, import.meta.url);
    rmSync(new URL('bundled', dist), { recursive: true, force: true });
    return build({
      absWorkingDir: dist.pathname,
      entryPoints: folders.map((folder) => `${folder}/main.js`),
      outbase: '.',
      outdir: 'bundled',
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      minifyWhitespace: true,
      minifySyntax: true,
      keepNames: true, // Wire names are names of classes.
      external: EXTERNAL,
      banner: { js: REQUIRE },
      logLevel: 'warning',
    });
  }),
);
