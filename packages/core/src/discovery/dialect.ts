import type { NodeInfo } from '../contracts/node-info.js';
import { CatgaError } from '../errors/catga-error.js';

/** Protocol version and serializer of a node. */
export type Dialect = Pick<NodeInfo, 'protocolVersion' | 'serializer'>;

/** Whether two nodes are compatible. */
export function isSameDialect(one: Dialect, other: Dialect): boolean {
  return one.protocolVersion === other.protocolVersion && one.serializer === other.serializer;
}

/** Error of a message for incompatible nodes only: `CATGA_UNSUPPORTED`. */
export function dialectError(what: string, nodes: readonly NodeInfo[], own: Dialect): CatgaError {
  const theirs = nodes.map(
    ({ nodeId, protocolVersion, serializer }) =>
      `node ${nodeId} speaks ${described({ protocolVersion, serializer })}`,
  );
  return new CatgaError(
    'CATGA_UNSUPPORTED',
    `${what}: ${theirs.join(', ')}; this node speaks ${described(own)}. ` +
      'Use one serializer and one protocol version on all nodes of the namespace.',
    {
      details: {
        nodes: nodes.map(({ nodeId, protocolVersion, serializer }) => ({
          nodeId,
          protocolVersion,
          serializer,
        })),
        protocolVersion: own.protocolVersion,
        serializer: own.serializer,
      },
    },
  );
}

function described({ protocolVersion, serializer }: Dialect): string {
  return `version ${protocolVersion} of the protocol with the serializer '${serializer}'`;
}
