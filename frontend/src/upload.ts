import htmx from "htmx.org";
import { announce, find, make } from "./dom";
import { type ApiError, csrfHeaders, errorOf } from "./http";

/** Drag and drop (or choose) training files; each shows its progress, and what is wrong with it when it is refused. */
export function uploads(): void {
  const area = find("[data-upload]");
  const drop = area && find("[data-drop]", area);
  const input = area && find<HTMLInputElement>("input[type=file]", area);
  const list = area && find("[data-uploads]", area);
  if (!drop || !input || !list) {
    return;
  }
  const send = (files: FileList | null): void => {
    for (const file of files ?? []) {
      const entry = make("div", { class: "upload-entry" });
      list.prepend(entry);
      upload(file, entry);
    }
  };
  input.addEventListener("change", () => {
    send(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    send((event as DragEvent).dataTransfer?.files ?? null);
  });
  // a file dropped beside the area would otherwise replace the page
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault());
  }
}

function upload(file: File, entry: HTMLElement): void {
  const bar = make("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
  const state = make("span", { class: "faint number" }, "0 %");
  const stop = make("button", { type: "button", class: "button small" }, "Stop");
  entry.replaceChildren(
    make("div", { class: "upload" }, make("div", { class: "row" }, make("strong", { class: "break" }, file.name), state), bar, stop),
  );
  const body = new FormData();
  body.append("purpose", "fine-tune");
  body.append("file", file);

  // fetch cannot tell how much of a body was sent; XMLHttpRequest can
  const request = new XMLHttpRequest();
  request.open("POST", "/v1/files");
  for (const [name, value] of Object.entries(csrfHeaders())) {
    request.setRequestHeader(name, value);
  }
  request.upload.addEventListener("progress", (event) => {
    const part = event.total > 0 ? event.loaded / event.total : 0;
    bar.value = part;
    state.textContent = part < 1 ? `${Math.floor(part * 100)} %` : "checking every line…";
  });
  request.addEventListener("load", () => {
    if (request.status === 200) {
      accepted(file, JSON.parse(request.responseText) as { id: string }, entry);
    } else {
      refused(file, errorOf(request.status, request.responseText), entry);
    }
  });
  request.addEventListener("error", () => refused(file, errorOf(0, ""), entry));
  request.addEventListener("abort", () => entry.remove());
  stop.addEventListener("click", () => request.abort());
  request.send(body);
}

function accepted(file: File, stored: { id: string }, entry: HTMLElement): void {
  const id = encodeURIComponent(stored.id);
  entry.replaceChildren(
    make(
      "div",
      { class: "note good" },
      make("p", {}, make("strong", {}, file.name), " is stored. ",
        make("a", { href: `/datasets/${id}` }, "Look at its examples"), " or ",
        make("a", { href: `/jobs/new?training_file=${id}` }, "train on it"), "."),
    ),
  );
  announce(`${file.name} is stored.`);
  htmx.trigger(document.body, "uploaded", {});
}

/** The validation report: line, field, rule and fix of everything that is wrong. */
function refused(file: File, error: ApiError, entry: HTMLElement): void {
  const problems = error.problems ?? [];
  const close = make("button", { type: "button", class: "button small" }, "Close");
  close.addEventListener("click", () => entry.remove());
  entry.replaceChildren(
    make(
      "div",
      { class: "refusal", "data-refused": true },
      make("div", { class: "note bad" }, make("strong", { class: "break" }, `${file.name} was not stored.`), make("span", {}, error.message)),
      make(
        "ol",
        { class: "report" },
        ...problems.map((problem) =>
          make(
            "li",
            {},
            make("span", { class: "where" }, `Line ${problem.line.toLocaleString("en")}`),
            make(
              "div",
              { class: "what" },
              make("span", {}, make("code", {}, problem.field), ` ${problem.message}`),
              make("span", { class: "soft" }, make("strong", {}, "Fix: "), problem.fix),
              make("span", { class: "faint" }, `Rule: ${problem.rule}`),
            ),
          ),
        ),
      ),
      close,
    ),
  );
  announce(`${file.name} was not stored. ${error.message}`);
}
