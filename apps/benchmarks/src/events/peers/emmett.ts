import { createRequire } from 'node:module';
import { installOutside, outside } from '../../sql/peers/outside.js';

export const EMMETT = '@event-driven-io/emmett-postgresql@0.42.0';

/** What is used of Emmett. */
interface EmmettStore {
  appendToStream(
    stream: string,
    events: readonly { readonly type: string; readonly data: object }[],
  ): Promise<unknown>;
  close(): Promise<void>;
}

/** Only this benchmark uses it. */
export function installEmmett(): Promise<void> {
  return installOutside(EMMETT, '@event-driven-io/emmett@0.42.0');
}

export function emmettStore(connectionString: string): EmmettStore {
  const { getPostgreSQLEventStore } = createRequire(`${outside(EMMETT)}/package.json`)(
    '@event-driven-io/emmett-postgresql',
  ) as { readonly getPostgreSQLEventStore: (url: string) => EmmettStore };
  return getPostgreSQLEventStore(connectionString);
}
