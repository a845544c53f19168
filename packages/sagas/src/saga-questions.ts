import { CatgaError } from '@catga/nestjs';
import type { CatgaNode } from '@catga/nestjs';
import { ListSagas, ReadSaga, SteerSaga } from '@catga/core/admin';
import type { SagaDetails, SagaQuery, SagaSummary, SagaSummaryPage } from '@catga/core/admin';
import { sagaNotFound } from './catga-sagas.js';
import type { CatgaSagas, SagaFilter, SagaInfo } from './catga-sagas.js';

/** Maximum length of a text in a list, in characters. */
const MAX_TEXT = 500;

/** Registers the answers to tools, which list, read and operate sagas. Called before the node starts. */
export function answerTools(node: CatgaNode, sagas: CatgaSagas): void {
  node
    .answerTools('sagas', ListSagas, (question) => page(sagas, question as ListSagas))
    .answerTools('sagas', ReadSaga, async (question) => {
      const { saga, id } = question as ReadSaga;
      const found = await sagas.get(saga, id);
      if (found === undefined) throw sagaNotFound(saga, id);
      return detailsOf(found);
    })
    .answerTools('sagas', SteerSaga, (question) => {
      const { saga, id, action, reason } = question as SteerSaga;
      switch (action) {
        case 'retry':
          return sagas.retry(saga, id);
        case 'compensate':
          return sagas.compensate(saga, id, reason);
        case 'complete':
          return sagas.complete(saga, id, reason);
        default:
          // The tool may have another version.
          throw new CatgaError('CATGA_VALIDATION_FAILED', 'Unknown action.', {
            details: { issues: [{ path: 'action', message: 'must be retry, compensate or complete' }] },
          });
      }
    });
}

async function page(sagas: CatgaSagas, { saga, query, limit, after }: ListSagas): Promise<SagaSummaryPage> {
  const { items, unreadable, next } = await sagas.list(
    { saga, ...filterOf(query) },
    { limit, ...(after !== undefined && { after }) },
  );
  return {
    items: items.map((one) => summaryOf(one, MAX_TEXT)),
    unreadable: unreadable.map(({ message }) => message.slice(0, MAX_TEXT)),
    ...(next !== undefined && { next }),
  };
}

function filterOf({ status, startedBeforeMs, changedBeforeMs }: SagaQuery): SagaFilter {
  return {
    ...(status !== undefined && { status }),
    ...(startedBeforeMs !== undefined && { startedBefore: new Date(startedBeforeMs) }),
    ...(changedBeforeMs !== undefined && { changedBefore: new Date(changedBeforeMs) }),
  };
}

function summaryOf(
  { saga, id, status, revision, startedAt, changedAt, reason, problem }: SagaInfo,
  maxText: number,
): SagaSummary {
  return {
    saga,
    id,
    status,
    revision,
    startedAtMs: startedAt.getTime(),
    changedAtMs: changedAt.getTime(),
    ...(reason !== undefined && { reason: reason.slice(0, maxText) }),
    ...(problem !== undefined && { problem: problem.slice(0, maxText) }),
  };
}

function detailsOf(found: SagaInfo): SagaDetails {
  const { version, state, waitsFor, undo, history } = found;
  return { ...summaryOf(found, Infinity), version, state, waitsFor, undo, history };
}
