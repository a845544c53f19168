// Builds the page of the dashboard into packages/dashboard/assets: complete, so that it asks no other host for anything.
import { build } from 'esbuild';
import { copyFileSync, rmSync } from 'node:fs';

const dashboard = new URL('../packages/dashboard/', import.meta.url);

rmSync(new URL('assets', dashboard), { recursive: true, force: true });
await build({
  absWorkingDir: dashboard.pathname,
  entryPoints: [
    { in: 'page/main.tsx', out: 'app' },
    { in: 'page/app.css', out: 'app' },
  ],
  outdir: 'assets',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
  tsconfig: 'page/tsconfig.json',
  legalComments: 'inline',
  logLevel: 'warning',
});
copyFileSync(new URL('page/icon.svg', dashboard), new URL('assets/icon.svg', dashboard));
