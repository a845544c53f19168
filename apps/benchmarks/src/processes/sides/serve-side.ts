import type { HandlingSide, Peer, Peers, PeerSettings, RequestingSide } from '../peers/peer.js';
import { arrivals } from './arrivals.js';
import { batches, closedLoop } from './closed-loop.js';
import { EventCount } from './event-count.js';
import { drain } from './drain.js';
import { events } from './events.js';
import { monotonicMs } from './monotonic.js';
import type { Answer, Ask, Load, LoadResult, SideArguments } from './protocol.js';
import { untilHandled } from './until-handled.js';

type Answering = (ask: Ask) => Promise<Answer> | Answer;

/** Is one side of one contender, as the only argument of the process says, until it is told to stop. */
export function serveSide(peers: Peers): void {
  const given = JSON.parse(process.argv[2] ?? '') as SideArguments;
  const answering = begin(peers, given);
  process.on('message', (ask: Ask) => {
    answering
      .then((answer) => answer(ask))
      .then(say, (thrown: unknown) =>
        say({ what: 'failed', error: String(thrown instanceof Error ? (thrown.stack ?? thrown) : thrown) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

async function begin(peers: Peers, { side, peer: name, settings }: SideArguments): Promise<Answering> {
  const load = peers[name];
  if (load === undefined) throw new Error(`There is no peer '${name}'.`);
  const peer = await load();
  return side === 'requesting' ? requesting(peer, settings) : handling(peer, settings);
}

async function requesting(peer: Peer, given: PeerSettings): Promise<Answering> {
  const client = await peer.request(given);
  let lastId = 0;
  const nextId = (): number => ++lastId;
  await firstAnswer(client, nextId);
  return async (ask) => {
    if (ask.what === 'load') return { what: 'load', result: await bear(client, nextId, ask.load, ask.forMs) };
    return answerPlain(ask, client);
  };
}

async function handling(peer: Peer, given: PeerSettings): Promise<Answering> {
  const handler = await peer.handle?.(given);
  if (handler === undefined) throw new Error('This peer has no handling side.');
  const events = new EventCount();
  handler.onEvent = () => events.add();
  return async (ask) => {
    if (ask.what === 'count') {
      await events.reaches(ask.events);
      return { what: 'count', endMs: monotonicMs() };
    }
    if (ask.what === 'steps') return { what: 'steps', steps: handler.steps?.() };
    return answerPlain(ask, handler);
  };
}

/** The first request shows that both sides speak with each other, and that an answer is what the handler gave. */
async function firstAnswer(client: RequestingSide, nextId: () => number): Promise<void> {
  const id = nextId();
  const answer = (await client.send(id)) as { readonly id?: unknown };
  if (answer.id !== id) throw new Error(`Asked with ${id}, answered with ${String(answer.id)}.`);
}

async function bear(
  client: RequestingSide,
  nextId: () => number,
  load: Load,
  forMs: number,
): Promise<LoadResult> {
  globalThis.gc?.();
  switch (load.kind) {
    case 'closed':
      return closedLoop(client, nextId, load.inFlight, forMs);
    case 'batches':
      return batches(client, nextId, load.size, forMs);
    case 'arrivals':
      return arrivals(client, nextId, load.perSecond, forMs);
    case 'events':
      return events(client, nextId, load.count);
    case 'handled':
      return untilHandled(client, nextId, forMs);
    case 'drain':
      return drain(client, load.messages);
  }
}

async function answerPlain(ask: Ask, own: HandlingSide | RequestingSide): Promise<Answer> {
  switch (ask.what) {
    case 'ready':
      return { what: 'ready' };
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return { what: 'cpu', micros: user + system };
    }
    case 'stop':
      await own.close();
      return { what: 'stop' };
    default:
      throw new Error(`This side cannot be asked for '${ask.what}'.`);
  }
}

function say(answer: Answer): void {
  process.send?.(answer, () => {
    if (answer.what === 'stop' || answer.what === 'failed') process.exit();
  });
}
