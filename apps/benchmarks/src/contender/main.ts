import { findContender } from '../local/scenarios.js';
import type { Contender } from '../measure/contender.js';
import { bytesPerCall, callsPerSecond, warmUp } from '../measure/stopwatch.js';
import type { Answer, Ask } from '../measure/protocol.js';

/**
 * The process of one contender: node main.js <scenario> <contender>. Nothing but this contender runs in it, so the
 * compiler's view of shared code (promises, maps, call sites) is what it would be in an application that uses it.
 */
const [scenario = '', name = ''] = process.argv.slice(2);

async function answer(contender: Contender, ask: Ask): Promise<Answer> {
  const { grain = 1 } = contender;
  switch (ask.what) {
    case 'ready':
      return { what: 'ready' };
    case 'warm-up':
      return { what: 'warm', callsPerSecond: await warmUp(contender, ask.forMs), grain };
    case 'round':
      return { what: 'round', callsPerSecond: await callsPerSecond(contender, ask.calls) };
    case 'heap':
      return {
        what: 'heap',
        bytesPerCall: await bytesPerCall(contender, Math.ceil(ask.calls / grain) * grain),
      };
    case 'stop':
      await contender.close?.();
      return { what: 'stopped' };
  }
}

function say(message: Answer): void {
  process.send?.(message, () => {
    if (message.what === 'stopped' || message.what === 'failed') process.exit();
  });
}

const contender = findContender(scenario, name)();
process.on('message', (ask: Ask) => {
  Promise.resolve(contender)
    .then((ready) => answer(ready, ask))
    .then(say, (error: unknown) =>
      say({ what: 'failed', error: String(error instanceof Error ? error.stack : error) }),
    );
});
process.on('disconnect', () => process.exit());
