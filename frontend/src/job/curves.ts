import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { make } from "../dom";
import type { EvaluationRow, StepRow } from "./live";

/** All points of a job by step; a point that comes again replaces the old one. */
export class Curves {
  private readonly steps = new Map<number, StepRow>();
  private readonly evaluations = new Map<number, EvaluationRow>();
  base: EvaluationRow | null = null;

  addSteps(rows: StepRow[]): void {
    rows.forEach((row) => this.steps.set(row[0], row));
  }

  addEvaluations(rows: EvaluationRow[]): void {
    for (const row of rows) {
      if (row[4]) {
        this.base = row;
      } else if (row[3] || !this.evaluations.get(row[0])?.[3]) {
        this.evaluations.set(row[0], row); // the whole file counts more than a sample of it
      }
    }
  }

  rewind(step: number): void {
    [...this.steps.keys()].filter((at) => at > step).forEach((at) => this.steps.delete(at));
    [...this.evaluations.keys()].filter((at) => at > step).forEach((at) => this.evaluations.delete(at));
  }

  lastStep(): StepRow | null {
    return this.steps.size === 0 ? null : (this.steps.get(Math.max(...this.steps.keys())) ?? null);
  }

  lastEvaluation(): EvaluationRow | null {
    return this.evaluations.size === 0 ? null : (this.evaluations.get(Math.max(...this.evaluations.keys())) ?? null);
  }

  /** Columns of a chart with one exact line. */
  line(step: (row: StepRow) => number | null): uPlot.AlignedData {
    const at = [...this.steps.keys()].sort((a, b) => a - b);
    return [at, at.map(() => null), at.map((x) => step(this.steps.get(x)!))] as unknown as uPlot.AlignedData;
  }

  /** Columns for one chart: x, each step's value and its running mean, then the evaluations. */
  columns(step: (row: StepRow) => number | null, evaluation?: (row: EvaluationRow) => number | null): uPlot.AlignedData {
    const at = [...new Set([...this.steps.keys(), ...this.evaluations.keys()])].sort((a, b) => a - b);
    const values = at.map((x) => (this.steps.has(x) ? step(this.steps.get(x)!) : null));
    const data: (number | null | undefined)[][] = [at, values, smooth(values)];
    if (evaluation) {
      data.push(at.map((x) => (this.evaluations.has(x) ? evaluation(this.evaluations.get(x)!) : undefined)));
      const base = this.base && at.length > 0 ? evaluation(this.base) : null;
      data.push(at.map(() => base));
    }
    return data as unknown as uPlot.AlignedData;
  }
}

/** An exponential running mean, about a twentieth of the run wide, started without a bias towards zero. */
function smooth(values: (number | null)[]): (number | null)[] {
  const keep = 1 - 1 / Math.max(1, Math.min(50, values.length / 20));
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) {
      return null;
    }
    sum = sum * keep + value * (1 - keep);
    weight = weight * keep + (1 - keep);
    return sum / weight;
  });
}

export type Digits = (value: number) => string;

/** One chart in its box: drawn in the page's colours, resized with it, redrawn when the colours change. */
export class Chart {
  private plot: uPlot | null = null;
  private data: uPlot.AlignedData | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly evaluations: boolean,
    private readonly digits: Digits,
  ) {
    box.append(make("p", { class: "none" }, "Points appear here as the job runs."));
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(box);
    const redraw = (): void => {
      this.plot?.destroy();
      this.plot = null;
      this.draw();
    };
    document.addEventListener("theme-changed", redraw);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  show(data: uPlot.AlignedData): void {
    this.data = data;
    this.draw();
  }

  private draw(): void {
    const data = this.data;
    if (!data || data[0].length === 0) {
      return;
    }
    if (this.plot) {
      this.plot.setData(data);
      return;
    }
    this.box.querySelector(".none")?.remove();
    this.plot = new uPlot(this.options(), data, this.box);
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(120, this.box.clientWidth), height: Math.max(90, this.box.clientHeight) };
  }

  private options(): uPlot.Options {
    const colour = palette(this.box);
    const axis = { stroke: colour("--ink-faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const font = "11px system-ui, sans-serif";
    const line = (name: string, more: Partial<uPlot.Series>): uPlot.Series => ({
      label: name,
      points: { show: false },
      spanGaps: true,
      value: (_, value) => (value == null ? "–" : this.digits(value)),
      ...more,
    });
    const series: uPlot.Series[] = [
      { label: "step" },
      line("each step", { stroke: colour("--accent", 0.32), width: 1 }),
      line("running mean", { stroke: colour("--accent"), width: 2 }),
    ];
    if (this.evaluations) {
      series.push(
        line("validation", { stroke: colour("--second"), width: 2, points: { show: true, size: 7, fill: colour("--surface") } }),
        line("base model", { stroke: colour("--ink-faint"), width: 1.5, dash: [5, 4] }),
      );
    }
    return {
      ...this.size(),
      series,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      scales: { x: { time: false } },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      axes: [
        { ...axis, font, size: 24, space: 60, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : "")) },
        { ...axis, font, size: 52, space: 30, values: (_, ticks) => ticks.map((tick) => this.digits(tick)) },
      ],
      plugins: [readout(this.digits)],
    };
  }
}

/** Says in words what lies under the cursor. */
function readout(digits: Digits): uPlot.Plugin {
  const tip = make("div", { class: "chart-tip", hidden: true });
  return {
    hooks: {
      init: (plot) => plot.over.append(tip),
      setCursor: (plot) => {
        const index = plot.cursor.idx;
        tip.hidden = index == null;
        if (index == null) {
          return;
        }
        const parts = plot.series.slice(1).map((series, at) => {
          const value = plot.data[at + 1]?.[index];
          return value == null ? null : `${String(series.label)} ${digits(value)}`;
        });
        tip.textContent = [`step ${plot.data[0][index]}`, ...parts.filter((part) => part !== null)].join(" · ");
      },
    },
  };
}

/** Colours of the page as the canvas understands them; `light-dark()` is resolved by asking an element. */
function palette(within: HTMLElement): (name: string, alpha?: number) => string {
  const probe = make("span", { hidden: true });
  within.append(probe);
  const colours = new Map<string, string>();
  for (const name of ["--accent", "--second", "--ink-faint", "--line", "--surface"]) {
    probe.style.color = `var(${name})`;
    colours.set(name, getComputedStyle(probe).color);
  }
  probe.remove();
  return (name, alpha) => {
    const colour = colours.get(name) ?? "gray";
    return alpha === undefined ? colour : colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
  };
}
