import type { NodeLoad } from '../contracts/node-info.js';
import type { Heartbeat } from './directory-store.js';

/** A heartbeat with its time by the broker's clock, in milliseconds since 1970. */
export interface WrittenHeartbeat extends Heartbeat {
  readonly beatAtMs: number;
}

const NUMBERS = 7;

/** `<in flight>.<queued>.<unanswered>.<handled>`, the end of a heartbeat's text. */
export function writeLoad({ inFlight, queued, unanswered, handled }: NodeLoad): string {
  return [inFlight, queued, unanswered, handled].join('.');
}

/** `<incarnation>.<beat at>.<timeout>.<load>`, all whole numbers: a heartbeat as a broker stores it for a node. */
export function writeHeartbeat(heartbeat: Omit<WrittenHeartbeat, 'nodeId' | 'ageMs' | 'mark'>): string {
  const { incarnation, beatAtMs, timeoutMs, load } = heartbeat;
  return [incarnation, beatAtMs, Math.ceil(timeoutMs), writeLoad(load)].join('.');
}

/** Parses what {@link writeHeartbeat} wrote for a node; undefined for anything else. `nowMs` is by the broker's clock. */
export function readHeartbeat(nodeId: string, text: string, nowMs: number): WrittenHeartbeat | undefined {
  const numbers = text.split('.').map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : NaN));
  if (numbers.length !== NUMBERS || numbers.some(Number.isNaN)) return undefined;
  const [
    incarnation = 0,
    beatAtMs = 0,
    timeoutMs = 0,
    inFlight = 0,
    queued = 0,
    unanswered = 0,
    handled = 0,
  ] = numbers;
  const load = { inFlight, queued, unanswered, handled };
  const ageMs = Math.max(0, nowMs - beatAtMs);
  return { nodeId, incarnation, timeoutMs, load, mark: String(beatAtMs), ageMs, beatAtMs };
}
