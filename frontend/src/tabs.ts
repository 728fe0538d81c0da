import { all, find } from "./dom";

/** Tabs by the ARIA pattern: arrow keys move, Home and End jump, only the chosen tab is in the tab order. */
export function tabs(): void {
  for (const list of all("[role=tablist]")) {
    const buttons = all<HTMLButtonElement>("[role=tab]", list);
    const choose = (index: number, focus: boolean): void => {
      buttons.forEach((button, at) => {
        const chosen = at === index;
        button.setAttribute("aria-selected", String(chosen));
        button.tabIndex = chosen ? 0 : -1;
        const panel = find(`#${button.getAttribute("aria-controls") ?? ""}`);
        if (panel) {
          panel.hidden = !chosen;
        }
      });
      if (focus) {
        buttons[index]?.focus();
      }
    };
    buttons.forEach((button, index) => {
      button.addEventListener("click", () => choose(index, false));
      button.addEventListener("keydown", (event) => {
        const last = buttons.length - 1;
        const to: Record<string, number> = {
          ArrowRight: index === last ? 0 : index + 1,
          ArrowLeft: index === 0 ? last : index - 1,
          Home: 0,
          End: last,
        };
        const next = to[event.key];
        if (next !== undefined) {
          event.preventDefault();
          choose(next, true);
        }
      });
    });
  }
}
