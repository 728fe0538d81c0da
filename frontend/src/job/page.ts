import htmx from "htmx.org";
import { announce, find, make, setText } from "../dom";
import { clockTime, duration } from "../times";
import { Chart, Curves } from "./curves";
import { type LogLine, type State, watch } from "./live";

const WORDS: Record<string, string> = {
  connecting: "connecting",
  live: "live",
  reconnecting: "reconnecting – nothing is lost",
  done: "finished",
  "signed out": "signed out – reload the page",
};

/** The page of one job: what the server drew is brought up to date as the job goes on. */
export function jobPage(): void {
  const page = find("[data-job]");
  const url = page?.dataset.live;
  if (!page || !url) {
    return;
  }
  const part = (name: string): HTMLElement | null => find(`[data-${name}]`, page);
  const curves = new Curves();
  const charts = chartsOf(page, curves);
  let status = page.dataset.status ?? "";
  let drawing = 0;

  // many events arrive in one breath: draw once
  const draw = (): void => {
    if (drawing === 0) {
      drawing = window.requestAnimationFrame(() => {
        drawing = 0;
        charts();
        hide(part("charts"), ended(status) && !curves.lastStep() && !curves.lastEvaluation());
        setText(part("loss-now"), summary(curves));
        setText(part("speed"), speed(curves, status));
      });
    }
  };

  watch(url, {
    state: (state) => {
      show(state, part);
      if (state.status !== status) {
        status = state.status;
        announce(`The job is ${words(state.status)}.`);
        htmx.trigger(document.body, "job-changed", {});
      }
      draw();
    },
    steps: (rows) => {
      curves.addSteps(rows);
      draw();
    },
    evaluations: (rows) => {
      curves.addEvaluations(rows);
      draw();
    },
    rewind: (step) => {
      curves.rewind(step);
      draw();
    },
    log: (lines) => {
      if (append(part("log"), lines)) {
        htmx.trigger(document.body, "job-changed", {});
      }
    },
    link: (state) => {
      const mark = part("link");
      if (mark) {
        mark.dataset.state = state;
        setText(mark, WORDS[state] ?? state);
      }
    },
  });
}

function chartsOf(page: HTMLElement, curves: Curves): () => void {
  const box = (name: string): HTMLElement => find(`[data-chart=${name}]`, page) ?? make("div");
  const loss = new Chart(box("loss"), true, (value) => value.toFixed(2));
  const accuracy = new Chart(box("accuracy"), true, (value) => `${(value * 100).toFixed(0)} %`);
  const rate = new Chart(box("rate"), false, (value) => (value === 0 ? "0" : value.toExponential(1)));
  const speedChart = new Chart(box("speed"), false, (value) => Math.round(value).toLocaleString("en"));
  return () => {
    loss.show(curves.columns((row) => row[1], (row) => row[1]));
    accuracy.show(curves.columns((row) => row[2], (row) => row[2]));
    rate.show(curves.line((row) => row[3]));
    speedChart.show(curves.columns((row) => row[4]));
    box("loss").setAttribute("aria-label", `Loss by step. ${summary(curves)}`);
  };
}

function show(state: State, part: (name: string) => HTMLElement | null): void {
  const badge = part("badge");
  if (badge) {
    badge.className = `badge ${state.status}`;
    setText(badge, words(state.status));
  }
  const done = state.status === "succeeded";
  setText(part("phase"), ended(state.status) ? words(state.status) : words(state.phase));
  setText(part("steps"), `Step ${state.step.toLocaleString("en")} of ${state.totalSteps.toLocaleString("en")}`);
  setText(part("left"), state.secondsLeft === null ? "" : `about ${duration(state.secondsLeft)} left`);
  const bar = part("progress");
  if (bar instanceof HTMLProgressElement) {
    bar.value = done ? 100 : state.totalSteps > 0 ? Math.min(100, (100 * state.step) / state.totalSteps) : 0;
  }
  const error = part("error");
  if (error) {
    error.hidden = state.error === null;
    setText(error, state.error ?? "");
  }
  const held = state.phase === "paused" || state.phase === "pausing";
  hide(part("cancel"), ended(state.status));
  hide(part("pause"), held);
  hide(part("resume"), !held);
}

function ended(status: string): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

function hide(element: HTMLElement | null, hidden: boolean): void {
  if (element) {
    element.hidden = hidden;
  }
}

/** Adds the lines that are not there yet, and keeps the newest in sight unless the reader has scrolled up. */
function append(log: HTMLElement | null, lines: LogLine[]): boolean {
  if (!log) {
    return false;
  }
  let newest = Number((log.lastElementChild as HTMLElement | null)?.dataset.sequence ?? 0);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  let added = false;
  for (const line of lines) {
    if (line.sequence <= newest) {
      continue;
    }
    newest = line.sequence;
    added = true;
    log.append(
      make(
        "li",
        { class: line.level === "warn" || line.level === "error" ? line.level : "info", "data-sequence": line.sequence },
        make("time", { datetime: line.at, "data-clock": true }, clockTime(new Date(line.at))),
        make("span", { class: "message" }, line.message),
      ),
    );
  }
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
  return added;
}

function summary(curves: Curves): string {
  const step = curves.lastStep();
  const evaluation = curves.lastEvaluation();
  const parts = [
    step && `training ${step[1].toFixed(3)} at step ${step[0]}`,
    evaluation && `validation ${evaluation[1].toFixed(3)}`,
    curves.base && `base model ${curves.base[1].toFixed(3)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

function speed(curves: Curves, status: string): string {
  const step = curves.lastStep();
  return step && status === "running" ? `${Math.round(step[4]).toLocaleString("en")} tokens/s` : "";
}

function words(text: string): string {
  return text.replaceAll("_", " ");
}
