import type { LaneFrame, LaneLog, LaneReader } from '../ports/lane-log.js';
import { contentOf } from './event-frame.js';
import type { LaneEvent } from './event-frame.js';
import type { KeyLine } from './key-line.js';
import type { LaneShare } from './lane-share.js';

type Found = readonly [position: number, index: number, event: LaneEvent, isFresh: boolean];

/** Fetches the next events of a key that were left in the log because there are so many of it. */
export function recallKey(log: LaneLog, share: LaneShare, line: KeyLine): void {
  const places = line.nextSpilled();
  const [first] = places;
  if (first === undefined) return;
  line.isRecalled = true;
  const found: Found[] = [];
  let sought = 0;
  let missing = 0;
  const end = (): void => {
    reader.stop();
    line.isRecalled = false;
    if (share.state === 'lost') return;
    if (missing > 0) share.skipRecalled(line, places.slice(0, missing));
    share.addRecalled(line, found);
  };
  const reader: LaneReader = log.read(share.lane, first[0], {
    frame(position: number, content: Uint8Array | LaneFrame): void {
      if (share.state === 'lost') return end();
      // What is gone was dropped from the front, and so are these.
      for (let place = places[sought]; place !== undefined && place[0] < position; place = places[sought]) {
        sought++;
        missing++;
      }
      if (places[sought]?.[0] !== position) return;
      const { content: events, isFresh } = contentOf(content);
      for (let place = places[sought]; place?.[0] === position; place = places[++sought]) {
        const event = events[place[1]];
        if (event !== undefined) found.push([position, place[1], event, isFresh]);
      }
      if (sought >= places.length) end();
    },
    caughtUp() {},
    displaced: end,
  });
}
