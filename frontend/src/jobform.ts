import { all, find } from "./dom";

/** Puts what the live estimate found wrong beside the field it speaks of, as the server does after a submit. */
export function jobForm(): void {
  const form = find<HTMLFormElement>("[data-job-form]");
  if (!form) {
    return;
  }
  form.addEventListener("htmx:afterSettle", (event) => {
    const part = (event.target as Element).closest("#estimate-body") ?? find("#estimate-body");
    if (part instanceof HTMLElement) {
      mark(form, part.dataset.param ?? null, find("[data-problem]", part)?.textContent ?? "");
    }
  });
}

function mark(form: HTMLFormElement, param: string | null, message: string): void {
  for (const field of all("[aria-invalid]", form)) {
    field.removeAttribute("aria-invalid");
  }
  for (const line of all(".wrong", form)) {
    line.textContent = "";
  }
  if (!param) {
    return;
  }
  const field = form.elements.namedItem(param);
  const element = field instanceof RadioNodeList ? field[0] : field;
  if (element instanceof HTMLElement) {
    element.setAttribute("aria-invalid", "true");
    element.closest("details")?.setAttribute("open", "");
    const line = element.closest(".field")?.querySelector(".wrong");
    if (line) {
      line.textContent = message;
    }
  }
}
