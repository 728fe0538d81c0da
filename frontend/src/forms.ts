import htmx from "htmx.org";
import { toast } from "./dom";
import { csrfHeaders, refusalOf } from "./http";

interface ConfigRequest {
  headers: Record<string, string>;
}

interface Answer {
  xhr: XMLHttpRequest;
}

/** htmx under a strict content policy: no inline style, no evaluated text, only our own server. */
export function startHtmx(): void {
  htmx.config.includeIndicatorStyles = false;
  htmx.config.allowEval = false;
  htmx.config.allowScriptTags = false;
  htmx.config.selfRequestsOnly = true;
  htmx.config.historyEnabled = false;
  document.body.addEventListener("htmx:configRequest", (event) => {
    Object.assign((event as CustomEvent<ConfigRequest>).detail.headers, csrfHeaders());
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<Answer>).detail;
    toast(refusalOf(xhr.status, xhr.responseText));
  });
}
