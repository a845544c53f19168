import { nats } from '@catga/nats';
import { openTelemetry } from '@catga/telemetry';
import { prometheus } from '@catga/telemetry/prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { catgaOver } from '../../processes/peers/catga-peer.js';
import type { Peer } from '../../processes/peers/peer.js';

/** Share of the traces that is recorded. */
const SAMPLED = 0.1;

/** Catga with Prometheus metrics of every message. */
export const meteredPeer = catgaOver((url) => nats(url), { telemetry: [prometheus()] });

/** Catga with OpenTelemetry's SDK, of which one trace in ten is exported in batches, to a server that is in the same process. */
export async function tracedPeer(): Promise<Peer> {
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  receiver.unref();
  const { port } = receiver.address() as AddressInfo;
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` });
  new NodeTracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(SAMPLED) }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  }).register();
  return catgaOver((url) => nats(url), { telemetry: [openTelemetry()] });
}
