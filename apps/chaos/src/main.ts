import { readChaosOptions, USAGE } from './conductor/chaos-options.js';
import type { ChaosOptions } from './conductor/chaos-options.js';
import { runChaos } from './conductor/run-chaos.js';
import { runKeyedStorm } from './conductor/keyed-storm.js';
import { runSagaStorm } from './conductor/saga-storm.js';
import { runSoak } from './conductor/soak.js';

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

function run({ messages, sagas, ...options }: ChaosOptions): Promise<readonly string[]> {
  if (options.isSoak) return runSoak(options, say);
  if (sagas !== undefined) return runSagaStorm({ ...options, sagas }, say);
  return messages === undefined ? runChaos(options, say) : runKeyedStorm({ ...options, messages }, say);
}

const options = readOptions();
const problems = await run(options);
const good = options.isSoak ? 'Everything is back to where it was.' : 'Every promise was kept.';
say(problems.length === 0 ? good : `Not kept:\n${problems.join('\n')}`);
process.exit(problems.length === 0 ? 0 : 1);
