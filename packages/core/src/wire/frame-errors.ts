import { CatgaError } from '../errors/catga-error.js';
import { PROTOCOL_VERSION } from './frame-layout.js';
import type { FrameHeader } from './frame-records.js';

/** Error for bytes that are not a frame of this protocol. */
export function malformedFrame(problem: string, offset: number): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `A frame was refused at byte ${offset}: ${problem}.`, {
    details: { problem, offset },
  });
}

/** Error for a frame of another protocol version. */
export function unsupportedVersion(version: number): CatgaError {
  return new CatgaError(
    'CATGA_UNSUPPORTED',
    `A frame has protocol version ${version}; this node speaks version ${PROTOCOL_VERSION}. Use one protocol version on all nodes of the namespace.`,
    { details: { version, supported: PROTOCOL_VERSION } },
  );
}

/** `CATGA_SERIALIZATION` if the bodies of the frame were written by another serializer. */
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

/** Untrusted text, shortened and cleaned for a log. */
function printable(text: string): string {
  return text.slice(0, MAX_PRINTED).replaceAll(/[^\u0020-\u007e]/g, '?');
}

const MAX_PRINTED = 64;
