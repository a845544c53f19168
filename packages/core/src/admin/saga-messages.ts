import { Message } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type {
  SagaAction,
  SagaDetails,
  SagaQuery,
  SagaSummaryPage,
  ScheduleSummary,
} from './saga-contracts.js';

/** Timeout of a query, in milliseconds; the node may have to read a thousand records. */
const TIMEOUT_MS = 10_000;

/** Prefix of the wire names of saga signals (outcomes and timeouts): a node that handles one has the class of the saga. */
export const SAGA_SIGNALS = 'catga.saga.';

/** Query for a page of the sagas of a name, for a node with the class. */
@Message({ name: 'catga.admin.sagas', timeoutMs: TIMEOUT_MS })
export class ListSagas extends Query<SagaSummaryPage> {
  constructor(
    readonly saga: string,
    readonly query: SagaQuery,
    /** Approximate number of records to read. */
    readonly limit: number,
    readonly after?: string,
  ) {
    super();
  }
}

/** Query for one saga, for a node with the class. `CATGA_SAGA_NOT_FOUND` */
@Message({ name: 'catga.admin.saga', timeoutMs: TIMEOUT_MS })
export class ReadSaga extends Query<SagaDetails> {
  constructor(
    readonly saga: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Operator action on a saga, for a node with the class. Resolves with whether its status allowed it. `CATGA_SAGA_NOT_FOUND` */
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

/** Query for the schedules of a node. */
@Message({ name: 'catga.admin.schedules', timeoutMs: TIMEOUT_MS })
export class ListSchedules extends Query<readonly ScheduleSummary[]> {
  constructor(
    /** Number of next ticks of each. */
    readonly runs: number,
  ) {
    super();
  }
}
