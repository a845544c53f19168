import { CatgaError } from '@catga/nestjs';
import type { CatgaNode } from '@catga/nestjs';
import { ListProjections, SteerProjection } from '@catga/core/admin';
import type { ProjectionSummary } from '@catga/core/admin';
import type { CatgaProjections, ProjectionInfo } from './catga-projections.js';

/** Maximum length of a text in a list, in characters. */
const MAX_TEXT = 500;
/** Limit for counting events behind. */
const COUNT_TO = 1000;

/** Registers the answers to tools, which list and operate projections. Called before the node starts. */
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
          // The tool may have another version.
          throw new CatgaError('CATGA_VALIDATION_FAILED', 'Unknown action.', {
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
