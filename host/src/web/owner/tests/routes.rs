//! All routes of the pages and the API, with who may ask them and what others are answered. See `matrix`.

/// What says that who asks may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum By {
    /// Nothing: everybody may.
    Nothing,
    /// An address that nobody guesses.
    Address,
    /// A cookie, and for what changes something also what a form of the visitor's carries.
    Cookie,
    /// A token in a header, which no other site's page can send.
    Token,
    /// A token of the operator's, which no owner has.
    Operator,
    /// The operator's password, which no owner has.
    Password,
}

/// What a route answers to nobody, to another bot's owner by cookie, to another bot's program by token, and to the owner by whichever
/// of these the route takes.
pub(in crate::web) struct Row(
    pub(in crate::web) By,
    pub(in crate::web) &'static str,
    pub(in crate::web) &'static str,
    pub(in crate::web) [u16; 4],
);

/// Everybody.
const OPEN: [u16; 4] = [200; 4];
/// Nobody who does not know the address.
const NOWHERE: [u16; 4] = [404; 4];
/// Who is signed in, each their own bot's.
const OWNERS: [u16; 4] = [401, 200, 401, 200];
/// Who shows a token, each their own bot's.
const TOKENS: [u16; 4] = [401, 401, 200, 200];
/// The operator's programs.
const OPERATORS: [u16; 4] = [401, 401, 403, 403];
/// The operator; others are told where to sign in.
const SIGN_IN: [u16; 4] = [303; 4];

