import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findServer } from './find-server.js';

const INSTALLED = '/usr/bin/chromium';

/**
 * Path of Chromium for tests of pages. `CHROMIUM` overrides it. If there is none, it is installed by root on Debian; else
 * throws an error that says how to install it.
 */
export function findChromium(): string {
  return findServer({
    name: 'chromium',
    variable: 'CHROMIUM',
    oldest: [109, 0],
    elsewhere: install,
    howToInstall:
      'Chromium is needed. Install it (Debian: apt-get install chromium; macOS: brew install --cask chromium), or name it, or ' +
      'Google Chrome, by CHROMIUM.',
  });
}

function install(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return undefined;
  const apt = (...args: readonly string[]): void =>
    void spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update');
  apt('install', '--yes', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  return existsSync(INSTALLED) ? INSTALLED : undefined;
}
