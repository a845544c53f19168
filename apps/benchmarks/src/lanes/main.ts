// What lanes cost a broker that has nothing to do, and what delays events: `npm run bench:lanes`. Needs Linux.
import { describeEnvironment } from '../report/environment.js';
import { environmentLine, table } from '../report/markdown.js';
import { writeSection } from '../report/page.js';
import { brokerAtRest } from './broker-at-rest.js';
import { besideLeavingNode, besideSickKeys } from './delays.js';
import { measuredNats, measuredRedis } from './measured-broker.js';

const MEASUREMENTS = [
  ['Ten services with ten handlers each on ten nodes, with nothing to do', brokerAtRest],
  ['400 events a second of 100 keys, three nodes: from publish to its handler', besideSickKeys],
  ['400 events a second of 100 keys, three nodes, one of which leaves', besideLeavingNode],
] as const;

const parts: string[] = [];
for (const start of [measuredNats, measuredRedis]) {
  for (const [title, measurement] of MEASUREMENTS) {
    const broker = await start();
    const rows = (await measurement(broker)).map(({ what, measured, required, verdict }) => [
      what,
      measured,
      required,
      verdict,
    ]);
    await broker.stop();
    parts.push(`### ${title}, ${broker.name}`, table(['', 'measured', 'required', ''], rows));
    console.log(parts.slice(-2).join('\n\n'));
  }
}
const section = [
  '## Lanes at rest, and what delays their events',
  'Written by `npm run bench:lanes`. "Leaves" is a graceful stop under load.',
  environmentLine(describeEnvironment(['@catga/core', '@nats-io/transport-node', 'ioredis'])),
  ...parts,
].join('\n\n');
console.log(`Written to ${await writeSection('lanes', section)}.`);
