// Baileys, which has a codec, handshake, Signal sessions and pairing of its own, as the bot on a simulated account. What the
// simulator and Jadi's own client get wrong in the same way, because they share crates, shows up here.
//
// The tests are steps of one story and run in order: `shop` is a person whose account two Baileys clients are linked to.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DisconnectReason, WAMessageStubType, proto } from 'baileys';

import { Client, numberOf, textOf, trust } from './client.js';
import { Simulator } from './simulator.js';

const NUMBERS = { shop: '6280000000200', alice: '6280000000101', bob: '6280000000102', carol: '6280000000103' };

let simulator;
let bot; // linked by QR
let second; // linked by pairing code
let group;

before(async () => {
  const binary = process.env.JADI_SIMULATOR;
  assert.ok(binary, 'set JADI_SIMULATOR to the jadi-simulator binary');
  simulator = await Simulator.start(binary, NUMBERS);
  trust(simulator.certificate);
  bot = new Client(simulator.websocketUrl);
  second = new Client(simulator.websocketUrl);
});

after(async () => {
  await bot?.end();
  await second?.end();
  await simulator?.stop();
});

const devices = () => simulator.get('phones/shop/devices');

test('pairs by QR code, restarts on 515 and logs in', async () => {
  await bot.pairByQr((qr) => simulator.post('phones/shop/devices/qr', { qr }));
  const linked = await devices();
  assert.equal(linked.length, 1);
  assert.equal(linked[0].connected, true);
});

test('gets a direct message, and reports it as delivered', async () => {
  const id = await simulator.send('alice', NUMBERS.shop, 'hello from alice');
  const message = await bot.received('hello from alice');
  assert.equal(numberOf(message), NUMBERS.alice);
  assert.equal(message.key.id, id);
  await simulator.events.until('the receipt', (one) =>
    one.event === 'receipt' && one.phone === 'alice' && one.message?.id === id);
});

test('answers, and the answer shows on both phones', async () => {
  const { key } = await bot.received('hello from alice');
  const sent = await bot.send(key.remoteJid, 'hello from the bot');
  const shown = await simulator.shown('alice', 'hello from the bot');
  assert.equal(shown.sender, NUMBERS.shop);
  assert.equal(shown.id, sent.key.id);
  const own = await simulator.shown('shop', 'hello from the bot');
  assert.equal(own.from_me, true);
});

test('learns that its message was read', async () => {
  const { key } = await bot.received('hello from alice');
  const sent = await bot.send(key.remoteJid, 'please read this');
  // Baileys gathers what comes close together: the status may be in the news of the message itself.
  const reached = (least) => bot.events.until(`status ${least}`, ({ event, data }) => {
    const is = ({ key, status }) => key.id === sent.key.id && status >= least;
    return (event === 'messages.update' && data.some(({ key, update }) => is({ key, status: update.status }))) ||
      (event === 'messages.upsert' && data.messages.some(is));
  });
  // The phone shows a message before it tells that it has it, and a reader that is quicker would be overtaken by that news.
  await reached(proto.WebMessageInfo.Status.DELIVERY_ACK);
  await simulator.post(`phones/alice/chats/${NUMBERS.shop}/read`, {});
  await reached(proto.WebMessageInfo.Status.READ);
});

test('finds out who is on WhatsApp', async () => {
  const [found] = await bot.socket.onWhatsApp(NUMBERS.bob);
  assert.equal(found?.exists, true);
  const unknown = (await bot.socket.onWhatsApp('6280000000999')) ?? [];
  assert.ok(!unknown.some((one) => one.exists));
});

test('a second client pairs by code on the same account', async () => {
  await second.pairByCode(NUMBERS.shop, (code) => simulator.post('phones/shop/devices/code', { code }));
  assert.deepEqual((await devices()).map((one) => one.connected), [true, true]);
});

test('both linked clients get what people write, and what the other sent', async () => {
  await simulator.send('bob', NUMBERS.shop, 'hello both');
  const first = await bot.received('hello both');
  assert.equal(numberOf(await second.received('hello both')), NUMBERS.bob);
  await bot.send(first.key.remoteJid, 'one of us answers');
  await simulator.shown('bob', 'one of us answers');
  const copy = await second.received('one of us answers');
  assert.equal(copy.key.fromMe, true);
});

