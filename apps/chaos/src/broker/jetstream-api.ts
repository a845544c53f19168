import { connect } from '@nats-io/transport-node';

/** Questions to JetStream (its wire API), and their answers as they are. */
export interface JetStreamApi {
  ask<T>(subject: string, body?: object): Promise<T>;
  /** Every item of a list that is answered in pages. Rejects if servers of a cluster did not answer for theirs. */
  all<T>(subject: string, field: string): Promise<readonly T[]>;
}

/** A server of several may be away, and a leader has to be chosen. */
const PATIENCE = { timeout: 10_000 } as const;

/** Connects for as long as `use` takes. */
export async function withJetStream<R>(
  servers: readonly string[],
  use: (api: JetStreamApi) => Promise<R>,
): Promise<R> {
  const connection = await connect({ servers: [...servers] });
  const ask = async <T>(subject: string, body: object = {}): Promise<T> =>
    (await connection.request(`$JS.API.${subject}`, JSON.stringify(body), PATIENCE)).json<T>();
  const all = async <T>(subject: string, field: string): Promise<readonly T[]> => {
    const found: T[] = [];
    for (;;) {
      const page = await ask<Record<string, unknown>>(subject, { offset: found.length });
      const missing = (page.missing ?? []) as readonly string[];
      if (missing.length > 0) throw new Error(`${subject}: nobody answered for ${missing.join(', ')}.`);
      const items = (page[field] ?? []) as readonly T[];
      found.push(...items);
      if (found.length >= Number(page.total ?? 0) || items.length === 0) return found;
    }
  };
  try {
    return await use({ ask, all });
  } finally {
    await connection.close();
  }
}
