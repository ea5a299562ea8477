//! Reading and building stanzas, and writing them out for people.

use std::fmt::Write as _;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, NodeContent, NodeValue, Server};

/// Short ways to read a stanza.
pub(crate) trait StanzaExt {
    /// The attribute as text; empty when it is missing.
    fn attr_str(&self, key: &str) -> String;
    /// The attribute as text, if there.
    fn attr_opt(&self, key: &str) -> Option<String>;
    /// The attribute as a JID, if there and well formed.
    fn attr_jid(&self, key: &str) -> Option<Jid>;
    /// The first child with this tag.
    fn child(&self, tag: &str) -> Option<&Node>;
    /// The children; none when the content is not a list.
    fn nodes(&self) -> &[Node];
    /// The content as bytes; text counts as its UTF-8 bytes.
    fn bytes(&self) -> Option<Vec<u8>>;
    /// Replaces an attribute.
    fn set(&mut self, key: &'static str, value: impl Into<NodeValue>);
}

impl StanzaExt for Node {
    fn attr_str(&self, key: &str) -> String {
        self.attr_opt(key).unwrap_or_default()
    }

    fn attr_opt(&self, key: &str) -> Option<String> {
        self.attrs.get(key).map(|value| value.as_str().into_owned())
    }

    fn attr_jid(&self, key: &str) -> Option<Jid> {
        self.attrs.get(key).and_then(NodeValue::to_jid)
    }

    fn child(&self, tag: &str) -> Option<&Node> {
        self.get_optional_child(tag)
    }

    fn nodes(&self) -> &[Node] {
        self.children().unwrap_or_default()
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self.content.as_ref()? {
            NodeContent::Bytes(bytes) => Some(bytes.clone()),
            NodeContent::String(text) => Some(text.as_bytes().to_vec()),
            NodeContent::Nodes(_) => None,
        }
    }

    fn set(&mut self, key: &'static str, value: impl Into<NodeValue>) {
        self.attrs.insert(key, value);
    }
}

/// The server itself as a sender, `s.whatsapp.net`.
pub(crate) fn server_jid() -> Jid {
    Jid::new("", Server::Pn)
}

/// A node with nothing in it but attributes to come.
pub(crate) fn node(tag: &'static str) -> NodeBuilder {
    NodeBuilder::new(tag)
}

/// An empty child, such as `<active/>`.
pub(crate) fn empty(tag: &'static str) -> Node {
    NodeBuilder::new(tag).build()
}

/// A child with bytes in it.
pub(crate) fn with_bytes(tag: &'static str, bytes: impl Into<Vec<u8>>) -> Node {
    NodeBuilder::new(tag).bytes(bytes).build()
}

/// The answer to an IQ, with these children.
pub(crate) fn iq_result(request: &Node, children: Vec<Node>) -> Node {
    let from = request.attr_jid("to").unwrap_or_else(server_jid);
    let answer = node("iq")
        .attr("from", from)
        .attr("id", request.attr_str("id"))
        .attr("type", "result");
    if children.is_empty() {
        answer.build()
    } else {
        answer.children(children).build()
    }
}

/// The refusal of an IQ.
pub(crate) fn iq_error(request: &Node, code: u16, text: &'static str) -> Node {
    let from = request.attr_jid("to").unwrap_or_else(server_jid);
    node("iq")
        .attr("from", from)
        .attr("id", request.attr_str("id"))
        .attr("type", "error")
        .children([node("error").attr("code", code).attr("text", text).build()])
        .build()
}

/// The stanza as indented text, bytes shown by their length. For [`UnknownIq`](crate::UnknownIq) and for logs at trace.
pub(crate) fn to_text(stanza: &Node) -> String {
    let mut text = String::new();
    write_text(stanza, 0, &mut text);
    text
}

fn write_text(stanza: &Node, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let _ = write!(out, "{indent}<{}", stanza.tag);
    for (key, value) in stanza.attrs.iter() {
        let _ = write!(out, " {key}={:?}", value.as_str());
    }
    match stanza.content.as_ref() {
        None => out.push_str("/>\n"),
        Some(NodeContent::String(content)) => {
            let _ = writeln!(out, ">{content}</{}>", stanza.tag);
        }
        Some(NodeContent::Bytes(content)) => {
            let _ = writeln!(out, ">[{} bytes]</{}>", content.len(), stanza.tag);
        }
        Some(NodeContent::Nodes(children)) => {
            out.push_str(">\n");
            for child in children {
                write_text(child, depth + 1, out);
            }
            let _ = writeln!(out, "{indent}</{}>", stanza.tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stanza_reads_as_text_without_its_bytes() {
        let stanza = node("iq")
            .attr("id", "7")
            .children([with_bytes("count", vec![1, 2, 3]), empty("active")])
            .build();
        assert_eq!(
            to_text(&stanza),
            "<iq id=\"7\">\n  <count>[3 bytes]</count>\n  <active/>\n</iq>\n"
        );
    }

    #[test]
    fn an_answer_goes_back_with_the_same_id() {
        let request = node("iq")
            .attr("id", "42")
            .attr("to", Jid::group("120363000000000001"))
            .build();
        let answer = iq_error(&request, 404, "item-not-found");
        assert_eq!(answer.attr_str("id"), "42");
        assert_eq!(answer.attr_str("from"), "120363000000000001@g.us");
        assert_eq!(
            answer.child("error").map(|error| error.attr_str("code")),
            Some("404".to_owned())
        );
    }
}
