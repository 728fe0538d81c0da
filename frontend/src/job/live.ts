/** The live stream of a job: reconnects by itself, goes on from where it was, and rests while nobody looks. */

export interface State {
  status: string;
  phase: string;
  step: number;
  totalSteps: number;
  secondsLeft: number | null;
  error: string | null;
}

/** step, loss, accuracy, learning rate, tokens a second */
export type StepRow = [number, number, number | null, number, number];
/** step, loss, accuracy, whole file, untouched base */
export type EvaluationRow = [number, number, number | null, boolean, boolean];

export interface LogLine {
  sequence: number;
  at: string;
  level: string;
  message: string;
}

export interface Watcher {
  state(state: State): void;
  steps(rows: StepRow[]): void;
  evaluations(rows: EvaluationRow[]): void;
  log(lines: LogLine[]): void;
  rewind(step: number): void;
  link(state: "connecting" | "live" | "reconnecting" | "done" | "signed out"): void;
}

const SLOW = 1500;
const HIDDEN_REST = 60_000;

export function watch(url: string, watcher: Watcher): void {
  let source: EventSource | null = null;
  let last = "";
  let retry = 0;
  let slow = 0;
  let rest = 0;
  let done = false;

  const listen = (name: string, use: (data: unknown) => void): void => {
    source?.addEventListener(name, (event) => {
      const message = event as MessageEvent<string>;
      if (message.lastEventId) {
        last = message.lastEventId;
      }
      use(JSON.parse(message.data));
    });
  };

  const calm = (): void => {
    window.clearTimeout(slow);
    slow = 0;
  };

  const close = (): void => {
    source?.close();
    source = null;
    window.clearTimeout(retry);
  };

  const open = (): void => {
    close();
    source = new EventSource(last ? `${url}?after=${encodeURIComponent(last)}` : url);
    source.addEventListener("open", () => {
      calm();
      watcher.link("live");
    });
    source.addEventListener("error", () => {
      // a stream that ends on purpose is back within a second: only say so when it takes longer; every failed try
      // comes here again, and the first one counts
      slow ||= window.setTimeout(() => watcher.link("reconnecting"), SLOW);
      if (source?.readyState === EventSource.CLOSED) {
        void refused();
      }
    });
    listen("state", (data) => watcher.state(data as State));
    listen("steps", (data) => watcher.steps(data as StepRow[]));
    listen("evaluations", (data) => watcher.evaluations(data as EvaluationRow[]));
    listen("log", (data) => watcher.log(data as LogLine[]));
    listen("rewind", (data) => watcher.rewind((data as number[])[0] ?? 0));
    listen("end", () => {
      done = true;
      calm();
      close();
      watcher.link("done");
    });
  };

  /** The browser gives up after an answer that is no stream; a restarting server gives such answers for a while. */
  const refused = async (): Promise<void> => {
    const status = await fetch(url, { method: "HEAD" }).then((answer) => answer.status, () => 0);
    if (status === 401) {
      calm();
      close();
      watcher.link("signed out");
      return;
    }
    retry = window.setTimeout(open, 2000);
  };

  // A browser allows six connections to one server, and every open tab holds one: a tab in the back gives its up.
  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(rest);
    if (document.hidden) {
      rest = window.setTimeout(close, HIDDEN_REST);
    } else if (!source && !done) {
      open();
    }
  });
  open();
}
