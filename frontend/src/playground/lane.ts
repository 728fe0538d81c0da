import { find, make, setText } from "../dom";
import { chat, type Message, type Request } from "./stream";

/** One model's side of the playground: its choice, its conversation and its figures. */
export class Lane {
  private readonly choice: HTMLSelectElement;
  private readonly box: HTMLElement;
  private readonly figures: HTMLElement | null;
  private readonly hint: Node | null;
  messages: Message[] = [];

  constructor(readonly element: HTMLElement) {
    this.choice = find<HTMLSelectElement>("[data-model-choice]", element)!;
    this.box = find("[data-chat]", element)!;
    this.figures = find("[data-figures]", element);
    this.hint = this.box.firstElementChild;
  }

  get model(): string {
    return this.choice.value;
  }

  /** Chooses a model if it can be chosen (it may have been deleted since). */
  set model(name: string) {
    if ([...this.choice.options].some((option) => option.value === name)) {
      this.choice.value = name;
    }
  }

  onChoice(act: () => void): void {
    this.choice.addEventListener("change", act);
  }

  /** Draws a conversation, for example the one from before a reload. */
  restore(messages: Message[]): void {
    this.messages = messages;
    setText(this.figures, "");
    this.box.replaceChildren(...messages.map((message) => bubble(message.role, message.content)));
    if (messages.length === 0 && this.hint) {
      this.box.append(this.hint);
    }
    this.toEnd();
  }

  /** Asks, and writes the answer as it comes. A stopped or failed answer stays on the screen as far as it got. */
  async ask(prompt: string, sampling: Omit<Request, "model" | "messages">, system: string, signal: AbortSignal): Promise<void> {
    if (this.messages.length === 0) {
      this.box.replaceChildren();
    }
    this.messages.push({ role: "user", content: prompt });
    const answer = bubble("assistant", "");
    const text = answer.lastChild as Text;
    answer.classList.add("writing");
    this.box.append(bubble("user", prompt), answer);
    this.toEnd();
    setText(this.figures, "thinking…");
    const messages: Message[] = system ? [{ role: "system", content: system }, ...this.messages] : this.messages;
    const begun = performance.now();
    let first = 0;
    try {
      const ending = await chat({ model: this.model, messages, ...sampling }, signal, (piece) => {
        first ||= performance.now();
        const follow = this.atEnd();
        text.appendData(piece);
        if (follow) {
          this.toEnd();
        }
      });
      setText(this.figures, figures(ending.tokens, begun, first, ending.reason));
    } catch (failure) {
      if (signal.aborted) {
        setText(this.figures, "stopped");
      } else {
        answer.classList.add("wrong-answer");
        text.appendData((text.data ? "\n\n" : "") + (failure instanceof Error ? failure.message : "The answer broke off."));
        setText(this.figures, "failed");
        this.messages.pop();
        return;
      }
    } finally {
      answer.classList.remove("writing");
    }
    this.messages.push({ role: "assistant", content: text.data });
  }

  private atEnd(): boolean {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 60;
  }

  private toEnd(): void {
    this.box.scrollTop = this.box.scrollHeight;
  }
}

function bubble(role: string, content: string): HTMLElement {
  return make("div", { class: `bubble ${role}` }, make("span", { class: "role" }, role), document.createTextNode(content));
}

function figures(tokens: number, begun: number, first: number, reason: string): string {
  const seconds = (performance.now() - (first || begun)) / 1000;
  const parts = [`${tokens} tokens`];
  if (first && tokens > 1) {
    parts.push(`${((tokens - 1) / Math.max(seconds, 0.001)).toFixed(1)} tokens/s`, `first after ${Math.round(first - begun)} ms`);
  }
  if (reason === "length") {
    parts.push("cut at the longest answer");
  }
  return parts.join(" · ");
}
