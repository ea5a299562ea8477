// The simulator as a child process, driven through its control API.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { Feed } from './feed.js';

const START_MS = 30_000;
const REQUEST_MS = 30_000;

/** A running simulator with its virtual phones. */
export class Simulator {
  #process;
  #api;
  #listening = new AbortController();

  /** What happens on the phones, in order. */
  events = new Feed('phone events');

  /** Starts `binary` with these phones (name to number) on free ports. */
  static async start(binary, phones) {
    const simulator = new Simulator();
    const named = Object.entries(phones).flatMap(([name, number]) => ['--phone', `${name}=${number}`]);
    const child = spawn(binary, ['--port', '0', '--http-port', '0', ...named], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    simulator.#process = child;
    const lines = new Feed('lines of the simulator');
    child.on('error', (error) => lines.fail(error));
    child.on('exit', (code, signal) => lines.fail(new Error(`the simulator ended: ${signal ?? code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const line = await lines.until('its address', (text) => text.includes('control API'), START_MS);
    simulator.#api = new URL('api/', line.match(/http:\S+/)[0]);

    const about = await simulator.get('simulator');
    simulator.websocketUrl = about.websocket_url;
    simulator.certificate = about.certificate;
    await simulator.#listen();
    return simulator;
  }

  async get(path) {
    return this.#request(path, {});
  }

  async post(path, body) {
    return this.#request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** A person sends a text to a chat; gives the message's id. */
  async send(phone, chat, text) {
    const sent = await this.post(`phones/${phone}/chats/${chat}/messages`, { text });
    return sent.id;
  }

  /** Waits until `phone` has been shown a message with this text. */
  async shown(phone, text) {
    const { message } = await this.events.until(
      `«${text}» on ${phone}'s phone`,
      (one) => one.event === 'message' && one.phone === phone && one.message.text === text,
    );
    return message;
  }

  /** Ends the process and waits until it is gone. */
  async stop() {
    this.#listening.abort();
    if (this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGINT');
      const late = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    }
  }

  async #request(path, options) {
    const response = await fetch(new URL(path, this.#api), {
      ...options,
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await response.text();
    assert.ok(response.ok, `${options.method ?? 'GET'} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async #listen() {
    const response = await fetch(new URL('events', this.#api), { signal: this.#listening.signal });
    assert.ok(response.ok, `events: ${response.status}`);
    const read = async () => {
      const decoder = new TextDecoder();
      let rest = '';
      for await (const piece of response.body) {
        const blocks = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          if (block.startsWith('data: ')) this.events.push(JSON.parse(block.slice('data: '.length)));
        }
      }
    };
    read().catch((error) => {
      if (!this.#listening.signal.aborted) this.events.fail(error);
    });
  }
}