test('is put into a new group and knows its members', async () => {
  const made = await simulator.post('phones/alice/groups', {
    subject: 'Friends',
    members: [NUMBERS.shop, NUMBERS.bob],
  });
  group = made.jid;
  await bot.events.until('the new group', ({ event, data }) =>
    event === 'groups.upsert' && data.some((one) => one.id === group && one.subject === 'Friends'));
  const metadata = await bot.socket.groupMetadata(group);
  assert.equal(metadata.subject, 'Friends');
  assert.equal(metadata.participants.length, 3);
  assert.equal(metadata.participants.filter((one) => one.admin).length, 1);
});

test('chats in the group both ways', async () => {
  await simulator.send('alice', group, 'hello group');
  const message = await bot.received('hello group');
  assert.equal(message.key.remoteJid, group);
  assert.equal(numberOf(message), NUMBERS.alice);
  await second.received('hello group');

  await bot.send(group, 'the bot is here');
  for (const phone of ['alice', 'bob', 'shop']) {
    const shown = await simulator.shown(phone, 'the bot is here');
    assert.equal(shown.chat, group);
    assert.equal(shown.sender, NUMBERS.shop);
  }
  await simulator.send('bob', group, 'nice');
  assert.equal(numberOf(await bot.received('nice')), NUMBERS.bob);
});

test('sees somebody being added, and reaches them', async () => {
  await simulator.post(`phones/alice/groups/${group}`, { change: 'add', numbers: [NUMBERS.carol] });
  const { data } = await bot.events.until('the added member', ({ event, data }) =>
    event === 'group-participants.update' && data.id === group && data.action === 'add');
  assert.equal(data.participants.length, 1);
  await bot.send(group, 'welcome carol');
  await simulator.shown('carol', 'welcome carol');
});

test('sees a message being deleted for everyone', async () => {
  const id = await simulator.send('alice', group, 'I regret this');
  await bot.received('I regret this');
  await simulator.post(`phones/alice/chats/${group}/messages/${NUMBERS.alice}/${id}/delete`, {});
  await bot.events.until('the deletion', ({ event, data }) =>
    event === 'messages.update' &&
    data.some((one) => one.key.id === id && one.update.messageStubType === WAMessageStubType.REVOKE));
});

test('deletes its own message for everyone', async () => {
  const sent = await bot.send(group, 'the bot regrets this');
  await simulator.shown('bob', 'the bot regrets this');
  await bot.socket.sendMessage(group, { delete: sent.key });
  await simulator.events.until('the deletion on bob\'s phone', (one) =>
    one.event === 'deleted' && one.phone === 'bob' && one.message?.id === sent.key.id);
});

test('comes back after its connection dropped, and gets what it missed', async () => {
  const start = bot.events.end;
  await simulator.post('faults', { number: NUMBERS.shop, fault: 'drop' });
  await bot.closed(start);
  await simulator.send('bob', NUMBERS.shop, 'while you were away');
  bot.connect();
  await bot.open(start);
  assert.equal(numberOf(await bot.received('while you were away')), NUMBERS.bob);
  const { key } = await bot.received('hello both');
  await bot.send(key.remoteJid, 'I am back');
  await simulator.shown('bob', 'I am back');
});

test('is logged out when the phone unlinks it', async () => {
  const start = bot.events.end;
  const [first] = await devices();
  await simulator.post(`phones/shop/devices/${first.index}/unlink`, {});
  assert.equal(await bot.closed(start), DisconnectReason.loggedOut);
});

test('every request was one that the simulator knows, and every message could be read', async () => {
  assert.deepEqual(await simulator.get('unknown-iqs'), []);
  for (const phone of Object.keys(NUMBERS)) {
    for (const { chat } of await simulator.get(`phones/${phone}/chats`)) {
      const messages = await simulator.get(`phones/${phone}/chats/${chat}/messages`);
      assert.ok(messages.every((one) => one.kind !== 'undecryptable'), `${phone} could not read something in ${chat}`);
    }
  }
  assert.ok(textOf(await second.received('hello group')));
});
