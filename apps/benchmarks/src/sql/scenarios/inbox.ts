import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const id = 'inbox';
const IN_FLIGHT = 50;
const FEW = 1000;
const MANY = 1_000_000;
/** So many rows for each millisecond of a round, where rounds are short. */
const FOR_EACH_MS = 2000;
/** A fifth slower. */
const OF_THE_RATE = 1 / 1.2;
const FEW_ROWS = 'claims, a thousand rows';
const MANY_ROWS = 'claims, a million rows';
const withUuids = (name: string): string => `${name}, ids are UUIDs`;

export const INBOX: Scenario = {
  id,
  title: `claims of new messages in the inbox, ${IN_FLIGHT} side by side`,
  async run(broker, effort) {
    const claims = (rows: number, isRandom: boolean): Contender<PeerName> => {
      const name = rows === FEW ? FEW_ROWS : MANY_ROWS;
      return {
        name: isRandom ? withUuids(name) : name,
        peer: 'inbox',
        nodes: 0,
        settings: { rows, isRandom },
        load: { kind: 'closed', inFlight: IN_FLIGHT },
      };
    };
    const many = Math.min(MANY, effort.roundMs * FOR_EACH_MS);
    const contenders = [false, true].flatMap((isRandom) => [claims(FEW, isRandom), claims(many, isRandom)]);
    // To fill a table takes longer than to measure.
    const rounds = effort.generations * effort.rounds;
    const measured = await measure(contenders, broker, { ...effort, generations: 1, rounds });
    return {
      ...loadTable(measured, { unit: 'claims', reference: FEW_ROWS }),
      remarks: [
        'Each is a transaction of its own, which does nothing else. Ids are those of Catga, which grow with time. The ' +
          'thousand rows grow by what is claimed.',
      ],
      verdicts: [(name: string) => name, withUuids].map((named) =>
        timesTheRate(
          { scenario: id, measured, contender: named(MANY_ROWS), other: named(FEW_ROWS) },
          OF_THE_RATE,
        ),
      ),
    };
  },
};
