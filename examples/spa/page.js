// The page keeps no token: the browser does, where scripts cannot read it.

const find = (id) => document.getElementById(id);

/** The value of a cookie that scripts may read. */
function cookie(name) {
  const pair = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** Sends a request with the values that show that this page sent it. */
function send(path, method, values, body) {
  const headers = { "X-CSRF-Token": values.map(cookie).filter(Boolean).join(",") };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

/** As `send`; if the access token has ended, it refreshes the login, and sends the request once more. */
async function call(path, method = "GET", body = undefined) {
  const seen = cookie("csrf_refresh_token");
  const answer = await send(path, method, ["csrf_access_token"], body);
  if (answer.status !== 401 || !(await refresh(seen))) return answer;
  return send(path, method, ["csrf_access_token"], body);
}

/**
 * Refreshes the login, one tab and one request at a time: a refresh token is good once. Another one may have done it while
 * this one waited; then the value of the cookie is not the one that was `seen` before.
 */
async function refresh(seen) {
  return navigator.locks.request("refresh", async () => {
    if (cookie("csrf_refresh_token") !== seen) return true;
    if (!seen) return false;
    const answer = await send("/api/session/refresh", "POST", ["csrf_refresh_token"]);
    if (answer.ok) document.body.dataset.refreshes = Number(document.body.dataset.refreshes ?? 0) + 1;
    return answer.ok;
  });
}

async function show() {
  const answer = await call("/api/me");
  find("login").hidden = answer.ok;
  find("orders").hidden = !answer.ok;
  find("status").textContent = answer.ok ? `Logged in as ${(await answer.json()).name}` : "Logged out";
  if (answer.ok) list(await (await call("/api/orders")).json());
}

function list(items) {
  find("list").replaceChildren(
    ...items.map((item) => Object.assign(document.createElement("li"), { textContent: item })),
  );
}

async function order(item) {
  const answer = await call("/api/orders", "POST", item);
  if (answer.ok) list(await answer.json());
  else await show();
}

find("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await send("/api/login", "POST", [], Object.fromEntries(new FormData(event.target)));
  if (answer.ok) await show();
  else find("status").textContent = "Wrong password";
});

find("order").addEventListener("submit", (event) => {
  event.preventDefault();
  order(new FormData(event.target).get("item"));
});

find("twice").addEventListener("click", () => Promise.all([order("tea"), order("coffee")]));

find("log_out").addEventListener("click", async () => {
  // A refresh that is under way could set cookies after the logout has cleared them.
  await navigator.locks.request("refresh", () =>
    send("/api/session/logout", "POST", ["csrf_access_token", "csrf_refresh_token"]),
  );
  await show();
});

show();
