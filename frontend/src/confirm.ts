import { find, make, setText } from "./dom";
import { csrfHeaders, refusalOf } from "./http";

/**
 * Forms with `data-ask` are sent only after a yes. The click is caught before any other listener, so that it holds for
 * plain forms and for those that htmx sends. A plain form's refusal is told in the same dialog.
 */
export function askBefore(): void {
  const dialog = find<HTMLDialogElement>("dialog[data-confirm]");
  if (!dialog) {
    return;
  }
  let agreed: HTMLFormElement | null = null;
  let waiting: HTMLFormElement | null = null;

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || !form.dataset.ask || form === agreed) {
        agreed = null;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = form;
      setText(find("[data-confirm-title]", dialog), form.dataset.ask);
      setText(find("[data-confirm-text]", dialog), form.dataset.askText ?? "");
      setText(find("[data-confirm-yes]", dialog), form.dataset.askYes ?? "Go on");
      refuse(dialog, null);
      dialog.showModal();
    },
    true,
  );
  find("[data-confirm-no]", dialog)?.addEventListener("click", () => dialog.close());
  find("[data-confirm-yes]", dialog)?.addEventListener("click", () => {
    if (waiting?.hasAttribute("hx-post")) {
      dialog.close();
      agreed = waiting;
      waiting.requestSubmit();
    } else if (waiting) {
      void send(waiting, dialog);
    }
  });
}

/** Goes where the answer leads; a refusal is read where the question was, and the page stays. */
async function send(form: HTMLFormElement, dialog: HTMLDialogElement): Promise<void> {
  const yes = find<HTMLButtonElement>("[data-confirm-yes]", dialog);
  yes?.toggleAttribute("disabled", true);
  try {
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const headers = { ...csrfHeaders(), "HX-Request": "true", "HX-Current-URL": window.location.href };
    const answer = await fetch(form.action, { method: "POST", body, headers });
    if (answer.ok) {
      window.location.assign(answer.url);
    } else {
      refuse(dialog, refusalOf(answer.status, await answer.text()));
    }
  } catch {
    refuse(dialog, refusalOf(0, ""));
  } finally {
    yes?.toggleAttribute("disabled", false);
  }
}

function refuse(dialog: HTMLDialogElement, reason: string | null): void {
  find(".note", dialog)?.remove();
  if (reason !== null) {
    find(".actions", dialog)?.before(make("p", { class: "note bad", role: "alert" }, reason));
  }
}
