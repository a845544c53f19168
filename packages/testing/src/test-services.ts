import type { NodeServices } from '@catga/core/engine';
import { TestClock, systemClock } from '@catga/core/engine';
import { MessageRecorder } from './message-recorder.js';
import { RunningHandlers } from './running-handlers.js';

/** Time of a node under test: a clock that the test advances, or the system clock. */
export type TestTime = TestClock | 'system';

/** Services around a node under test, one instance per application. */
export class TestServices {
  readonly recorder = new MessageRecorder();
  readonly running = new RunningHandlers();
  readonly clock: NodeServices['clock'];

  constructor(time: TestTime = new TestClock()) {
    this.clock = time === 'system' ? systemClock : time;
  }

  /** Replacements of the node's own services. */
  get forNode(): Partial<NodeServices> {
    return { clock: this.clock, observer: this.recorder, behaviors: [this.running] };
  }
}
