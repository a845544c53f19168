import { Graph, layout } from '@dagrejs/dagre';
import { useMemo } from 'preact/hooks';
import type { TopologyView } from '../../src/api/views.js';
import { number, t } from '../language.js';

const WIDTH = 160;
const HEIGHT = 48;
/** Maximum number of services drawn. */
const MOST = 60;

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  readonly names: readonly string[];
}

/** Graph of services and the messages between them. The table below has the same data and more. */
export function TopologyPicture({ topology }: { readonly topology: TopologyView }) {
  const services = topology.services.slice(0, MOST);
  const shown = new Set(services.map(({ service }) => service));
  const arrows = arrowsOf(topology).filter(({ from, to }) => shown.has(from) && shown.has(to));
  // Recompute the layout only when the structure changes.
  const structure = JSON.stringify([[...shown], arrows.map(({ from, to }) => [from, to])]);
  const placed = useMemo(() => place(JSON.parse(structure) as Structure), [structure]);
  if (services.length === 0) return null;
  return (
    <div class="scroll" role="region" aria-label={t('picture')} tabIndex={0}>
      <svg
        class="topology"
        role="img"
        aria-label={t('pictureOf', { services: services.length, arrows: arrows.length })}
        width={placed.width}
        height={placed.height}
        viewBox={`0 0 ${placed.width} ${placed.height}`}
      >
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
            <path class="tip" d="M0 0 L8 4 L0 8 z" />
          </marker>
        </defs>
        {arrows.map(({ from, to, rate, names }) => {
          const line = placed.lines.get(JSON.stringify([from, to]));
          if (line === undefined) return null;
          return (
            <g key={`${from} ${to}`} class={rate > 0 ? 'arrow busy' : 'arrow'}>
              <title>{`${from} → ${to}: ${names.join(', ')}`}</title>
              <path d={line.path} marker-end="url(#tip)" />
              {rate > 0 && (
                <text x={line.x} y={line.y - 6}>
                  {t('perSecond', { rate: number(Math.round(rate * 10) / 10) })}
                </text>
              )}
            </g>
          );
        })}
        {services.map(({ service, nodes }) => {
          const { x = 0, y = 0 } = placed.boxes.get(service) ?? {};
          return (
            <g key={service} class="service">
              <rect x={x - WIDTH / 2} y={y - HEIGHT / 2} width={WIDTH} height={HEIGHT} rx="6" />
              <text x={x} y={y - 3}>
                {service.length > 20 ? `${service.slice(0, 19)}…` : service}
              </text>
              <text class="hint" x={x} y={y + 15}>
                {t('nodeCount', { count: nodes.length })}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function arrowsOf({ edges }: TopologyView): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { from, to, name, rate } of edges) {
    const key = JSON.stringify([from, to]);
    const known = arrows.get(key);
    // An event with plain and durable subscriptions has two edges with the same rate.
    const isNew = known?.names.includes(name) !== true;
    arrows.set(key, {
      from,
      to,
      rate: (known?.rate ?? 0) + (isNew ? rate : 0),
      names: isNew ? [...(known?.names ?? []), name] : known.names,
    });
  }
  return [...arrows.values()];
}

type Structure = readonly [services: readonly string[], arrows: readonly (readonly [string, string])[]];

function place([services, arrows]: Structure) {
  const graph = new Graph<object, { x?: number; y?: number; width: number; height: number }, EdgePlace>();
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 70, marginx: 12, marginy: 24 });
  for (const service of services) graph.setNode(service, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of arrows) graph.setEdge(from, to, { width: 60, height: 20, labelpos: 'c' });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const lines = arrows.map(([from, to]) => {
    const { points = [], x = 0, y = 0 } = graph.edge(from, to);
    const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join(' ');
    return [JSON.stringify([from, to]), { path, x, y }] as const;
  });
  return {
    width,
    height,
    boxes: new Map(services.map((service) => [service, graph.node(service)])),
    lines: new Map(lines),
  };
}

interface EdgePlace {
  readonly width: number;
  readonly height: number;
  readonly labelpos: 'c';
  readonly points?: readonly { readonly x: number; readonly y: number }[];
  readonly x?: number;
  readonly y?: number;
}
