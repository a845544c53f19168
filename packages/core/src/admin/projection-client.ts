import { CatgaError } from '../errors/catga-error.js';
import type { AdminSender } from './admin-client.js';
import { aliveFirst, askServices, isNotTaken } from './asked-nodes.js';
import type { UnansweredNode } from './asked-nodes.js';
import type { ProjectionAction, ProjectionChoice, ProjectionSummary } from './projection-contracts.js';
import { ListProjections, SteerProjection } from './projection-messages.js';

/** The projections of all services. */
export interface ProjectionList {
  /** By name, the latest build last. */
  readonly items: readonly ProjectionSummary[];
  /** Nodes that did not answer, and why. */
  readonly unanswered: readonly UnansweredNode[];
}

/**
 * Lists and steers the projections of a cluster: what command lines and dashboards are made of. A question goes to a node that has the
 * class of the projection, wherever its event store is; one node of each service is asked for lists.
 *
 * Nodes without event sourcing, or with the option `admin.projections` off, are passed over. An answer takes ten seconds at most.
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
   * The builds of one projection, with all of their texts. `CATGA_PROJECTION_NOT_FOUND` if no present node has its class;
   * `CATGA_VALIDATION_FAILED` if those of several services have one, and none is chosen.
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
   * Pauses, resumes or rebuilds a version of a projection, as `CatgaProjections` does. Resolves with whether it had an effect. Rejects as
   * {@link read} does; with `CATGA_PROJECTION_NOT_FOUND`, too, if there is no such version, or no present node runs the one to be rebuilt; with
   * `CATGA_UNSUPPORTED` for a rebuild of one without tables.
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
