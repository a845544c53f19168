import { CatgaError } from '../errors/catga-error.js';
import type { AdminSender } from './admin-client.js';
import { aliveFirst, askServices, isNotTaken } from './asked-nodes.js';
import type { UnansweredNode } from './asked-nodes.js';
import type { ProjectionAction, ProjectionChoice, ProjectionSummary } from './projection-contracts.js';
import { ListProjections, SteerProjection } from './projection-messages.js';

/** Projections of all services. */
export interface ProjectionList {
  /** Builds by name, the latest last. */
  readonly items: readonly ProjectionSummary[];
  /** Nodes that did not answer, with the problem. */
  readonly unanswered: readonly UnansweredNode[];
}

/**
 * Client for command lines and dashboards that lists and operates the projections of a cluster. Queries go to a node that has the class of
 * the projection, wherever its event store is; lists query one node of each service.
 *
 * Nodes without event sourcing, or with `admin.projections: false`, are skipped. The timeout is ten seconds.
 *
 * @publicApi
 */
export class ProjectionClient {
  constructor(private readonly sender: AdminSender) {}

  /** The builds of all projections. Never rejects. */
  list(): Promise<ProjectionList> {
    return this.ask(new ListProjections());
  }

  /**
   * Builds of one projection, with full texts. `CATGA_PROJECTION_NOT_FOUND` if no present node has its class; `CATGA_VALIDATION_FAILED` if
   * several services have one, and none is chosen.
   */
  async read(projection: string, service?: string): Promise<readonly ProjectionSummary[]> {
    const { items, unanswered } = await this.ask(new ListProjections(projection));
    const builds = items.filter((one) => service === undefined || one.service === service);
    const services = [...new Set(builds.map((one) => one.service))];
    if (services.length > 1)
      throw new CatgaError(
        'CATGA_VALIDATION_FAILED',
        `Services ${services.map((one) => `'${one}'`).join(' and ')} have a projection '${projection}' each: name one.`,
        { details: { issues: [{ path: 'service', message: 'is needed' }] } },
      );
    if (builds.length === 0) throw notFound(projection, undefined, unanswered);
    return builds;
  }

  /**
   * Pauses, resumes or rebuilds a version of a projection, as `CatgaProjections` does. Resolves with whether it had an effect. Rejects like
   * {@link read}; also with `CATGA_PROJECTION_NOT_FOUND` for an unknown version, or a rebuild that no present node can run; with
   * `CATGA_UNSUPPORTED` for a rebuild without tables.
   */
  async steer(
    projection: string,
    action: ProjectionAction,
    { service, version }: ProjectionChoice = {},
  ): Promise<boolean> {
    const builds = await this.read(projection, service);
    const owner = builds[0]?.service;
    const wanted = version ?? Math.max(...builds.map((one) => one.version));
    let refusal: CatgaError | undefined;
    // Nodes of one service may have classes of several versions.
    for (const { nodeId, service: one } of aliveFirst(this.sender.nodes())) {
      if (one !== owner) continue;
      try {
        return await this.sender.sendToNode(nodeId, new SteerProjection(projection, wanted, action));
      } catch (thrown) {
        if (!(isNotTaken(thrown) || isNotFound(thrown))) throw thrown;
        refusal = thrown;
      }
    }
    throw refusal ?? notFound(projection, wanted, []);
  }

  private async ask(question: ListProjections): Promise<ProjectionList> {
    const { items, unanswered } = await askServices(this.sender.nodes(), (nodeId) =>
      this.sender.sendToNode(nodeId, question),
    );
    items.sort(
      (one, other) =>
        one.projection.localeCompare(other.projection) ||
        one.service.localeCompare(other.service) ||
        one.build - other.build,
    );
    return { items, unanswered };
  }
}

function isNotFound(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_PROJECTION_NOT_FOUND';
}

function notFound(
  projection: string,
  version: number | undefined,
  unanswered: readonly UnansweredNode[],
): CatgaError {
  const which = version === undefined ? '' : ` in version ${version}`;
  const silent = unanswered.map(({ nodeId, problem }) => ` '${nodeId}' did not answer: ${problem}`).join('');
  return new CatgaError(
    'CATGA_PROJECTION_NOT_FOUND',
    `No node has a projection '${projection}'${which}.${silent}`,
    {
      details: { projection },
    },
  );
}
