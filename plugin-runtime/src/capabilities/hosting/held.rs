//! What a plugin is told of bots and of the host, as resources.

use jadi_model::clock::Millis;
use jadi_model::{BotRole, Jid, LinkMethod};
use wasmtime::component::Resource;

use super::{HeldBot, HeldOverview, HeldRefusal, HeldUsage, wit};
use crate::hosting::BotUsage;
use crate::state::EventState;

impl wit::HostBot for EventState {
    fn number(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        let number = self.held_bot(&bot)?.number();
        Ok(number.map(|number| number.digits().to_owned()))
    }

    fn masked(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<String> {
        let number = self.held_bot(&bot)?.number();
        Ok(number.map(|number| number.masked()).unwrap_or_default())
    }

    fn name(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<String> {
        Ok(self.held_bot(&bot)?.name.clone())
    }

    fn is_main(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<bool> {
        Ok(self.held_bot(&bot)?.role == BotRole::Main)
    }

    fn state(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<String> {
        Ok(self.held_bot(&bot)?.state.word().to_owned())
    }

    fn cause(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        let cause = self.held_bot(&bot)?.cause.as_ref();
        Ok(cause.map(|cause| cause.name().to_owned()))
    }

    fn since(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Millis> {
        Ok(self.held_bot(&bot)?.since)
    }

    fn created(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Millis> {
        Ok(self.held_bot(&bot)?.created)
    }

    fn last_connect(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.held_bot(&bot)?.last_connect)
    }

    fn owner(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        Ok(self.held_bot(&bot)?.owner.as_ref().map(Jid::to_string))
    }

    fn method(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<wit::Method> {
        Ok(match self.held_bot(&bot)?.method {
            LinkMethod::Qr => wit::Method::Qr,
            LinkMethod::Code => wit::Method::Code,
        })
    }

    fn plan(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<String>> {
        Ok(self.held_bot(&bot)?.plan.clone())
    }

    fn expires(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.held_bot(&bot)?.expires)
    }

    fn drop(&mut self, bot: Resource<HeldBot>) -> wasmtime::Result<()> {
        self.handles.delete(bot)?;
        Ok(())
    }
}

impl wit::HostRefusal for EventState {
    fn reason(&mut self, refusal: Resource<HeldRefusal>) -> wasmtime::Result<String> {
        Ok(self.handles.get(&refusal)?.0.reason.word().to_owned())
    }

    fn bot(
        &mut self,
        refusal: Resource<HeldRefusal>,
    ) -> wasmtime::Result<Option<Resource<HeldBot>>> {
        match self.handles.get(&refusal)?.0.bot.clone() {
            Some(bot) => Ok(Some(self.hand_over(HeldBot(*bot))?)),
            None => Ok(None),
        }
    }

    fn until(&mut self, refusal: Resource<HeldRefusal>) -> wasmtime::Result<Option<Millis>> {
        Ok(self.handles.get(&refusal)?.0.until)
    }

    fn drop(&mut self, refusal: Resource<HeldRefusal>) -> wasmtime::Result<()> {
        self.handles.delete(refusal)?;
        Ok(())
    }
}

impl wit::HostOverview for EventState {
    fn slots(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u32> {
        Ok(self.handles.get(&overview)?.0.slots)
    }

    fn taken(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u32> {
        Ok(self.handles.get(&overview)?.0.taken)
    }

    fn states(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<Vec<(String, u32)>> {
        let states = &self.handles.get(&overview)?.0.states;
        let told = states
            .iter()
            .map(|(state, bots)| (state.word().to_owned(), *bots));
        Ok(told.collect())
    }

    fn started_at(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<Millis> {
        Ok(self.handles.get(&overview)?.0.started_at)
    }

    fn delay(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u64> {
        Ok(self.handles.get(&overview)?.0.delay_ms)
    }

    fn restoring(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<u32> {
        Ok(self.handles.get(&overview)?.0.restoring)
    }

    fn pages(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<Option<String>> {
        Ok(self.handles.get(&overview)?.0.pages.clone())
    }

    fn drop(&mut self, overview: Resource<HeldOverview>) -> wasmtime::Result<()> {
        self.handles.delete(overview)?;
        Ok(())
    }
}

impl EventState {
    fn measured<T>(
        &self,
        usage: &Resource<HeldUsage>,
        of: impl FnOnce(&BotUsage) -> T,
    ) -> wasmtime::Result<T> {
        Ok(of(&self.handles.get(usage)?.0))
    }
}

impl wit::HostUsage for EventState {
    fn up_since(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<Option<Millis>> {
        self.measured(&usage, |usage| usage.up_since)
    }

    fn users(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.known.users)
    }

    fn groups(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.known.groups)
    }

    fn private_chats(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.known.private_chats)
    }

    fn received(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.received)
    }

    fn sent(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.sent)
    }

    fn quota(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<Option<wit::Quota>> {
        self.measured(&usage, |usage| {
            let quota = usage.quota;
            quota.map(|(used, allowed)| wit::Quota { used, allowed })
        })
    }

    fn load(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<wit::Load> {
        self.measured(&usage, |usage| wit::Load {
            runs: usage.load.runs,
            failed: usage.load.failed,
            cpu_us: usage.load.cpu_us,
            busiest: usage.load.busiest.clone(),
        })
    }

    fn waiting(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.waiting)
    }

    fn waiting_most(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.waiting_most)
    }

    fn unsent(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.unsent)
    }

    fn stored(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.stored)
    }

    fn stored_most(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.stored_most)
    }

    fn cpu(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<Option<wit::CpuTime>> {
        self.measured(&usage, |usage| {
            usage.cpu.map(|cpu| wit::CpuTime {
                client_us: cpu.client,
                plugins_us: cpu.plugins,
            })
        })
    }

    fn cpu_percent(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<u64> {
        self.measured(&usage, |usage| usage.cpu_percent)
    }

    fn memory(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<Option<wit::Quota>> {
        self.measured(&usage, |usage| {
            let memory = usage.memory;
            memory.map(|(used, allowed)| wit::Quota { used, allowed })
        })
    }

    fn slowed(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<bool> {
        self.measured(&usage, |usage| usage.slowed)
    }

    fn drop(&mut self, usage: Resource<HeldUsage>) -> wasmtime::Result<()> {
        self.handles.delete(usage)?;
        Ok(())
    }
}
