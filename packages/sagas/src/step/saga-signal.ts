import { Command, Message } from '@catga/nestjs';
import { SAGA_SIGNALS } from '@catga/core/admin';
import type { CommandReply } from '@catga/core/engine';

/** Message in the queue of a saga: an outcome of a command, or a timeout. */
export type SignalFields = CommandReply | TimeoutSignal;

/** A timeout of a saga. */
export interface TimeoutSignal {
  /** Id of the saga. */
  readonly reference: string;
  readonly timeout: string;
  /** When the saga that asked for it started; absent in those of earlier versions. */
  readonly startedAtMs?: number;
}

/** Wire name of the signals of a saga. */
export function signalName(saga: string): string {
  return `${SAGA_SIGNALS}${saga}`;
}

/** Message class of the signals of a saga. */
export type SignalClass = new (fields: TimeoutSignal) => Command;

export function signalClassOf(saga: string): SignalClass {
  @Message({ name: signalName(saga) })
  class SagaSignal extends Command {
    constructor(fields: TimeoutSignal) {
      super();
      Object.assign(this, fields);
    }
  }
  return SagaSignal;
}

/** Whether a signal is a timeout. */
export function isTimeout(signal: SignalFields): signal is TimeoutSignal {
  return 'timeout' in signal;
}
