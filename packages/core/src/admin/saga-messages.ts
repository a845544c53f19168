import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type {
  SagaAction,
  SagaDetails,
  SagaQuery,
  SagaSummaryPage,
  ScheduleSummary,
} from './saga-contracts.js';

/** How long a tool waits for a node, in milliseconds: it may have to read a thousand records. */
const TIMEOUT_MS = 10_000;

/** How the wire names of what sagas hear of their commands and timeouts begin: a node that handles one has the class. */
export const SAGA_SIGNALS = 'catga.saga.';

/** Asks a node with the class for some of the sagas of a name. */
@Message({ name: 'catga.admin.sagas', timeoutMs: TIMEOUT_MS })
export class ListSagas extends Query<SagaSummaryPage> {
  constructor(
    readonly saga: string,
    readonly query: SagaQuery,
    /** About how many are looked at. */
    readonly limit: number,
    readonly after?: string,
  ) {
    super();
  }
}

/** Asks a node with the class for one saga. `CATGA_SAGA_NOT_FOUND` */
@Message({ name: 'catga.admin.saga', timeoutMs: TIMEOUT_MS })
export class ReadSaga extends Query<SagaDetails> {
  constructor(
    readonly saga: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Has a node with the class do something to a saga. Resolves with whether its status allowed it. `CATGA_SAGA_NOT_FOUND` */
@Message({ name: 'catga.admin.steer-saga', timeoutMs: TIMEOUT_MS })
export class SteerSaga extends Command<boolean> {
  constructor(
    readonly saga: string,
    readonly id: string,
    readonly action: SagaAction,
    readonly reason?: string,
  ) {
    super();
  }
}

/** Asks a node for its schedules. */
@Message({ name: 'catga.admin.schedules', timeoutMs: TIMEOUT_MS })
export class ListSchedules extends Query<readonly ScheduleSummary[]> {
  constructor(
    /** How many next ticks of each. */
    readonly runs: number,
  ) {
    super();
  }
}
