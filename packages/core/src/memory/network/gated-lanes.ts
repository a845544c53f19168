import type { LaneParts } from '../../lanes/lane-engine.js';
import type { DurableLog, LogDelivery } from '../../ports/durable-log.js';
import type { LaneReader, LaneSink } from '../../ports/lane-log.js';
import type { LaneStore } from '../../ports/lane-store.js';
import { gatedDirectory, gatedSubscriptions } from './gated-ports.js';
import type { NodeGate } from './node-gate.js';

/** Redelivery delay after a consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** Parts under a node's durable messages, behind its gate. */
export function gatedParts(
  { lanes, queue, queues, queued, directory, ...rest }: LaneParts,
  gate: NodeGate,
): LaneParts {
  return {
    lanes: gatedLanes(lanes, gate),
    queue: gatedQueue(queue, gate),
    queues: gatedSubscriptions(queues, gate),
    queued: {
      list: (...request) => gate.ask(() => queued.list(...request)),
      cancel: (...request) => gate.ask(() => queued.cancel(...request)),
      reschedule: (...request) => gate.ask(() => queued.reschedule(...request)),
    },
    directory: gatedDirectory(directory, gate),
    ...rest,
  };
}

function gatedLanes({ log, records }: LaneStore, gate: NodeGate): LaneStore {
  return {
    log: {
      lanes: log.lanes,
      maxFrameBytes: log.maxFrameBytes,
      append: (...request) => gate.ask(() => log.append(...request)),
      state: (...request) => gate.ask(() => log.state(...request)),
      trim: (...request) => gate.ask(() => log.trim(...request)),
      read: (lane, from, sink, identity) =>
        gatedReader((gated) => log.read(lane, from, gated, identity), sink, gate),
    },
    records: {
      maxValueBytes: records.maxValueBytes,
      read: (...request) => gate.ask(() => records.read(...request)),
      list: (...request) => gate.ask(() => records.list(...request)),
      write: (...request) => gate.ask(() => records.write(...request)),
      remove: (...request) => gate.ask(() => records.remove(...request)),
    },
  };
}

function gatedReader(read: (sink: LaneSink) => LaneReader, sink: LaneSink, gate: NodeGate): LaneReader {
  let isStopped = false;
  const tell = (what: () => void): void => gate.pass(() => (isStopped ? undefined : what()));
  const reader = read({
    frame: (...found) => tell(() => sink.frame(...found)),
    caughtUp: () => tell(() => sink.caughtUp()),
    displaced: () => tell(() => sink.displaced()),
  });
  return {
    pause: () => reader.pause(),
    resume: () => reader.resume(),
    stop() {
      isStopped = true;
      reader.stop();
    },
  };
}

function gatedQueue(queue: DurableLog, gate: NodeGate): DurableLog {
  return {
    append: (...request) => gate.ask(() => queue.append(...request)),
    subscribe: (subscription, deliver) =>
      gate.ask(async () => {
        const consumer = await queue.subscribe(subscription, (delivery) =>
          gate.pass(() => handOver(gatedDelivery(delivery, gate), deliver)),
        );
        return { stop: () => gate.ask(() => consumer.stop()) };
      }),
  };
}

function gatedDelivery(delivery: LogDelivery, gate: NodeGate): LogDelivery {
  return {
    message: delivery.message,
    attempt: delivery.attempt,
    ack: (isConfirmed) => gate.ask(async () => delivery.ack(isConfirmed)),
    nak: (delayMs) => gate.ask(() => delivery.nak(delayMs)),
    release: (delayMs) => gate.ask(() => delivery.release(delayMs)),
  };
}

/** The log catches errors of a callback only within its own call; deliveries after a pause come later. */
function handOver(delivery: LogDelivery, deliver: (delivery: LogDelivery) => void): void {
  try {
    deliver(delivery);
  } catch {
    void delivery.nak(CALLBACK_FAILURE_DELAY_MS);
  }
}
