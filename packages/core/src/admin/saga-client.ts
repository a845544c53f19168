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

/** How many questions one page of a list costs at most. */
const MOST_QUESTIONS = 20;

/** The schedules of all services. */
export interface ScheduleList {
  /** By name. */
  readonly items: readonly ScheduleSummary[];
  /** Nodes that did not answer, and why. */
  readonly unanswered: readonly UnansweredNode[];
}

/**
 * Lists, reads and steers the sagas of a cluster, and lists its schedules: what command lines and dashboards are made of. A question
 * goes to a node that has the class of the saga, wherever the records are.
 *
 * Each rejects with `CATGA_SAGA_NOT_FOUND` for what no present node has or there is none of, with `CATGA_NO_HANDLER` where the option
 * `admin.sagas` switches it off, and with `CATGA_TIMEOUT` after ten seconds.
 *
 * @publicApi
 */
export class SagaClient {
  constructor(private readonly sender: AdminSender) {}

  /** Names of the sagas that present nodes have the classes of. */
  names(): readonly string[] {
    const names = this.sender
      .nodes()
      .flatMap(({ handles }) => handles.filter((name) => name.startsWith(SAGA_SIGNALS)));
    return [...new Set(names)].map((name) => name.slice(SAGA_SIGNALS.length)).sort();
  }

  /**
   * Some of the sagas, of one name or of all. It goes on until it has `limit` of them, or has asked twenty times.
   * @param limit about how many, 1 to 1000
   * @param after `next` of the page before
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
      // Names may have come or gone meanwhile.
      place =
        page.next === undefined ? { name: names.find((one) => one > name) } : { name, cursor: page.next };
    }
    return { items, unreadable, ...(place.name !== undefined && { next: cursorOf(place) }) };
  }

  /** One saga with its state and its steps. */
  read(saga: string, id: string): Promise<SagaDetails> {
    return this.askHost(saga, new ReadSaga(saga, id));
  }

  /** Retries, compensates or completes a saga, as `CatgaSagas` does. Resolves with whether its status allowed it. */
  steer(saga: string, id: string, action: SagaAction, reason?: string): Promise<boolean> {
    return this.askHost(saga, new SteerSaga(saga, id, action, reason));
  }

  /**
   * Schedules with their next ticks. One node of each service is asked; what it does not answer is in `unanswered`.
   * @param runs how many of each, 1 to 100
   */
  async schedules(runs: number): Promise<ScheduleList> {
    const { items: answers, unanswered } = await askServices(this.sender.nodes(), (nodeId) =>
      this.sender.sendToNode(nodeId, new ListSchedules(runs)),
    );
    const found = new Map(answers.map((schedule) => [schedule.name, schedule]));
    const items = [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
    return { items, unanswered };
  }

  /** Asks the nodes that have a saga, until one takes the question. */
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

/** Whether no node that is present has the saga. */
function isGone(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_SAGA_NOT_FOUND';
}

/** Where a list goes on: a saga's name, and the cursor in it. Without a name it has ended. */
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
