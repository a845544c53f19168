import type { DynamicModule } from '@nestjs/common';
import type { CatgaOptions } from '@catga/nestjs';
import { LOOPBACK } from '@catga/servers';
import { prometheus } from '@catga/telemetry/prometheus';
import { Registry } from 'prom-client';
import { clusterModule } from '../node/cluster-module.js';
import type { NodeSettings } from '../node/node-settings.js';
import { MetricsServer } from './metrics-server.js';

/** A process's server of metrics. */
class MetricsModule {}

/** The modules of a node, which serves its metrics if its settings have a port for them. */
export function observedNode(
  service: string,
  settings: NodeSettings,
  options: CatgaOptions = {},
): DynamicModule[] {
  const { metricsPort, metricsHost = LOOPBACK } = settings;
  if (metricsPort === undefined) return [clusterModule(service, settings, options)];
  const registry = new Registry();
  const useFactory = (): MetricsServer => new MetricsServer(registry, metricsPort, metricsHost);
  return [
    clusterModule(service, settings, { ...options, telemetry: [prometheus({ registry })] }),
    { module: MetricsModule, providers: [{ provide: MetricsServer, useFactory }] },
  ];
}
