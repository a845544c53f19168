import type { DurableLog, LogDelivery } from '../../ports/durable-log.js';
import type { NodeGate } from './node-gate.js';

/** After how long a message is delivered again whose consumer's callback threw, in milliseconds. */
const CALLBACK_FAILURE_DELAY_MS = 1000;

/** The log as a node behind a gate sees it. */
export function gatedLog(log: DurableLog, gate: NodeGate): DurableLog {
  return {
    append: (...request) => gate.ask(() => log.append(...request)),
    subscribe: (subscription, deliver) =>
      gate.ask(async () => {
        const consumer = await log.subscribe(subscription, (delivery) =>
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
    ack: (isConfirmed) => gate.ask(() => delivery.ack(isConfirmed)),
    nak: (delayMs) => gate.ask(() => delivery.nak(delayMs)),
    release: (delayMs) => gate.ask(() => delivery.release(delayMs)),
  };
}

/** The log looks after callbacks that throw, but not after those that were called later. */
function handOver(delivery: LogDelivery, deliver: (delivery: LogDelivery) => void): void {
  try {
    deliver(delivery);
  } catch {
    void delivery.nak(CALLBACK_FAILURE_DELAY_MS);
  }
}
