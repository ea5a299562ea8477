// A Baileys client as a bot would use it: credentials in memory, one connection at a time, every event kept.

import { DisconnectReason, WA_CERT_DETAILS, initAuthCreds, makeWASocket } from 'baileys';

import { Feed } from './feed.js';

const silent = {
  level: 'silent',
  child: () => silent,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

// libsignal prints whole sessions, keys included, whenever it puts one aside.
if (!process.env.BAILEYS_LOG) console.info = () => {};

/**
 * Lets every client of this process trust the simulator's certificate. This version of Baileys compares the serial only: it
 * takes the result of the signatures' check for granted. So it says nothing about the chain's signatures; tests of the
 * simulator do.
 */
export function trust({ root_public_key, root_serial }) {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root_public_key, 'hex');
  WA_CERT_DETAILS.SERIAL = root_serial;
}

/** A linked device. */
export class Client {
  #url;
  #auth = { creds: initAuthCreds(), keys: memory() };
  #socket;

  /** What Baileys told, as `{ event, data }`. */
  events = new Feed('events of Baileys');

  constructor(websocketUrl) {
    this.#url = websocketUrl;
  }

  /** Opens a connection; what comes of it is in `events`. */
  connect() {
    const socket = makeWASocket({
      auth: this.#auth,
      logger: process.env.BAILEYS_LOG ? verbose(process.env.BAILEYS_LOG) : silent,
      waWebSocketUrl: this.#url,
      // There is no history to wait for.
      shouldSyncHistoryMessage: () => false,
      defaultQueryTimeoutMs: 15_000,
      connectTimeoutMs: 15_000,
    });
    this.#socket = socket;
    socket.ev.process(async (events) => {
      if (events['creds.update']) Object.assign(this.#auth.creds, events['creds.update']);
      for (const [event, data] of Object.entries(events)) this.events.push({ event, data });
    });
  }

  /** Links by QR code: `scan` is given its text. Ends logged in. */
  async pairByQr(scan) {
    this.connect();
    const shown = await this.#update('a QR code', (update) => update.qr);
    await scan(shown.qr);
    await this.#restart();
  }

  /** Links by pairing code: `enter` is given the eight characters. Ends logged in. */
  async pairByCode(number, enter) {
    this.connect();
    // WhatsApp accepts the request only once it has offered QR codes on the connection.
    await this.#update('a QR code', (update) => update.qr);
    await enter(await this.#socket.requestPairingCode(number));
    await this.#restart();
  }

  /** Waits until the connection is closed and gives the code that says why. */
  async closed(after = 0) {
    const update = await this.#update('the end of the connection', (one) => one.connection === 'close', after);
    return update.lastDisconnect?.error?.output?.statusCode;
  }

  /** Waits until the client is logged in and has what came while it was away. */
  async open(after = 0) {
    await this.#update('the login', (one) => one.connection === 'open', after);
    await this.#update('the end of the queue', (one) => one.receivedPendingNotifications, after);
  }

  /** Waits for a message with this text and gives it. */
  async received(text) {
    const { data } = await this.events.until(`«${text}»`, ({ event, data }) =>
      event === 'messages.upsert' && data.messages.some((one) => textOf(one) === text));
    return data.messages.find((one) => textOf(one) === text);
  }

  async send(jid, text) {
    return this.#socket.sendMessage(jid, { text });
  }

  get socket() {
    return this.#socket;
  }

  /** Hangs up without unlinking. */
  async end() {
    await this.#socket?.end(undefined);
  }

  async #restart() {
    await this.#update('the news of being linked', (update) => update.isNewLogin);
    const code = await this.closed();
    if (code !== DisconnectReason.restartRequired) throw new Error(`expected 515 after pairing, the code was ${code}`);
    const after = this.events.end;
    this.connect();
    await this.open(after);
  }

  async #update(what, matches, after = 0) {
    const { data } = await this.events.until(
      what,
      ({ event, data }) => event === 'connection.update' && matches(data),
      undefined,
      { after },
    );
    return data;
  }
}

/** The text of a message, if it is one. */
export function textOf(message) {
  return message.message?.conversation ?? message.message?.extendedTextMessage?.text;
}

/** The phone number of who sent it, whichever of the two addresses carries it. */
export function numberOf({ key }) {
  const candidates = [key.participantAlt, key.participant, key.remoteJidAlt, key.remoteJid];
  const jid = candidates.find((one) => one?.endsWith('@s.whatsapp.net'));
  return jid?.split(/[:@]/)[0];
}

/** Key store in memory. */
function memory() {
  const kept = new Map();
  return {
    async get(type, ids) {
      return Object.fromEntries(ids.flatMap((id) => {
        const value = kept.get(`${type}/${id}`);
        return value == null ? [] : [[id, value]];
      }));
    },
    async set(data) {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) {
          if (value == null) kept.delete(`${type}/${id}`);
          else kept.set(`${type}/${id}`, value);
        }
      }
    },
  };
}

/** Prints what Baileys does, from `level` on; for whoever hunts a fault: `BAILEYS_LOG=trace npm test`. */
function verbose(level) {
  const levels = ['trace', 'debug', 'info', 'warn', 'error'];
  const print = (name) => (...what) => {
    if (levels.indexOf(name) >= levels.indexOf(level)) console.error(`# ${name}`, ...what);
  };
  const logger = { level, child: () => logger };
  for (const name of levels) logger[name] = print(name);
  return logger;
}
