import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';

/** A block of lines that is drawn over itself. */
export class Screen {
  private height = 0;

  constructor(private readonly output: NodeJS.WriteStream) {}

  draw(text: string): void {
    moveCursor(this.output, 0, -this.height);
    cursorTo(this.output, 0);
    clearScreenDown(this.output);
    this.output.write(`${text}\n`);
    this.height = text.split('\n').length;
  }
}
