import { CatgaError } from '../errors/catga-error.js';
import { PROTOCOL_VERSION } from './frame-layout.js';
import type { FrameHeader } from './frame-records.js';

/** The error of bytes that are not a frame of this protocol. */
export function malformedFrame(problem: string, offset: number): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `A frame was refused at byte ${offset}: ${problem}.`, {
    details: { problem, offset },
  });
}

/** The error of a frame from a node that speaks another version of the protocol. */
export function unsupportedVersion(version: number): CatgaError {
  return new CatgaError(
    'CATGA_UNSUPPORTED',
    `A frame has protocol version ${version}; this node speaks version ${PROTOCOL_VERSION}. Bring all nodes of the namespace to one version.`,
    { details: { version, supported: PROTOCOL_VERSION } },
  );
}

/** `CATGA_SERIALIZATION` for a frame whose bodies this node's serializer did not make and cannot read. */
export function requireSerializer(header: FrameHeader, serializer: string): void {
  if (header.serializer === serializer) return;
  const { nodeId } = header.sender;
  throw new CatgaError(
    'CATGA_SERIALIZATION',
    `Node ${nodeId} has the serializer '${header.serializer}'; this node has '${serializer}'. All nodes of a namespace need the same one.`,
    { details: { nodeId, theirs: header.serializer, ours: serializer } },
  );
}
