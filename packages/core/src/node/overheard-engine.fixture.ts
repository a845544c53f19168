import type { Engine, EngineConnection } from '../ports/engine.js';
import { recordsOf } from '../wire/frame.fixture.js';

/** The network, with the numbers of the requests that a node on it sends. */
export class OverheardEngine implements Engine {
  readonly correlations: number[] = [];
  readonly name: string;
  readonly capabilities: Engine['capabilities'];

  constructor(private readonly engine: Engine) {
    this.name = engine.name;
    this.capabilities = engine.capabilities;
  }

  async connect(client: Parameters<Engine['connect']>[0]): Promise<EngineConnection> {
    const connection = await this.engine.connect(client);
    const openLinks: EngineConnection['openLinks'] = async (self, listener) => {
      const links = await connection.openLinks!(self, listener);
      return {
        maxFrameBytes: links.maxFrameBytes,
        send: (to, frame) => {
          for (const record of recordsOf(frame))
            if (record.kind === 'request') this.correlations.push(record.correlation);
          links.send(to, frame);
        },
        flush: () => links.flush(),
      };
    };
    return Object.create(connection, { openLinks: { value: openLinks } }) as EngineConnection;
  }
}
