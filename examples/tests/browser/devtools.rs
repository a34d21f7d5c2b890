//! The DevTools protocol: JSON over a WebSocket.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use super::support::Result;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to one tab.
pub(crate) struct DevTools {
    socket: WebSocket<TcpStream>,
    /// The tab; none before it is open.
    session: Option<String>,
    last_id: u64,
    /// How many pages were loaded, or came back from the memory of the browser.
    pub(crate) loads: u64,
}

impl DevTools {
    /// Opens a tab of the browser at this `ws://` address.
    pub(crate) fn connect(address: &str) -> Result<Self> {
        let host = address.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
        let stream = TcpStream::connect(host.ok_or("not a WebSocket")?)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (socket, _) = tungstenite::client(address, stream)?;
        let mut tools = Self { socket, session: None, last_id: 0, loads: 0 };
        let target = tools.call("Target.createTarget", json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = tools.call("Target.attachToTarget", attach)?;
        tools.session = attached["sessionId"].as_str().map(str::to_owned);
        tools.call("Page.enable", json!({}))?;
        Ok(tools)
    }

    /// Calls a method, and gives its result.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.last_id += 1;
        let mut request = json!({ "id": self.last_id, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(request.to_string()))?;
        loop {
            let mut message = self.read()?;
            if message["id"] == self.last_id {
                return match message.get("error") {
                    Some(error) => Err(format!("{method}: {error}").into()),
                    None => Ok(message["result"].take()),
                };
            }
        }
    }

    /// Waits until more pages were loaded than `before`.
    pub(crate) fn wait_for_load(&mut self, before: u64) -> Result<()> {
        while self.loads == before {
            self.read()?;
        }
        Ok(())
    }

    /// The next message: an answer, or an event.
    fn read(&mut self) -> Result<Value> {
        loop {
            if let Message::Text(text) = self.socket.read()? {
                let message: Value = serde_json::from_str(&text)?;
                self.loads += u64::from(is_load(&message));
                return Ok(message);
            }
        }
    }
}

fn is_load(message: &Value) -> bool {
    match message["method"].as_str() {
        Some("Page.loadEventFired") => true,
        Some("Page.frameNavigated") => message["params"]["type"] == "BackForwardCacheRestore",
        _ => false,
    }
}
