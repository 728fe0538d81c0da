import { all } from "./dom";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** Rewrites the server's UTC times in the reader's own, also in parts that arrive later. */
export function localTimes(): void {
  rewrite();
  window.setInterval(rewrite, 30_000);
  document.body.addEventListener("htmx:afterSettle", rewrite);
}

function rewrite(): void {
  for (const element of all<HTMLTimeElement>("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) {
      continue;
    }
    element.title = absolute.format(at);
    element.textContent = element.hasAttribute("data-clock") ? clockTime(at) : ago(at);
  }
}

export function clockTime(at: Date): string {
  return clock.format(at);
}

function ago(at: Date): string {
  const seconds = (at.getTime() - Date.now()) / 1000;
  const size = Math.abs(seconds);
  if (size < MINUTE) {
    return "just now";
  }
  if (size < HOUR) {
    return relative.format(Math.trunc(seconds / MINUTE), "minute");
  }
  if (size < DAY) {
    return relative.format(Math.trunc(seconds / HOUR), "hour");
  }
  return size < 14 * DAY ? relative.format(Math.trunc(seconds / DAY), "day") : absolute.format(at);
}

/** `3725` seconds are `1 h 2 min`, as the server writes it. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) {
    return `${whole} s`;
  }
  if (whole < HOUR) {
    return whole >= 600 || whole % 60 === 0
      ? `${Math.floor(whole / 60)} min`
      : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
}
