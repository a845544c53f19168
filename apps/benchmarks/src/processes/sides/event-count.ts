/** Counts events from round to round. Those that come before anybody asks for them count for whoever asks next. */
export class EventCount {
  private count = 0;
  private expected = Infinity;
  private reached = (): void => {};

  add(): void {
    this.count += 1;
    if (this.count === this.expected) this.reached();
  }

  /** Resolves when so many have come since it last did. */
  async reaches(events: number): Promise<void> {
    if (this.count < events) {
      this.expected = events;
      await new Promise<void>((resolve) => void (this.reached = resolve));
      this.expected = Infinity;
    }
    this.count -= events;
  }
}
