import { readConductorOptions, USAGE } from './conductor/conductor-options.js';
import type { ConductorOptions } from './conductor/conductor-options.js';
import { runScript } from './conductor/script.js';
import { openStage } from './conductor/stage.js';
import { runDashboard } from './conductor/terminal/dashboard.js';

const WRONG_USAGE = 2;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function readOptions(): ConductorOptions {
  const options = readConductorOptions(process.argv.slice(2));
  if (options === undefined) {
    say(USAGE);
    process.exit(0);
  }
  if (options.isScript || process.stdin.isTTY) return options;
  throw new Error('There is no terminal here. Without one: npm run cluster -- --script');
}

/** Resolves with the exit status. */
async function conduct(options: ConductorOptions): Promise<number> {
  const interrupted = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
  });
  const broker = options.engine === 'redis' ? 'Redis' : 'NATS';
  say(`Starting a gateway, two orders nodes and a shipping node on ${broker} ...`);
  const stage = await openStage(options);
  say(`Dashboard  ${stage.dashboardUrl}`);
  say(`Metrics    ${stage.metrics.map((address) => `http://${address}/metrics`).join(' ')}`);
  const run = options.isScript
    ? runScript(stage, options.seconds, say).then((isWell) => (isWell ? 0 : 1))
    : runDashboard(stage).then(() => 0);
  try {
    return await Promise.race([run, interrupted]);
  } finally {
    await stage.close();
  }
}

let options: ConductorOptions;
try {
  options = readOptions();
} catch (thrown) {
  process.stderr.write(`${(thrown as Error).message}\n\n${USAGE}\n`);
  process.exit(WRONG_USAGE);
}
try {
  process.exit(await conduct(options));
} catch (thrown) {
  process.stderr.write(`${(thrown as Error).message}\n`);
  process.exit(1);
}
