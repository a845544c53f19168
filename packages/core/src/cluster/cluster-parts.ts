import type { NodeRegistry } from '../discovery/node-registry.js';
import type { Clock } from '../ports/clock.js';
import type { NodeAddress } from '../ports/links.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { Timetable } from '../time/timetable.js';
import type { Codec } from '../wire/codec.js';
import type { ErrorCodec } from '../wire/error-codec.js';

/** The parts of a node that its traffic with other nodes shares with the rest of it. */
export interface ClusterParts {
  readonly self: NodeAddress;
  readonly registry: NodeRegistry;
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly codec: Codec;
  readonly errors: ErrorCodec;
  readonly failures: CatgaErrorSink;
}
