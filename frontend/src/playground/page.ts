import { all, announce, find } from "../dom";
import { Lane } from "./lane";
import type { Message, Request } from "./stream";

const STORE = "tenon-playground";

interface Saved {
  models: string[];
  compare: boolean;
  settings: Record<string, string>;
  conversations: Message[][];
}

/** The playground: one prompt goes to one model or to two; a reload keeps everything. */
export function playground(): void {
  const page = find("[data-playground]");
  const form = page && find<HTMLFormElement>("[data-composer]", page);
  const prompt = page && find<HTMLTextAreaElement>("#prompt", page);
  const compare = page && find<HTMLInputElement>("[data-compare]", page);
  if (!page || !form || !prompt || !compare) {
    return;
  }
  const lanes = all("[data-lane]", page).map((element) => new Lane(element));
  const settings = all<HTMLInputElement | HTMLTextAreaElement>("[data-setting]", page);
  const send = find<HTMLButtonElement>("[data-send]", page);
  const stop = find<HTMLButtonElement>("[data-stop]", page);
  let running: AbortController | null = null;

  const arrange = (): void => {
    const second = lanes[1];
    if (second) {
      second.element.hidden = !compare.checked;
    }
  };
  const save = (): void => {
    const saved: Saved = {
      models: lanes.map((lane) => lane.model),
      compare: compare.checked,
      settings: Object.fromEntries(settings.map((field) => [field.dataset.setting ?? "", field.value])),
      conversations: lanes.map((lane) => lane.messages),
    };
    sessionStorage.setItem(STORE, JSON.stringify(saved));
  };
  const clear = (): void => {
    lanes.forEach((lane) => lane.restore([]));
    save();
    prompt.focus();
  };

  twins(page);
  restore(page, lanes, settings, compare);
  arrange();
  compare.addEventListener("change", () => {
    arrange();
    clear();
  });
  lanes.forEach((lane) =>
    lane.onChoice(() => {
      lane.restore([]); // what one model said is no history for another
      save();
    }),
  );
  settings.forEach((field) => field.addEventListener("change", save));
  find("[data-clear]", page)?.addEventListener("click", clear);
  stop?.addEventListener("click", () => running?.abort());

  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = prompt.value.trim();
    if (running || !text) {
      return;
    }
    running = new AbortController();
    toggle(send, stop, true);
    prompt.value = "";
    const asked = lanes.filter((_, index) => index === 0 || compare.checked);
    const signal = running.signal;
    await Promise.all(asked.map((lane) => lane.ask(text, sampling(settings), system(settings), signal)));
    running = null;
    toggle(send, stop, false);
    save();
    announce("The answer is complete.");
    prompt.focus();
  });
}

function toggle(send: HTMLElement | null, stop: HTMLElement | null, busy: boolean): void {
  if (send && stop) {
    send.hidden = busy;
    stop.hidden = !busy;
    (busy ? stop : send).focus();
  }
}

/** A reload shows the conversation again; a link that names a model starts a new one with it. */
function restore(page: HTMLElement, lanes: Lane[], settings: (HTMLInputElement | HTMLTextAreaElement)[], compare: HTMLInputElement): void {
  const text = sessionStorage.getItem(STORE);
  if (!text) {
    return;
  }
  const saved = JSON.parse(text) as Saved;
  for (const field of settings) {
    const value = saved.settings[field.dataset.setting ?? ""];
    if (value !== undefined) {
      field.value = value;
      field.dispatchEvent(new Event("input"));
    }
  }
  const reload = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type === "reload";
  if (page.dataset.explicit === "true" && !reload) {
    return;
  }
  compare.checked = saved.compare;
  lanes.forEach((lane, index) => {
    const model = saved.models[index];
    if (model) {
      lane.model = model;
      if (lane.model === model) {
        lane.restore(saved.conversations[index] ?? []);
      }
    }
  });
}

/** A slider and a number field that hold the same value. */
function twins(page: HTMLElement): void {
  for (const slider of all<HTMLInputElement>("[data-twin]", page)) {
    const field = find<HTMLInputElement>(`[data-setting=${slider.dataset.twin}]`, page);
    slider.addEventListener("input", () => {
      if (field) {
        field.value = slider.value;
        field.dispatchEvent(new Event("change"));
      }
    });
    field?.addEventListener("input", () => (slider.value = field.value));
  }
}

function system(settings: (HTMLInputElement | HTMLTextAreaElement)[]): string {
  return settings.find((field) => field.dataset.setting === "system")?.value.trim() ?? "";
}

/** The numbers that were given; an empty field leaves the choice to the server. */
function sampling(settings: (HTMLInputElement | HTMLTextAreaElement)[]): Omit<Request, "model" | "messages"> {
  const values: Record<string, number> = {};
  for (const field of settings) {
    const name = field.dataset.setting;
    if (name && name !== "system" && field.value.trim() !== "" && Number.isFinite(Number(field.value))) {
      values[name] = Number(field.value);
    }
  }
  return values;
}
