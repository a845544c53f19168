// What lanes cost a broker that has nothing to do, and what delays events: `npm run bench:lanes`. Needs Linux.
import Table from 'cli-table3';
import { brokerAtRest } from './broker-at-rest.js';
import { besideLeavingNode, besideSickKeys } from './delays.js';
import { measuredNats, measuredRedis } from './measured-broker.js';

const MEASUREMENTS = [
  ['Ten services with ten handlers each on ten nodes, with nothing to do', brokerAtRest],
  ['400 events a second of 100 keys, three nodes: from publish to its handler', besideSickKeys],
  ['400 events a second of 100 keys, three nodes, one of which leaves', besideLeavingNode],
] as const;

for (const start of [measuredNats, measuredRedis]) {
  for (const [title, measurement] of MEASUREMENTS) {
    const broker = await start();
    const table = new Table();
    for (const [what, value] of Object.entries(await measurement(broker))) table.push({ [what]: value });
    console.log(`${title}, ${broker.name}:`);
    console.log(table.toString());
    await broker.stop();
  }
}
