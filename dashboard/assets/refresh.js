// One clock for the whole page: ask for the version, and only when it moved fetch what changed. Never two in flight.
(function () {
  const VISIBLE_MS = 1000, HIDDEN_MS = 15000, LOST_MS = 2500, TIMEOUT_MS = 10000;
  let busy = false, lost = false, shown = {};

  async function ask(url) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return answer.json();
  }

  function put(pieces) {
    for (const [id, props] of Object.entries(pieces)) {
      if (document.getElementById(id)) dash_clientside.set_props(id, props);
    }
    requestAnimationFrame(tellAges);
  }

  async function turn() {
    const frame = document.querySelector("[data-version-url]");
    if (!frame || busy) return;
    busy = true;
    try {
      const { versionUrl, bundleUrl } = frame.dataset;
      const { version } = await ask(versionUrl);
      const now = { url: bundleUrl || versionUrl, version, minute: Math.floor(Date.now() / 60000) };
      const same = shown.url === now.url && shown.version === version;
      if (bundleUrl && !(same && shown.minute === now.minute)) {
        const bundle = await ask(bundleUrl);
        if (frame.isConnected && frame.dataset.bundleUrl === bundleUrl) put(bundle.pieces);
      }
      if (!same) window.dispatchEvent(new CustomEvent("lvd:moved", { detail: { version } }));
      shown = now;
      if (lost) window.dispatchEvent(new CustomEvent("lvd:back"));
      lost = false;
    } catch {
      lost = true;
    } finally {
      busy = false;
      document.body.classList.toggle("is-lost", lost);
    }
  }

  function ageOf(seconds) {
    if (seconds < 2) return "just now";
    if (seconds < 60) return `${Math.floor(seconds)} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    return `${Math.floor(seconds / 86400)} d ago`;
  }

  // The text node React made is rewritten in place, so that React still knows it when the time itself changes.
  function tellAges() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const text = ageOf(Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000));
      if (time.firstChild && time.firstChild.nodeValue !== text) time.firstChild.nodeValue = text;
    }
  }

  function tick() {
    turn();
    return document.hidden ? HIDDEN_MS : lost ? LOST_MS : VISIBLE_MS;
  }

  document.addEventListener("visibilitychange", () => document.hidden || turn());
  setInterval(tellAges, 1000);
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      tellAges();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lvd = Object.assign(window.dash_clientside.lvd || {}, { tick });
})();
