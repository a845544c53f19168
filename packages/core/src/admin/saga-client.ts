import type { CatgaRequest } from '../contracts/request.js';
import { CatgaError } from '../errors/catga-error.js';
import { wrongCursor } from '../reliability/page-cursor.js';
import type { AdminSender } from './admin-client.js';
import { aliveFirst, askServices, isNotTaken } from './asked-nodes.js';
import type { UnansweredNode } from './asked-nodes.js';
import type {
  SagaAction,
  SagaDetails,
  SagaQuery,
  SagaSummary,
  SagaSummaryPage,
  ScheduleSummary,
} from './saga-contracts.js';
import { ListSagas, ListSchedules, ReadSaga, SAGA_SIGNALS, SteerSaga } from './saga-messages.js';

/** Maximum number of queries per page of a list. */
const MOST_QUESTIONS = 20;

/** Schedules of all services. */
export interface ScheduleList {
  /** Schedules by name. */
  readonly items: readonly ScheduleSummary[];
  /** Nodes that did not answer, with the problem. */
  readonly unanswered: readonly UnansweredNode[];
}

/**
 * Client for command lines and dashboards that lists, reads and operates the sagas of a cluster, and lists its schedules. Queries go to a
 * node that has the class of the saga, wherever the records are stored.
 *
 * Each method rejects with `CATGA_SAGA_NOT_FOUND` for an unknown saga, or one without a present node, with `CATGA_NO_HANDLER` if the option
 * `admin.sagas` disables it, and with `CATGA_TIMEOUT` after ten seconds.
 *
 * @publicApi
 */
export class SagaClient {
  constructor(private readonly sender: AdminSender) {}

  /** Names of the sagas whose classes present nodes have. */
  names(): readonly string[] {
    const names = this.sender
      .nodes()
      .flatMap(({ handles }) => handles.filter((name) => name.startsWith(SAGA_SIGNALS)));
    return [...new Set(names)].map((name) => name.slice(SAGA_SIGNALS.length)).sort();
  }

  /**
   * Page of sagas, of one name or of all. Queries until it has `limit` sagas, at most twenty times. @param limit approximate number, 1 to
   * 1000 @param after `next` of the previous page
   */
  async list(
    { saga, ...query }: SagaQuery & { readonly saga?: string },
    { limit, after }: { readonly limit: number; readonly after?: string },
  ): Promise<SagaSummaryPage> {
    const names = saga === undefined ? this.names() : [saga];
    const items: SagaSummary[] = [];
    const unreadable: string[] = [];
    let place: Place = after === undefined ? { name: names[0] } : placeOf(after);
    for (let asked = 0; asked < MOST_QUESTIONS && items.length < limit; asked++) {
      const { name, cursor } = place;
      if (name === undefined) break;
      let page: SagaSummaryPage;
      try {
        page = await this.askHost(name, new ListSagas(name, query, limit, cursor));
      } catch (thrown) {
        if (saga !== undefined || !(isNotTaken(thrown) || isGone(thrown))) throw thrown;
        page = { items: [], unreadable: [`The sagas ${name}: ${thrown.message}`] };
      }
      items.push(...page.items);
      unreadable.push(...page.unreadable);
      // Names may have changed meanwhile.
      place =
        page.next === undefined ? { name: names.find((one) => one > name) } : { name, cursor: page.next };
    }
    return { items, unreadable, ...(place.name !== undefined && { next: cursorOf(place) }) };
  }

  /** One saga with its state and steps. */
  read(saga: string, id: string): Promise<SagaDetails> {
    return this.askHost(saga, new ReadSaga(saga, id));
  }

  /** Retries, compensates or completes a saga, as `CatgaSagas` does. Resolves with whether its status allowed it. */
  steer(saga: string, id: string, action: SagaAction, reason?: string): Promise<boolean> {
    return this.askHost(saga, new SteerSaga(saga, id, action, reason));
  }

  /**
   * Schedules with their next ticks, from one node of each service; those that did not answer are in `unanswered`. @param runs number of
   * ticks of each, 1 to 100
   */
  async schedules(runs: number): Promise<ScheduleList> {
    const { items: answers, unanswered } = await askServices(this.sender.nodes(), (nodeId) =>
      this.sender.sendToNode(nodeId, new ListSchedules(runs)),
    );
    const found = new Map(answers.map((schedule) => [schedule.name, schedule]));
    const items = [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
    return { items, unanswered };
  }

  /** Queries the nodes that have a saga, until one answers. */
  private async askHost<R>(saga: string, question: CatgaRequest<R>): Promise<R> {
    const signal = `${SAGA_SIGNALS}${saga}`;
    let refusal: Error | undefined;
    for (const { nodeId, handles } of aliveFirst(this.sender.nodes())) {
      if (!handles.includes(signal)) continue;
      try {
        return await this.sender.sendToNode(nodeId, question);
      } catch (thrown) {
        if (!isNotTaken(thrown)) throw thrown;
        refusal = thrown;
      }
    }
    throw (
      refusal ??
      new CatgaError('CATGA_SAGA_NOT_FOUND', `No node has a saga '${saga}'.`, {
        details: { saga },
        retryable: false,
      })
    );
  }
}

/** Whether no present node has the saga. */
function isGone(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_SAGA_NOT_FOUND';
}

/** Cursor of a list: a saga's name, and the cursor in it. Without a name the list has ended. */
interface Place {
  readonly name?: string | undefined;
  readonly cursor?: string;
}

function cursorOf({ name = '', cursor }: Place): string {
  return encodeURIComponent(name) + (cursor === undefined ? '' : `/${cursor}`);
}

function placeOf(after: string): Place {
  const [name = '', ...cursor] = after.split('/');
  try {
    return { name: decodeURIComponent(name), ...(cursor.length > 0 && { cursor: cursor.join('/') }) };
  } catch {
    throw wrongCursor(after);
  }
}
