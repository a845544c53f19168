import type { NodeServices } from '@catga/core/engine';
import { TestClock, systemClock } from '@catga/core/engine';
import { MessageRecorder } from './message-recorder.js';
import { RunningHandlers } from './running-handlers.js';

/** The time of a node under test: a clock that the test moves, or the machine's. */
export type TestTime = TestClock | 'system';

/** What surrounds a node under test. One application, one of these. */
export class TestServices {
  readonly recorder = new MessageRecorder();
  readonly running = new RunningHandlers();
  readonly clock: NodeServices['clock'];

  constructor(time: TestTime = new TestClock()) {
    this.clock = time === 'system' ? systemClock : time;
  }

  /** What replaces the node's own. */
  get forNode(): Partial<NodeServices> {
    return { clock: this.clock, observer: this.recorder, behaviors: [this.running] };
  }
}
