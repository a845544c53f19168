import { withJetStream } from './jetstream-api.js';
import type { JetStreamApi } from './jetstream-api.js';

/** A stream, how much it holds, and where its copies are: who leads, and who follows how. */
export interface StreamInfo {
  readonly config: { readonly name: string };
  readonly state: { readonly bytes: number };
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly current: boolean; readonly offline?: boolean }[];
  };
}

export function streamsOf(api: JetStreamApi): Promise<readonly StreamInfo[]> {
  return api.all('STREAM.LIST', 'streams');
}

/** Below what it has a stream would drop messages. */
const ROOM_BYTES = 4 * 1024;

/** Lets every stream of messages, not the buckets, have hardly more bytes than it has. */
export async function narrowStreams(servers: readonly string[]): Promise<void> {
  await withJetStream(servers, async (api) => {
    for (const { config, state } of await streamsOf(api)) {
      if (config.name.startsWith('KV_')) continue;
      await api.ask(`STREAM.UPDATE.${config.name}`, { ...config, max_bytes: state.bytes + ROOM_BYTES });
    }
  });
}

/** Whether so many servers have met, and every stream is led and has no copy that lags behind. */
export async function areInStep(servers: readonly string[], size: number): Promise<boolean> {
  const probe = { name: 'probe', subjects: ['probe'], num_replicas: size };
  return withJetStream(servers, async (api) => {
    const { error } = await api.ask<{ readonly error?: unknown }>('STREAM.CREATE.probe', probe);
    if (error !== undefined) return false;
    await api.ask('STREAM.DELETE.probe');
    return (await streamsOf(api)).every(
      ({ cluster }) =>
        cluster?.leader !== undefined &&
        (cluster.replicas ?? []).every(({ current, offline }) => current && offline !== true),
    );
  }).catch(() => false); // Nobody leads JetStream yet, or nobody answers for it.
}
