// Things that happen, kept in order, so that one can wait for them without missing any and without sleeping.

const DEADLINE_MS = 20_000;

/** An ordered record of what happened, with waiting. */
export class Feed {
  #name;
  #items = [];
  #waiting = new Set();
  #failure;

  constructor(name) {
    this.#name = name;
  }

  push(item) {
    this.#items.push(item);
    for (const look of this.#waiting) look();
  }

  /** Nothing more will come: whoever waits gets this error. */
  fail(error) {
    this.#failure = error;
    for (const look of this.#waiting) look();
  }

  /** Where the record ends now, for `until(…, { after })`. */
  get end() {
    return this.#items.length;
  }

  /**
   * The first item that `matches`, from the beginning or from `after` on; waits for it at most `deadline` milliseconds.
   * When it doesn't come, the error shows what came instead.
   */
  until(what, matches, deadline = DEADLINE_MS, { after = 0 } = {}) {
    let next = after;
    return new Promise((resolve, reject) => {
      const done = (act) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = () => {
        for (; next < this.#items.length; next += 1) {
          const item = this.#items[next];
          if (matches(item)) return done(() => resolve(item));
        }
        if (this.#failure) done(() => reject(this.#failure));
      };
      const timer = setTimeout(() => {
        const came = this.#items.slice(after).map((item) => `\n  ${short(item)}`);
        const error = new Error(`${what} did not come within ${deadline} ms; ${this.#name}:${came.join('') || ' none'}`);
        done(() => reject(error));
      }, deadline);
      this.#waiting.add(look);
      look();
    });
  }
}

function short(item) {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
