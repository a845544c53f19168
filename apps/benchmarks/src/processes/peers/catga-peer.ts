import { CatgaMediator, CatgaModule, EventHandler, RequestHandler } from '@catga/nestjs';
import type { IEventHandler, IRequestHandler } from '@catga/nestjs';
import type { CatgaOptions, Engine } from '@catga/core';
import type { Provider } from '@nestjs/common';
import { nestApp } from '../../apps/nest-app.js';
import { monotonicMs } from '../sides/monotonic.js';
import { Charge, Happened, Look, Place, requestsOf } from './catga-messages.js';
import { sendFramesAtOnce } from './frame-window.js';
import { handled, NOTE } from './peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from './peer.js';
import { TimedSteps } from './timed-steps.js';

/** The engine over a broker, by where that listens. */
export type EngineAt = (url: string) => Engine;

/** Catga in a Nest application, with default options but those that are given. */
export const catgaOver = (engineAt: EngineAt, options: CatgaOptions = {}): Peer => ({
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const app = await start(engineAt, options, settings, []);
    const mediator = app.get(CatgaMediator);
    await othersOf(mediator, settings.nodes);
    const { qos = 1 } = settings;
    const make = requestsOf(qos);
    return {
      send: (id) => mediator.send(make(id)),
      sendMany: (from, count) =>
        mediator.sendBatch(Array.from({ length: count }, (_, index) => make(from + index))),
      publish: (id) => mediator.publish(new Happened(id, NOTE)),
      close: () => app.close(),
    };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const steps = new TimedSteps();
    const { handlerMs } = settings;

    @RequestHandler(Look)
    class LookHandler implements IRequestHandler<Look> {
      async handle(query: Look): Promise<Placed> {
        return { id: query.id, note: query.note };
      }
    }

    @RequestHandler(Place)
    class PlaceHandler implements IRequestHandler<Place> {
      handle(command: Place): Promise<Placed> {
        return handled(command, handlerMs);
      }
    }

    @RequestHandler(Charge)
    class ChargeHandler implements IRequestHandler<Charge> {
      async handle({ id, note, sentMs }: Charge): Promise<Placed> {
        steps.ran(sentMs, monotonicMs());
        return { id, note };
      }
    }

    @EventHandler(Happened)
    class HappenedHandler implements IEventHandler<Happened> {
      async handle({ note }: Happened): Promise<void> {
        if (note === NOTE) side.onEvent?.();
      }
    }

    const handlers = [LookHandler, PlaceHandler, ChargeHandler, HappenedHandler];
    const app = await start(engineAt, options, settings, handlers, steps);
    const side: HandlingSide = { steps: () => steps.take(), close: () => app.close() };
    return side;
  },
});

async function start(
  engineAt: EngineAt,
  options: CatgaOptions,
  settings: PeerSettings,
  providers: Provider[],
  steps = new TimedSteps(),
) {
  const { url, namespace, index, holdsFrames = true } = settings;
  if (!holdsFrames) await sendFramesAtOnce();
  const engine = engineAt(url);
  return nestApp({
    imports: [
      CatgaModule.forRoot({
        ...options,
        engine: settings.timesSteps === true ? steps.around(engine) : engine,
        namespace,
        service: index < 0 ? 'requesting' : 'handling',
        nodeId: `node${index}`,
      }),
    ],
    providers,
  });
}

/** Resolves once so many other nodes are there. */
async function othersOf(mediator: CatgaMediator, nodes: number): Promise<void> {
  for await (const _change of mediator.watchNodes()) {
    if (mediator.nodes().length > nodes) return;
  }
}
