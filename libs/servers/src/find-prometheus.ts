import { debianProgram } from './debian-program.js';
import { findServer } from './find-server.js';

const PROMETHEUS = 'usr/bin/prometheus';
const PROMTOOL = 'usr/bin/promtool';

/** Path of prometheus. `PROMETHEUS` overrides it. If none is found, throws an error that says how to install it. */
export function findPrometheus(): string {
  return find('prometheus', 'PROMETHEUS', PROMETHEUS);
}

/** Path of promtool, which checks rules. `PROMTOOL` overrides it. If none is found, throws an error that says how to install it. */
export function findPromtool(): string {
  return find('promtool', 'PROMTOOL', PROMTOOL);
}

function find(name: string, variable: string, path: string): string {
  return findServer({
    name,
    variable,
    oldest: [2, 40],
    elsewhere: () =>
      debianProgram({
        suite: 'bookworm',
        packageName: 'prometheus',
        programs: [PROMETHEUS, PROMTOOL],
        path,
      }),
    howToInstall:
      `Prometheus is needed, with ${name}. Install it (Debian: apt-get install prometheus; macOS: brew install prometheus), ` +
      `or name it by ${variable}.`,
  });
}
