import type { QualityOfService } from '../../contracts/quality-of-service.js';
import type { CatgaError } from '../../errors/catga-error.js';
import type { ReplyStatus } from '../../wire/frame-layout.js';
import type { FrameBody } from '../../wire/frame-records.js';

/** An answer that was given. */
export interface Answer {
  readonly status: ReplyStatus;
  readonly body: FrameBody;
}

/** A request that is being handled. */
export interface ReceivedWork {
  cancel(reason: CatgaError): void;
}

/** Hears how a request ended. Neither may throw. */
export interface ReceivedEnd {
  succeeded(value: unknown): void;
  /** @param hasBegun whether its handler was called */
  failed(thrown: unknown, hasBegun: boolean): void;
}

/** Whose request it is. */
export interface RequestOwner {
  succeeded(request: TakenRequest, value: unknown): void;
  failed(request: TakenRequest, thrown: unknown, hasBegun: boolean): void;
}

/** A request of another node, from when it is taken until nobody can ask for it again. */
export class TakenRequest implements ReceivedEnd {
  /** While it is being handled. */
  work: ReceivedWork | undefined;
  /** Once it has been. */
  answer: Answer | undefined;
  /** Whether a record of the answer is for the log: it ran, and no other record tells of it. */
  isForLog = false;

  constructor(
    private readonly owner: RequestOwner,
    readonly correlation: number,
    readonly name: string,
    readonly qos: QualityOfService,
    /** Whether the shared record of ids knows how it ended. */
    readonly isRecorded: boolean,
  ) {}

  succeeded(value: unknown): void {
    this.owner.succeeded(this, value);
  }

  failed(thrown: unknown, hasBegun: boolean): void {
    this.owner.failed(this, thrown, hasBegun);
  }
}
