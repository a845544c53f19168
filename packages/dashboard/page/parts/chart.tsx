import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { language } from '../language.js';

export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** Times of the points, in milliseconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly text: (value: number) => string;
}

const HEIGHT = 180;
const DASHES = [[], [6, 4]];

/** Line chart over time. The latest values are also shown as text. */
export function Chart({ title, times, series, text }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data: uPlot.AlignedData = [times.map((ms) => ms / 1000), ...series.map(({ values }) => [...values])];
  const labels = series.map(({ label }) => label);
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const drawn = new uPlot(
      {
        width: current.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(most, 1)] } },
        series: [
          {},
          ...labels.map((label, index) => ({
            label,
            stroke: () => color('--accent'),
            width: 2,
            dash: DASHES[index] ?? [],
            points: { show: false },
          })),
        ],
        axes: [
          { ...axis(), space: 100, values: (_plot, values) => values.map(clockTime) },
          { ...axis(), size: 70, values: (_plot, values) => values.map(text) },
        ],
      },
      data,
      current,
    );
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: current.clientWidth, height: HEIGHT }));
    watch.observe(current);
    return () => {
      watch.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [labels.join()]);
  useEffect(() => plot.current?.setData(data));
  const latest = series.map(({ label, values }) => {
    const value = values.at(-1);
    return `${label} ${value === null || value === undefined ? '–' : text(value)}`;
  });
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong> {latest.join(', ')}
      </figcaption>
      <div ref={box} role="img" aria-label={`${title}: ${latest.join(', ')}`} />
    </figure>
  );
}

function axis(): uPlot.Axis {
  return {
    stroke: () => color('--soft'),
    grid: { stroke: () => color('--line'), width: 1 },
    ticks: { stroke: () => color('--line'), width: 1 },
  };
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(language);
}

/** Color of the current theme. */
function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
