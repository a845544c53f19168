import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP has it in JSON. */
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** OTLP's numbers of the kinds. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** A span that was received. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly linkedSpanIds: readonly string[];
  readonly isError: boolean;
}

/** A receiver of OTLP over HTTP, in JSON. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const traces = JSON.parse(Buffer.concat(chunks).toString()) as OtlpTraces;
        const all = traces.resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) => spans),
        );
        receiver.spans.push(...all.map(received));
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/traces`;
  }

  /** Every span with its kind and the name of the span above it. */
  get tree(): readonly string[] {
    return this.spans
      .map((span) => `${span.kind} ${span.name} < ${this.parentOf(span)?.name ?? '-'}`)
      .toSorted();
  }

  named(name: string): ReceivedSpan {
    const span = this.spans.find((one) => one.name === name);
    if (span === undefined) throw new Error(`No span ${name} among ${this.tree.join(', ')}`);
    return span;
  }

  parentOf({ parentSpanId }: ReceivedSpan): ReceivedSpan | undefined {
    return this.spans.find(({ spanId }) => spanId === parentSpanId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function received({
  name,
  kind,
  traceId,
  spanId,
  parentSpanId,
  attributes,
  links = [],
  status,
}: OtlpSpan): ReceivedSpan {
  return {
    name,
    kind: KINDS[kind] ?? String(kind),
    traceId,
    spanId,
    parentSpanId,
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    linkedSpanIds: links.map((link) => link.spanId),
    isError: status.code === 2,
  };
}