/// Bots are stopped here, so that what tells of running ones says that they are not.
pub(in crate::web) const TABLE: &[Row] = &[
    Row(By::Nothing, "GET", "/", OPEN),
    Row(By::Nothing, "GET", "/events", NOWHERE),
    Row(By::Nothing, "GET", "/healthz", OPEN),
    Row(By::Nothing, "GET", "/static/{name}", OPEN),
    Row(By::Nothing, "POST", "/connect", [400, 400, 400, 400]),
    Row(
        By::Nothing,
        "POST",
        "/api/subbot/connect",
        [400, 400, 400, 400],
    ),
    Row(By::Nothing, "GET", "/api/subbot/status", OPEN),
    Row(By::Nothing, "GET", "/api/subbot/list", OPEN),
    Row(By::Address, "GET", "/connect/{id}", NOWHERE),
    Row(By::Address, "GET", "/connect/{id}/events", NOWHERE),
    Row(By::Address, "POST", "/connect/{id}/again", NOWHERE),
    Row(By::Address, "GET", "/pair/{key}", NOWHERE),
    Row(By::Address, "GET", "/pair/{key}/events", NOWHERE),
    Row(By::Address, "POST", "/pair/{key}/start", NOWHERE),
    Row(By::Address, "GET", "/sign-in/{link}", [410, 410, 410, 410]),
    Row(By::Address, "POST", "/sign-in/{link}", [403, 403, 403, 403]),
    Row(
        By::Token,
        "POST",
        "/api/subbot/command",
        [401, 401, 403, 409],
    ),
    Row(
        By::Token,
        "POST",
        "/api/subbot/logout",
        [401, 401, 404, 404],
    ),
    Row(
        By::Token,
        "GET",
        "/api/subbot/stats/{jid}",
        [401, 401, 403, 200],
    ),
    Row(By::Token, "GET", "/api/subbot/events", [401, 401, 409, 409]),
    Row(By::Token, "GET", "/ws/subbot", [401, 401, 409, 409]),
    Row(By::Cookie, "GET", "/bot", OWNERS),
    Row(By::Cookie, "GET", "/bot/events", OWNERS),
    Row(By::Cookie, "POST", "/bot/start", [401, 303, 401, 303]),
    Row(By::Cookie, "POST", "/bot/stop", [401, 303, 401, 303]),
    Row(By::Cookie, "POST", "/bot/settings", [401, 303, 401, 303]),
    Row(By::Cookie, "POST", "/bot/sign-out", [401, 303, 401, 303]),
    Row(By::Cookie, "GET", "/bot/plugins", OWNERS),
    Row(By::Cookie, "GET", "/bot/plugins/{name}", OWNERS),
    Row(
        By::Cookie,
        "POST",
        "/bot/plugins/{name}/switch",
        [401, 303, 401, 303],
    ),
    Row(
        By::Cookie,
        "POST",
        "/bot/plugins/{name}/settings",
        [401, 303, 401, 303],
    ),
    Row(By::Cookie, "GET", "/bot/plugins/{name}/log", OWNERS),
    Row(
        By::Cookie,
        "GET",
        "/bot/plugins/{name}/failures/{failure}",
        [401, 404, 401, 200],
    ),
    Row(By::Cookie, "GET", "/bot/numbers", OWNERS),
    Row(By::Cookie, "GET", "/bot/tokens", OWNERS),
    Row(By::Cookie, "POST", "/bot/tokens", OWNERS),
    Row(
        By::Cookie,
        "POST",
        "/bot/tokens/{id}/revoke",
        [401, 303, 401, 303],
    ),
    Row(By::Cookie, "GET", "/bot/webhooks", OWNERS),
    Row(By::Cookie, "POST", "/bot/webhooks", OWNERS),
    Row(
        By::Cookie,
        "POST",
        "/bot/webhooks/{id}/remove",
        [401, 303, 401, 303],
    ),
    Row(
        By::Cookie,
        "POST",
        "/bot/webhooks/dead-letters/{row}/replay",
        [401, 409, 401, 303],
    ),
    Row(By::Cookie, "GET", "/bot/data", OWNERS),
    Row(By::Cookie, "POST", "/bot/data/export", OWNERS),
    Row(By::Cookie, "GET", "/bot/data/erase", OWNERS),
    Row(By::Cookie, "POST", "/bot/data/erase", [401, 303, 401, 303]),
    Row(By::Cookie, "GET", "/bot/log-out", OWNERS),
    Row(By::Cookie, "POST", "/bot/log-out", OWNERS),
    Row(By::Nothing, "GET", "/api", OPEN),
    Row(By::Nothing, "GET", "/api/openapi.json", OPEN),
    Row(By::Token, "GET", "/api/v1/bot", TOKENS),
    Row(By::Token, "PATCH", "/api/v1/bot", TOKENS),
    Row(By::Token, "POST", "/api/v1/bot/start", TOKENS),
    Row(By::Token, "POST", "/api/v1/bot/stop", TOKENS),
    Row(By::Token, "GET", "/api/v1/bot/plugins", TOKENS),
    Row(By::Token, "PATCH", "/api/v1/bot/plugins/{name}", TOKENS),
    Row(By::Token, "GET", "/api/v1/bot/plugins/{name}/log", TOKENS),
    Row(
        By::Token,
        "GET",
        "/api/v1/bot/plugins/{name}/failures",
        TOKENS,
    ),
    Row(
        By::Token,
        "GET",
        "/api/v1/bot/plugins/{name}/failures/{failure}",
        [401, 401, 404, 200],
    ),
    Row(By::Token, "GET", "/api/v1/bot/days", TOKENS),
    Row(By::Token, "GET", "/api/v1/bot/tokens", TOKENS),
    Row(By::Token, "POST", "/api/v1/bot/tokens", TOKENS),
    Row(
        By::Token,
        "DELETE",
        "/api/v1/bot/tokens/{id}",
        [401, 401, 404, 200],
    ),
    Row(By::Token, "GET", "/api/v1/bot/webhooks", TOKENS),
    Row(By::Token, "POST", "/api/v1/bot/webhooks", TOKENS),
    Row(
        By::Token,
        "DELETE",
        "/api/v1/bot/webhooks/{id}",
        [401, 401, 404, 200],
    ),
    Row(
        By::Token,
        "POST",
        "/api/v1/bot/webhooks/dead-letters/{id}/replay",
        [401, 401, 404, 200],
    ),
    Row(By::Token, "GET", "/api/v1/bot/offer", TOKENS),
    Row(By::Token, "POST", "/api/v1/bot/offer", [401, 401, 409, 409]),
    Row(By::Token, "DELETE", "/api/v1/bot/offer", TOKENS),
    Row(By::Token, "GET", "/api/v1/bot/export", TOKENS),
    Row(By::Token, "POST", "/api/v1/bot/erase", [401, 401, 422, 200]),
    Row(By::Nothing, "GET", "/operator/sign-in", OPEN),
    Row(
        By::Nothing,
        "POST",
        "/operator/sign-in",
        [403, 403, 403, 403],
    ),
    Row(By::Password, "GET", "/operator", SIGN_IN),
    Row(By::Password, "GET", "/operator/events", SIGN_IN),
    Row(By::Password, "GET", "/operator/audit", SIGN_IN),
    Row(By::Password, "GET", "/operator/bots", SIGN_IN),
    Row(By::Password, "GET", "/operator/bots/{id}", SIGN_IN),
    Row(By::Password, "POST", "/operator/bots/{id}/start", SIGN_IN),
    Row(By::Password, "POST", "/operator/bots/{id}/stop", SIGN_IN),
    Row(By::Password, "GET", "/operator/bots/{id}/end", SIGN_IN),
    Row(By::Password, "POST", "/operator/bots/{id}/end", SIGN_IN),
    Row(By::Password, "GET", "/operator/invites", SIGN_IN),
    Row(By::Password, "POST", "/operator/invites", SIGN_IN),
    Row(
        By::Password,
        "POST",
        "/operator/invites/{id}/revoke",
        SIGN_IN,
    ),
    Row(By::Password, "POST", "/operator/slots", SIGN_IN),
    Row(By::Password, "POST", "/operator/delay", SIGN_IN),
    Row(By::Password, "POST", "/operator/features/{name}", SIGN_IN),
    Row(By::Password, "GET", "/operator/plugins", SIGN_IN),
    Row(By::Password, "GET", "/operator/plugins/{name}", SIGN_IN),
    Row(
        By::Password,
        "POST",
        "/operator/plugins/{name}/{deed}",
        SIGN_IN,
    ),
    Row(By::Password, "POST", "/operator/plugins", SIGN_IN),
    Row(By::Password, "POST", "/operator/plugins/install", SIGN_IN),
    Row(By::Password, "POST", "/operator/sign-out", SIGN_IN),
    Row(By::Operator, "GET", "/api/v1/operator", OPERATORS),
    Row(By::Operator, "PATCH", "/api/v1/operator", OPERATORS),
    Row(By::Operator, "GET", "/api/v1/operator/bots", OPERATORS),
    Row(By::Operator, "GET", "/api/v1/operator/bots/{id}", OPERATORS),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/bots/{id}/start",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/bots/{id}/stop",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/bots/{id}/plan",
        OPERATORS,
    ),
    Row(By::Operator, "GET", "/api/v1/operator/owners", OPERATORS),
    Row(By::Operator, "POST", "/api/v1/operator/owners", OPERATORS),
    Row(
        By::Operator,
        "DELETE",
        "/api/v1/operator/owners/{number}",
        OPERATORS,
    ),
    Row(By::Operator, "GET", "/api/v1/operator/broadcast", OPERATORS),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/broadcast",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "DELETE",
        "/api/v1/operator/broadcast",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/bots/{id}/end",
        OPERATORS,
    ),
    Row(By::Operator, "GET", "/api/v1/operator/plugins", OPERATORS),
    Row(
        By::Operator,
        "PATCH",
        "/api/v1/operator/plugins/{name}",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/plugins/{name}/roll-back",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "DELETE",
        "/api/v1/operator/plugins/{name}",
        OPERATORS,
    ),
    Row(By::Operator, "GET", "/api/v1/operator/invites", OPERATORS),
    Row(By::Operator, "POST", "/api/v1/operator/invites", OPERATORS),
    Row(
        By::Operator,
        "DELETE",
        "/api/v1/operator/invites/{id}",
        OPERATORS,
    ),
    Row(
        By::Operator,
        "POST",
        "/api/v1/operator/components",
        OPERATORS,
    ),
    Row(By::Operator, "POST", "/api/v1/operator/plugins", OPERATORS),
    Row(By::Operator, "GET", "/api/v1/operator/deeds", OPERATORS),
    Row(By::Password, "GET", "/operator/tokens", SIGN_IN),
    Row(By::Password, "POST", "/operator/tokens", SIGN_IN),
    Row(
        By::Password,
        "POST",
        "/operator/tokens/{id}/revoke",
        SIGN_IN,
    ),
];
