import { CatgaError } from '@catga/nestjs';
import type { CatgaNode } from '@catga/nestjs';
import { ListProjections, SteerProjection } from '@catga/core/admin';
import type { ProjectionSummary } from '@catga/core/admin';
import type { CatgaProjections, ProjectionInfo } from './catga-projections.js';

/** Longest text in a list, in characters. */
const MAX_TEXT = 500;
/** How many events are counted that a projection has not taken. */
const COUNT_TO = 1000;

/** Answers tools: what they list and do, `projections` does. Before the node starts. */
export function answerTools(node: CatgaNode, projections: CatgaProjections): void {
  node
    .answerTools('projections', ListProjections, async (question) => {
      const { projection: name } = question as ListProjections;
      const all = await projections.list({
        here: true,
        countTo: COUNT_TO,
        ...(name !== undefined && { name }),
      });
      return all.map((one) => summaryOf(one, node, name === undefined ? MAX_TEXT : Infinity));
    })
    .answerTools('projections', SteerProjection, async (question) => {
      const { projection, version, action } = question as SteerProjection;
      switch (action) {
        case 'pause':
          return projections.pause(projection, version);
        case 'resume':
          return projections.resume(projection, version);
        case 'rebuild':
          return (await projections.rebuild(projection, version)) > 0;
        default:
          // Whoever asks may be of another version.
          throw new CatgaError('CATGA_VALIDATION_FAILED', 'There is no such action.', {
            details: { issues: [{ path: 'action', message: 'must be pause, resume or rebuild' }] },
          });
      }
    });
}

function summaryOf(
  {
    name,
    version,
    build,
    role,
    status,
    problem,
    checkpoint,
    changedAt,
    eventsBehind,
    oldestAt,
  }: ProjectionInfo,
  { clock, options: { service } }: Pick<CatgaNode, 'clock' | 'options'>,
  maxText: number,
): ProjectionSummary {
  return {
    projection: name,
    service,
    version,
    build,
    role,
    status,
    eventsBehind,
    behindMs: oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt.getTime()),
    changedAtMs: changedAt.getTime(),
    ...(problem !== undefined && { problem: problem.slice(0, maxText) }),
    ...(checkpoint !== undefined && { checkpoint }),
  };
}
