import { csrfHeaders, errorOf } from "../http";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface Request {
  model: string;
  messages: Message[];
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  seed?: number;
}

interface Chunk {
  error?: { message: string };
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
  usage?: { completion_tokens: number } | null;
}

/** How an answer ended. */
export interface Ending {
  reason: string;
  tokens: number;
}

/** Streams one chat answer, giving every piece of text as it comes; throws an `Error` with words for the reader. */
export async function chat(request: Request, signal: AbortSignal, piece: (text: string) => void): Promise<Ending> {
  const answer = await fetch("/v1/chat/completions", {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", Accept: "text/event-stream", ...csrfHeaders() },
    body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
  });
  if (!answer.ok || !answer.body) {
    throw new Error(errorOf(answer.status, await answer.text()).message);
  }
  const ending: Ending = { reason: "", tokens: 0 };
  let pieces = 0;
  for await (const data of events(answer.body)) {
    if (data === "[DONE]") {
      break;
    }
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) {
      throw new Error(chunk.error.message);
    }
    const choice = chunk.choices?.[0];
    if (choice?.delta?.content) {
      pieces++;
      piece(choice.delta.content);
    }
    ending.reason = choice?.finish_reason ?? ending.reason;
    ending.tokens = chunk.usage?.completion_tokens ?? Math.max(ending.tokens, pieces);
  }
  return ending;
}

/** The `data:` of each server-sent event; comments and other fields are skipped. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split(/\r?\n/).filter((line) => line.startsWith("data:"));
      if (lines.length > 0) {
        yield lines.map((line) => line.slice(5).trimStart()).join("\n");
      }
    }
  }
}
