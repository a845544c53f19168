/** The kinds of message that are promised different things: the rows of the table. */
export const KINDS = [
  'query',
  'command',
  'command-qos2',
  'enqueued',
  'event',
  'reliable',
  'reliable-qos2',
] as const;

export type Kind = (typeof KINDS)[number];

/** What the table calls them. */
export const KIND_TITLES: Readonly<Record<Kind, string>> = {
  query: 'query, QoS 0',
  command: 'command, QoS 1',
  'command-qos2': 'command, QoS 2',
  enqueued: 'enqueued command',
  event: 'event, QoS 0',
  reliable: 'reliable event, QoS 1',
  'reliable-qos2': 'reliable event, QoS 2',
};

/** The kinds of message that the broker stores until they are handled, in order by key. */
export const STORED_KINDS: readonly Kind[] = ['enqueued', 'reliable', 'reliable-qos2'];

/** The services whose handlers get a message of this kind. */
export function servicesOf(kind: Kind): readonly string[] {
  return kind === 'event' || kind.startsWith('reliable') ? ['orders', 'mail'] : ['orders'];
}
