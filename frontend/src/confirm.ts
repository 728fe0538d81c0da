import { find, setText } from "./dom";

/**
 * Forms with `data-ask` are sent only after a yes. The click is caught before any other listener, so that it holds for
 * plain forms and for those that htmx sends.
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
      dialog.showModal();
    },
    true,
  );
  find("[data-confirm-no]", dialog)?.addEventListener("click", () => dialog.close());
  find("[data-confirm-yes]", dialog)?.addEventListener("click", () => {
    dialog.close();
    agreed = waiting;
    waiting?.requestSubmit();
  });
}
