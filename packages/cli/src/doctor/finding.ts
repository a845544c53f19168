import type { BrokerFinding } from '@catga/core/engine';

/** A present or impending problem of a cluster. `info`: worth checking. */
export type Finding = Omit<BrokerFinding, 'severity'> & {
  readonly severity: BrokerFinding['severity'] | 'info';
};
