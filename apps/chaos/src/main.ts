import { readChaosOptions, USAGE } from './conductor/chaos-options.js';
import type { ChaosOptions } from './conductor/chaos-options.js';
import { runChaos } from './conductor/run-chaos.js';

const WRONG_USAGE = 2;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function readOptions(): ChaosOptions {
  try {
    const options = readChaosOptions(process.argv.slice(2));
    if (options !== undefined) return options;
    say(USAGE);
    process.exit(0);
  } catch (thrown) {
    process.stderr.write(`${(thrown as Error).message}\n\n${USAGE}\n`);
    process.exit(WRONG_USAGE);
  }
}

const violations = await runChaos(readOptions(), say);
say(violations.length === 0 ? 'Every promise was kept.' : `Not kept:\n${violations.join('\n')}`);
process.exit(violations.length === 0 ? 0 : 1);
