import type { QualityOfService } from '../../contracts/quality-of-service.js';
import type { CatgaError } from '../../errors/catga-error.js';
import type { ReplyStatus } from '../../wire/frame-layout.js';
import type { FrameBody } from '../../wire/frame-records.js';

/** A reply. */
export interface Answer {
  readonly status: ReplyStatus;
  readonly body: FrameBody;
}

/** A running request. */
export interface ReceivedWork {
  cancel(reason: CatgaError): void;
}

/** Callbacks for the outcome of a request. They must not throw. */
export interface ReceivedEnd {
  succeeded(request: TakenRequest, value: unknown): void;
  /** @param hasBegun whether the handler was called */
  failed(request: TakenRequest, thrown: unknown, hasBegun: boolean): void;
}

/** A request of another node, from its first frame until its reply is acknowledged or logged. */
export class TakenRequest {
  /** Set while the handler runs. */
  work: ReceivedWork | undefined;
  /** Set after the handler has ended. */
  answer: Answer | undefined;
  /** Whether the reply belongs in the outcome log: the handler ran, and there is no idempotency record. */
  isForLog = false;

  constructor(
    readonly correlation: number,
    readonly name: string,
    readonly qos: QualityOfService,
    /** Whether the idempotency store has its outcome. */
    readonly isRecorded: boolean,
  ) {}
}
