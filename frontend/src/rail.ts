import { find } from "./dom";

/** On a narrow page the tabs are a row that scrolls: the one of this page is brought to its middle, the focus left alone. */
export function currentTab(): void {
  const tab = find("nav[aria-label=Main] a[aria-current]");
  const row = tab?.closest("ul");
  if (tab && row) {
    row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.clientWidth) / 2;
  }
}
