import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { LOOPBACK } from '@catga/servers';
import type { LedgerAnswer, LedgerLine } from './ledger-protocol.js';

/** A handler's line to the ledger. It does not go through the broker, so that no fault of the broker touches it. */
export class LedgerClient {
  private readonly waiting = new Map<number, (times: number) => void>();
  private number = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly service: string,
    private readonly nodeId: string,
  ) {
    createInterface({ input: socket }).on('line', (line) => {
      const { number, times } = JSON.parse(line) as LedgerAnswer;
      this.waiting.get(number)?.(times);
      this.waiting.delete(number);
    });
  }

  static async open(port: number, service: string, nodeId: string): Promise<LedgerClient> {
    const socket = connect(port, LOOPBACK);
    await once(socket, 'connect');
    socket.unref();
    return new LedgerClient(socket, service, nodeId);
  }

  /** Resolves once it is written down, with how often the service has got the message. */
  tell(what: LedgerLine['what'], id: string): Promise<number> {
    const number = ++this.number;
    const { service, nodeId } = this;
    this.socket.write(`${JSON.stringify({ number, what, id, service, nodeId } satisfies LedgerLine)}\n`);
    return new Promise((resolve) => void this.waiting.set(number, resolve));
  }
}
