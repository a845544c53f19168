/** What goes wrong: the columns of the table, in its order, by what the table calls them. */
export const FAULTS = {
  throws: 'the handler throws',
  hangs: 'the handler hangs',
  'killed-before': 'its node is killed before the effect',
  'killed-after': 'its node is killed after the effect',
  'caller-killed': 'the caller is killed',
  paused: 'a node is paused for longer than every lease',
  cut: 'a node is cut off',
  'cut-one-way': 'a node can send and cannot receive',
  'broker-restart': 'the broker is killed and restarts with its store',
  'broker-away': 'the broker is disconnected, and callers have an outbox',
  'broker-gone-long': 'the broker is away for longer than nodes wait for it, as handlers end',
  'stopped-meanwhile': 'a node is stopped while the broker is away',
  'broker-failover': 'one of several servers of the broker is killed',
  'broker-emptied': 'the broker restarts empty',
  'broker-full': 'the broker is full',
  'permissions-refused': 'permissions are taken from all nodes and given back',
  'clock-back': 'the clock of a node steps back',
  'sent-twice': 'a message is sent twice under one id',
  'slow-consumer': 'handlers are slower than senders',
  'rolling-restart': 'every node is restarted in turn',
  overload: 'a node is overloaded',
  storm: 'all transient faults, at random',
} as const;

export type Fault = keyof typeof FAULTS;
