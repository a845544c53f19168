import { NOTE } from '../../processes/peers/peer.js';
import type { PeerSettings, RequestingSide } from '../../processes/peers/peer.js';
import { monotonicMs } from '../../processes/sides/monotonic.js';
import { HandledNotices } from './handled-notices.js';

/** One way to commit a row and send a message. */
export interface Committing {
  /** Resolves when it is committed. */
  commit(id: number): Promise<void>;
  /** Whether the message leaves before `commit` resolves: the time until it is handled counts from the call. */
  readonly sendsItself?: boolean;
  close(): Promise<void>;
}

/** The requesting side around it. Where nobody handles, only commits are measured. */
export async function committingSide(settings: PeerSettings, way: Committing): Promise<RequestingSide> {
  const commit = async (id: number) => {
    await way.commit(id);
    return { id, note: NOTE };
  };
  if (settings.nodes === 0) return { send: commit, close: () => way.close() };
  const notices = await HandledNotices.listen(settings);
  return {
    send: commit,
    async sendUntilHandled(id) {
      const handled = notices.of(id);
      const calledMs = monotonicMs();
      await way.commit(id);
      const committedMs = way.sendsItself === true ? calledMs : monotonicMs();
      return (await handled) - committedMs;
    },
    async close() {
      await way.close();
      await notices.close();
    },
  };
}
