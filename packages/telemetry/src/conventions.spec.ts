import { describe, expect, it } from '@jest/globals';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { ATTRIBUTE, COUNTER, GAUGE, HISTOGRAM } from './conventions.js';

/** Every name of the semantic conventions, stable or in development. */
const KNOWN = new Set<unknown>(Object.values(conventions));

describe('the names that leave the process', () => {
  const names = [
    ...Object.values(ATTRIBUTE),
    ...[HISTOGRAM, COUNTER, GAUGE].flatMap((instruments) =>
      Object.values(instruments).map(({ name }) => name),
    ),
  ];

  it.each(names.filter((name) => !name.startsWith('catga.')))(
    '%s is one of the semantic conventions',
    (name) => {
      expect(KNOWN.has(name)).toBe(true);
    },
  );

  it('are those that dashboards and alerts know', () => {
    expect(names.filter((name) => name.startsWith('catga.'))).toEqual([
      'catga.delivery.attempt',
      'catga.handler',
      'catga.operation',
      'catga.duplicate',
      'catga.saga.name',
      'catga.saga.status',
      'catga.projection.name',
      'catga.message.critical_time',
      'catga.dead_letters',
      'catga.retries',
      'catga.deduplicated',
      'catga.sagas',
      'catga.subscription.due',
      'catga.subscription.delayed',
      'catga.subscription.handling',
      'catga.subscription.oldest_due',
      'catga.outbox.waiting',
      'catga.nodes',
      'catga.saga.open',
      'catga.saga.oldest',
      'catga.projection.behind',
      'catga.projection.stopped',
    ]);
  });
});
