import { KINDS, servicesOf, STORED_KINDS } from '../promises/kinds.js';
import type { Kind } from '../promises/kinds.js';
import type { Findings } from './findings.js';
import type { CallRecord, Evidence } from './records.js';

/** Compares what callers were told with what the ledger has. Knows nothing of what is promised. */
export function check(evidence: Evidence): ReadonlyMap<Kind, Findings> {
  const findings = new Map(KINDS.map((kind) => [kind, emptyFindings(kind)]));
  const effects = countEffects(evidence);
  const given = new Set(evidence.deadLetters.map(({ id, service }) => `${service} ${id}`));
  for (const call of evidence.calls) {
    const found = findings.get(call.kind);
    if (found !== undefined) judgeCall(call, found, effects, given);
  }
  const kinds = new Map(evidence.calls.map(({ id, kind }) => [id, kind]));
  for (const { id } of evidence.aborts ?? []) {
    const kind = kinds.get(id);
    if (kind !== undefined) findings.get(kind)?.aborted.push(id);
  }
  for (const found of findings.values())
    if (STORED_KINDS.includes(found.kind)) findUnordered(evidence, found);
  return findings;
}

function judgeCall(
  { id, kind, end, isExcused }: CallRecord,
  found: Findings,
  effects: ReadonlyMap<string, number>,
  given: ReadonlySet<string>,
): void {
  found.sent++;
  if (end === undefined) {
    if (isExcused !== true) found.unanswered.push(id);
  } else if (end.ok) found.succeeded++;
  else found.failed.set(end.code, (found.failed.get(end.code) ?? 0) + 1);
  for (const service of servicesOf(kind)) {
    const count = effects.get(`${service} ${id}`) ?? 0;
    const isDeadLetter = given.has(`${service} ${id}`);
    if (isDeadLetter) found.deadLetters.push(id);
    if (count > 0) found.handled++;
    if (count > 1) found.repeated.push(id);
    if (count === 0 && end?.ok === true && !isDeadLetter) found.lost.push(id);
  }
}

function countEffects({ effects }: Evidence): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { service, id } of effects) {
    const key = `${service} ${id}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** A message may take effect again, but not for the first time before an earlier one of its key that does later. */
function findUnordered({ calls, effects }: Evidence, found: Findings): void {
  const byId = new Map(calls.filter(({ kind }) => kind === found.kind).map((call) => [call.id, call]));
  const seen = new Set<string>();
  const furthest = new Map<string, number>();
  for (const { id, service } of effects) {
    const call = byId.get(id);
    if (call === undefined || seen.has(`${service} ${id}`)) continue;
    seen.add(`${service} ${id}`);
    const lane = `${service} ${call.key}`;
    const before = furthest.get(lane) ?? -1;
    if (call.place < before) found.unordered.push(id);
    else furthest.set(lane, call.place);
  }
}

function emptyFindings(kind: Kind): Findings {
  return {
    kind,
    sent: 0,
    succeeded: 0,
    failed: new Map(),
    handled: 0,
    unanswered: [],
    lost: [],
    repeated: [],
    unordered: [],
    aborted: [],
    deadLetters: [],
  };
}
