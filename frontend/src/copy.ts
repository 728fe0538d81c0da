import { announce, find } from "./dom";

/** "Copy" buttons put the text of the code beside them on the clipboard. */
export function copyButtons(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-copy]");
    const code = button && find("code", button.parentElement ?? document);
    if (!button || !code) {
      return;
    }
    const done = await copy(code);
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    announce(done ? "Copied" : "The text is selected; copy it with the keyboard.");
    window.setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

/** The clipboard needs a secure address; elsewhere the text is selected for the reader to copy. */
async function copy(code: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    window.getSelection()?.selectAllChildren(code);
    return false;
  }
}
