import type { BrokerFinding } from '@catga/core/engine';

/** Something that keeps a cluster from working, or soon may. `info` is for a second look. */
export type Finding = Omit<BrokerFinding, 'severity'> & {
  readonly severity: BrokerFinding['severity'] | 'info';
};
