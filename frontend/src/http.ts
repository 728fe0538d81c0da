/** Calls to our own server from a signed-in page: the session cookie goes along, and so must the CSRF token. */

export function csrfHeaders(): Record<string, string> {
  const { csrf, csrfHeader } = document.body.dataset;
  return csrf ? { [csrfHeader ?? "X-CSRF-TOKEN"]: csrf } : {};
}

/** One thing wrong in an uploaded file. */
export interface LineProblem {
  line: number;
  field: string;
  rule: string;
  message: string;
  fix: string;
}

/** The error object of the API. */
export interface ApiError {
  message: string;
  param: string | null;
  code: string | null;
  problems?: LineProblem[];
  total_problems?: number;
}

/** Reads an API answer's error, whatever came back. */
export function errorOf(status: number, body: string): ApiError {
  try {
    const error = (JSON.parse(body) as { error?: ApiError }).error;
    if (error?.message) {
      return error;
    }
  } catch {
    // not ours: a proxy's page, or nothing at all
  }
  return { message: plain(status), param: null, code: null };
}

/** What a part of a page, or the API, says against a request. */
export function refusalOf(status: number, body: string): string {
  const part = new DOMParser().parseFromString(body, "text/html").querySelector(".note");
  return part?.textContent?.trim() || errorOf(status, body).message;
}

function plain(status: number): string {
  if (status === 0) {
    return "The server cannot be reached. Check the connection and try again.";
  }
  if (status === 401) {
    return "You are signed out. Reload the page to sign in again.";
  }
  return `The server answered with an error (${status}).`;
}
