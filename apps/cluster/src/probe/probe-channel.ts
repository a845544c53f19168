import type { NodeChange, NodeInfo, SendOptions } from '@catga/nestjs';
import type { EffectReceipt } from '@catga/contracts';
import type { ProbeName } from './probe-messages.js';

/** Where a handler stands still until it is released. */
export type HoldPoint = 'before the effect' | 'after the effect';

/** What a test may ask of a node, and what it gets. */
export interface ProbeQuestions {
  /** Sends one of the probes. */
  send: {
    asked: { readonly probe: ProbeName; readonly text: string; readonly options: ProbeSendOptions };
    answer: EffectReceipt;
  };
  nodes: { asked: undefined; answer: readonly NodeInfo[] };
  /** This node as it is now. */
  self: { asked: undefined; answer: NodeInfo };
  /** What became of other nodes since it started, the oldest first. */
  changes: { asked: undefined; answer: readonly ProbeChange[] };
  /** Handlers that come to the point from now on wait there; undefined lets all of them go on. */
  hold: { asked: HoldPoint | undefined; answer: undefined };
}

export type ProbeSendOptions = Pick<SendOptions, 'messageId' | 'timeoutMs'>;

export interface ProbeChange {
  readonly type: NodeChange['type'];
  readonly nodeId: string;
  readonly incarnation: number;
}

export type QuestionName = keyof ProbeQuestions;

export interface Question<N extends QuestionName = QuestionName> {
  readonly number: number;
  readonly name: N;
  readonly asked: ProbeQuestions[N]['asked'];
}

/** The answer to a question, or what happened instead. */
export interface Answer {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: ProbeError;
}

export interface ProbeError {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
}

/** What a handler says without being asked: that it was called for a probe, or that its signal is aborted. */
export type ProbeNews = { readonly begun: string } | { readonly overruled: string };

type Answerers = { [N in QuestionName]?: (asked: never) => unknown };

/** Answers the questions of the process that started this one. */
export function answerQuestions(answerers: Answerers): void {
  process.on('message', (question: Question) => {
    const { number, name, asked } = question;
    void answerOf(answerers[name] as ((asked: unknown) => unknown) | undefined, asked).then((answer) =>
      process.send?.({ number, ...answer } satisfies Answer),
    );
  });
}

async function answerOf(
  answerer: ((asked: unknown) => unknown) | undefined,
  asked: unknown,
): Promise<Omit<Answer, 'number'>> {
  try {
    if (answerer === undefined) throw new Error('This node has no answer to that.');
    return { value: await answerer(asked) };
  } catch (thrown) {
    const { code = '', message, details } = thrown as Error & { code?: string; details?: unknown };
    return { error: { code, message, details } };
  }
}
