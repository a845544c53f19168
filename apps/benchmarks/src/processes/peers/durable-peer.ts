import { CatgaMediator, CatgaModule, EventHandler, RequestHandler } from '@catga/nestjs';
import type { IEventHandler, IRequestHandler } from '@catga/nestjs';
import type { Provider } from '@nestjs/common';
import { nestApp } from '../../apps/nest-app.js';
import type { EngineAt } from './catga-peer.js';
import { Queued, Recorded, RecordedOnce } from './catga-messages.js';
import { handled, isCounted, NOTE } from './peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from './peer.js';

/** What Catga stores, in a Nest application with default options: reliable events and queued commands. */
export const durableOver = (engineAt: EngineAt): Peer => ({
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const app = await start(engineAt, settings, []);
    const store = storing(app.get(CatgaMediator), settings);
    const send = async (id: number): Promise<Placed> => {
      await store(id);
      return { id, note: NOTE };
    };
    return { send, publish: store, close: () => app.close() };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const { handlerMs, concurrency } = settings;
    const count = async (message: Placed): Promise<void> => {
      if (handlerMs !== undefined) await handled(message, handlerMs);
      if (isCounted(message)) side.onEvent?.();
    };

    @EventHandler(settings.qos === 2 ? RecordedOnce : Recorded, {
      name: 'recorded',
      concurrency,
    })
    class RecordedHandler implements IEventHandler<Recorded> {
      handle(event: Recorded): Promise<void> {
        return count(event);
      }
    }

    @RequestHandler(Queued)
    class QueuedHandler implements IRequestHandler<Queued> {
      handle(command: Queued): Promise<void> {
        return count(command);
      }
    }

    const handler = settings.stores === 'commands' ? QueuedHandler : RecordedHandler;
    const app = await start(engineAt, settings, [handler]);
    const side: HandlingSide = { close: () => app.close() };
    return side;
  },
});

function storing(
  mediator: CatgaMediator,
  { stores, qos, keys }: PeerSettings,
): (id: number) => Promise<unknown> {
  if (stores === 'commands') return (id) => mediator.enqueue(new Queued(id, NOTE));
  const Event = qos === 2 ? RecordedOnce : Recorded;
  if (keys === undefined) return (id) => mediator.publish(new Event(id, NOTE));
  return (id) => mediator.publish(new Event(id, NOTE), { key: `key-${id % keys}` });
}

function start(engineAt: EngineAt, { url, namespace, index }: PeerSettings, providers: Provider[]) {
  return nestApp({
    imports: [
      CatgaModule.forRoot({
        engine: engineAt(url),
        namespace,
        service: index < 0 ? 'storing' : 'handling',
        nodeId: `node${index}`,
      }),
    ],
    providers,
  });
}
