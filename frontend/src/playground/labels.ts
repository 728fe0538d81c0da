import { find, make } from "../dom";
import { csrfHeaders, errorOf } from "../http";

interface Score {
  label: string;
  score: number;
}

interface Span extends Score {
  start: number;
  end: number;
}

interface Told {
  labels?: Score[];
  spans?: Span[];
  truncated: boolean;
}

const SHOWN = 3;

const percent = (score: number): string => `${(100 * score).toFixed(1)} %`;

/** The text with its spans marked, each with its label behind it. */
function marked(text: string, spans: Span[]): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const span of spans) {
    nodes.push(document.createTextNode(text.slice(at, span.start)));
    nodes.push(make("mark", { title: percent(span.score) }, text.slice(span.start, span.end)));
    nodes.push(make("small", {}, ` ${span.label} `));
    at = span.end;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

function row(text: string, told: Told): HTMLElement {
  const labels = (told.labels ?? []).slice(0, SHOWN).map((one) => `${one.label} ${percent(one.score)}`);
  const note = told.truncated ? " (the end was cut off)" : "";
  const answer = told.spans ? "" : labels.join(", ");
  return make("p", {}, make("span", {}, ...(told.spans ? marked(text, told.spans) : [text])), make("br"), make("strong", {}, answer + note));
}

/** The page that labels texts: every line goes to the model, and comes back with what it was told to be. */
export function labels(): void {
  const form = find<HTMLFormElement>("[data-labels-form]");
  const answer = find("[data-labels-answer]");
  const model = find<HTMLSelectElement>("#labels-model");
  const field = find<HTMLTextAreaElement>("#labels-text");
  if (!form || !answer || !model || !field) {
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const texts = field.value.split("\n").filter((line) => line.trim() !== "");
    void tell(model.value, texts).then((rows) => {
      answer.replaceChildren(...rows);
      answer.hidden = false;
    });
  });
}

async function tell(model: string, texts: string[]): Promise<HTMLElement[]> {
  const response = await fetch("/api/v1/classify", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...csrfHeaders() },
    body: JSON.stringify({ model, input: texts }),
  });
  if (!response.ok) {
    return [make("p", { role: "alert" }, errorOf(response.status, await response.text()).message)];
  }
  const data = ((await response.json()) as { data: Told[] }).data;
  return data.map((told, index) => row(texts[index] ?? "", told));
}
