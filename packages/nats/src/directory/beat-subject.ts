import type { Heartbeat } from '@catga/core/engine';

/** A heartbeat with its time by the server's clock, in milliseconds since 1970. */
export type WrittenBeat = Omit<Heartbeat, 'ageMs' | 'mark'> & { readonly beatAtMs: number };

const NUMBERS = 7;

/** `<node id>.<incarnation>.<timeout>.<beat at>.<in flight>.<queued>.<unanswered>.<handled>`, all whole numbers except the id. */
export function beatSubject({ nodeId, incarnation, timeoutMs, beatAtMs, load }: WrittenBeat): string {
  const { inFlight, queued, unanswered, handled } = load;
  const numbers = [incarnation, Math.ceil(timeoutMs), beatAtMs, inFlight, queued, unanswered, handled];
  return `${nodeId}.${numbers.join('.')}`;
}

/** Parses a heartbeat subject; undefined for any other subject. */
export function readBeatSubject(subject: string): (WrittenBeat & { readonly mark: string }) | undefined {
  const [nodeId = '', ...rest] = subject.split('.');
  const numbers = rest.map((text) => (/^\d{1,15}$/.test(text) ? Number(text) : NaN));
  if (numbers.length !== NUMBERS || numbers.some(Number.isNaN)) return undefined;
  const [
    incarnation = 0,
    timeoutMs = 0,
    beatAtMs = 0,
    inFlight = 0,
    queued = 0,
    unanswered = 0,
    handled = 0,
  ] = numbers;
  const load = { inFlight, queued, unanswered, handled };
  return { nodeId, incarnation, timeoutMs, beatAtMs, load, mark: String(beatAtMs) };
}
