/** What a handler is to do with a message the first time that it gets it; later times it does its work. */
export type Instruction = 'work' | 'slow' | 'long' | 'throw' | 'hang' | 'die-before' | 'die-after';
