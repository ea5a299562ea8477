// Keeps tallies. `!tally coffee` counts coffee up and says where it stands; `!tally` lists all of this
// chat's, and `!tally pick` lets chance decide.

import { Draft, send } from "jadi:plugin/chat@0.1.0";
import * as kv from "jadi:plugin/kv@0.1.0";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

const WORDS = {
  en: { none: "Nothing is counted here yet. Try *!tally coffee*.", title: "Tallies" },
  id: { none: "Belum ada yang dihitung di sini. Coba *!tally kopi*.", title: "Hitungan" },
};

/** The tallies of a chat: names and numbers. */
function load(chat) {
  const bytes = kv.get(chat);
  return bytes === undefined ? {} : JSON.parse(decoder.decode(bytes));
}

function answer(event, message) {
  const words = WORDS[event.language()] ?? WORDS.en;
  const chat = event.chat().jid;
  const tallies = load(chat);
  const name = message.command()?.args.toLowerCase() ?? "";
  if (name === "pick") {
    const names = Object.keys(tallies);
    return names[Math.floor(Math.random() * names.length)] ?? words.none;
  }
  if (name !== "") {
    tallies[name] = (tallies[name] ?? 0) + 1;
    kv.set(chat, encoder.encode(JSON.stringify(tallies)));
    return `${name}: *${tallies[name]}*`;
  }
  const lines = Object.entries(tallies)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name}: ${count}`);
  return lines.length === 0 ? words.none : [`*${words.title}*`, ...lines].join("\n");
}

export const onMessage = {
  handle(event, message) {
    try {
      const draft = new Draft(answer(event, message));
      draft.quote(message);
      return [send(draft)];
    } catch (error) {
      // What is thrown becomes the handler's error, and nothing that it wrote is kept. The stack goes to the plugin's log.
      console.error(`${error}\n${error.stack ?? ""}`);
      throw { message: String(error) };
    }
  },
};
