// Bundles the programs that the end-to-end tests start as processes, from what `npm run build` compiled: they start with
// half of the work. A test starts a bundle if CATGA_BUNDLED is set, as `npm test` does.
import { build } from 'esbuild';

const PROGRAMS = {
  chaos: ['caller', 'ledger', 'node'],
  cluster: ['gateway', 'orders-node', 'probe-caller', 'probe-worker', 'shipping-node'],
  orders: ['.'],
};
/** What is loaded only if it is installed, and what is native. */
const EXTERNAL = [
  '@nestjs/websockets',
  '@nestjs/platform-fastify',
  'amqp-connection-manager',
  'kafkajs',
  'mqtt',
  'classic-level',
  '@electric-sql/pglite', // Its files lie beside it.
  'pg',
];
/** CommonJS packages in an ES module. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;

await Promise.all(
  Object.entries(PROGRAMS).map(([app, folders]) =>
    build({
      absWorkingDir: new URL(`../apps/${app}/dist`, import.meta.url).pathname,
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
    }),
  ),
);
