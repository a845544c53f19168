import type { LaneFrame } from '../ports/lane-log.js';
import { contentOf } from './event-frame.js';
import type { FrameContent, LaneEvent } from './event-frame.js';
import { FrameSlot } from './frame-window.js';
import type { RegisteredSubscription } from './lane-register.js';
import type { ProgressSection } from './progress-record.js';

const NOTHING: FrameContent = { content: [], isFresh: true };

/** Content of a frame; empty if it cannot be decoded. */
export function readableContent(found: Uint8Array | LaneFrame): FrameContent {
  try {
    return contentOf(found);
  } catch {
    return NOTHING;
  }
}

/** Wanted events of a frame that a subscription has not handled according to its progress, with their indexes. */
export function* waitingIn(
  position: number,
  { content }: FrameContent,
  { id, kind, names }: RegisteredSubscription,
  section: ProgressSection | undefined,
): Iterable<readonly [index: number, event: LaneEvent]> {
  const done = section === undefined ? undefined : doneOf(section, position);
  if (done === 'all') return;
  for (const [index, event] of content.entries()) {
    const { message, target } = event;
    const isWanted =
      target === undefined ? message.kind === kind && names.includes(message.name) : target === id;
    if (isWanted && done?.isDone(index) !== true) yield [index, event];
  }
}

function doneOf(
  { progress: { floor, end, open }, skips }: ProgressSection,
  position: number,
): FrameSlot | 'all' {
  if (position < floor) return 'all';
  const recorded = position < end ? open.find(([offset]) => floor + offset === position) : undefined;
  if (position < end && recorded === undefined) return 'all';
  const [, low, high] = recorded ?? [];
  const slot = new FrameSlot(position, low, high);
  for (const [at, index] of skips) if (at === position) slot.leaveOut(index);
  return slot;
}
