import { find, setText } from "./dom";

const NAMES = { auto: "Auto", light: "Light", dark: "Dark" } as const;
type Theme = keyof typeof NAMES;
const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

/** Switches between the system's colours, light and dark. A cookie tells the server, so that no page ever flashes. */
export function themeToggle(): void {
  const button = find<HTMLButtonElement>("[data-theme-toggle]");
  if (!button) {
    return;
  }
  show(current());
  button.addEventListener("click", () => {
    const theme = NEXT[current()];
    if (theme === "auto") {
      delete document.documentElement.dataset.theme;
      document.cookie = "tenon_theme=; path=/; max-age=0; samesite=lax";
    } else {
      document.documentElement.dataset.theme = theme;
      document.cookie = `tenon_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    }
    show(theme);
    document.dispatchEvent(new Event("theme-changed"));
  });
}

function current(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "auto";
}

function show(theme: Theme): void {
  setText(find("[data-theme-name]"), NAMES[theme]);
}
