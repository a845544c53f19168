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
    `A frame has protocol version ${version}; this node speaks version ${PROTOCOL_VERSION}. Use one protocol version on all nodes of the namespace.`,
    { details: { version, supported: PROTOCOL_VERSION } },
  );
}

/** `CATGA_SERIALIZATION` for a frame whose bodies this node's serializer did not make and cannot read. */
export function requireSerializer(header: FrameHeader, serializer: string): void {
  if (header.serializer === serializer) return;
  const nodeId = printable(header.sender.nodeId);
  const theirs = printable(header.serializer);
  throw new CatgaError(
    'CATGA_SERIALIZATION',
    `Node ${nodeId} uses the serializer '${theirs}'; this node uses '${serializer}'. Use one serializer on all nodes of a namespace.`,
    { details: { nodeId, theirs, ours: serializer } },
  );
}

/** Of text that anybody may have written, what may stand in a log. */
function printable(text: string): string {
  return text.slice(0, MAX_PRINTED).replaceAll(/[^\u0020-\u007e]/g, '?');
}

const MAX_PRINTED = 64;
