// Talks to the control API. Every failure becomes an ApiError whose message is meant for a person.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function request(method, parts, body) {
  const path = "/api/" + parts.map(encodeURIComponent).join("/");
  const init = { method };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError(0, "The simulator does not answer. Is it still running?");
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer?.message ?? `The simulator answered ${response.status}.`);
  return answer;
}

export const get = (...parts) => request("GET", parts);
export const post = (parts, body = {}) => request("POST", parts, body);

// The parts of the address of one message, as the routes for reactions, edits and deletions begin.
export const messageParts = (phone, message) =>
  ["phones", phone, "chats", message.chat, "messages", message.sender, message.id];

// Calls `onEvent` with each event of every phone. The browser reconnects by itself; `onState` tells whether it stands, and
// whoever listens reads everything anew when it does, because events in between are not sent again.
export function listen(onEvent, onState) {
  const source = new EventSource("/api/events");
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
}

export function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new ApiError(0, `${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}
