// Puts a log into its grid when the page with one is opened, and tells it what people do.
(function () {
  let log = null;

  // What a server that is gone leaves undone is done when it is back; the page's notice says so meanwhile.
  function quietly(promise) {
    promise?.catch((failure) => failure.name === "AbortError" || console.debug(failure));
  }

  // ---- finding the grid ----------------------------------------------------------------------------------------------
  // dash-ag-grid puts a datasource of its own in place when its grid is ready, at times after the api can be had:
  // ours goes in only once that one is there, or it would be replaced.
  async function ready(root) {
    const api = await dash_ag_grid.getApiAsync("events-grid");
    while (!api.isDestroyed() && !api.getGridOption("datasource")) await new Promise(requestAnimationFrame);
    return root.isConnected && !api.isDestroyed() ? api : null;
  }

  async function open(root) {
    const api = await ready(root);
    if (!api) return;
    log = new lvd.Log(root, api, `/api/apps/${encodeURIComponent(root.dataset.app)}/events`);
    const seq = log.open && Number(log.open);
    if (seq) log.show(seq);
    await log.start();
    if (seq) await log.toSeq(seq);
  }

  new MutationObserver(() => {
    const root = document.getElementById("events-log");
    if (root && root.dataset.app && !root.dataset.opened && window.dash_ag_grid && document.getElementById("events-grid")) {
      root.dataset.opened = "yes";
      quietly(open(root));
    }
    if (!root && log) {
      log.abort?.abort();
      log = null;
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  // ---- what people do ------------------------------------------------------------------------------------------------
  // `14:05`, `14:05:30`, `2026-11-23 14:05` or an ISO time, all UTC; a time of day is the latest one that has been.
  function timeOf(text) {
    const full = /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)Z?$/.exec(text.trim());
    const short = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text.trim());
    let at = null;
    if (full) at = new Date(`${full[1]}T${full[2].padStart(full[2].indexOf(":") === 1 ? full[2].length + 1 : 0, "0")}Z`);
    if (short) {
      at = new Date();
      at.setUTCHours(Number(short[1]), Number(short[2]), Number(short[3] || 0), 0);
      if (at > new Date()) at.setUTCDate(at.getUTCDate() - 1);
    }
    return at && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "events-time" && event.key === "Enter" && log) {
      const at = timeOf(event.target.value);
      dash_clientside.set_props("events-time", { error: at === null });
      if (at) quietly(log.toTime(at));
    } else if (event.target.id === "events-search" && event.key === "Enter" && log) {
      quietly(log.searchFor(event.target.value.trim()));
    } else if (event.key === "Escape" && log && event.target.closest(".event-panel")) log.show(null);
  });
  document.addEventListener("click", (event) => {
    if (!log) return;
    if (event.target.closest("#events-fresh")) quietly(log.toNewest());
    if (event.target.closest("#events-close")) log.show(null);
    if (event.target.closest("#events-further")) quietly(log.further());
    const off = event.target.closest("[data-take-off]");
    if (off) quietly(log.takeOff(Number(off.dataset.takeOff)));
  });
  // The cross of the search box, and a box emptied by hand, end the search at once.
  document.addEventListener("input", (event) => {
    if (event.target.id === "events-search" && !event.target.value && log) quietly(log.searchFor(""));
  });
  window.addEventListener("lvd:moved", () => log && quietly(log.moved()));
  window.addEventListener("lvd:back", () => log && quietly(log.stale ? log.start(log.anchor) : log.reload()));

  function filter(names, statuses) {
    if (!log) return;
    if (String(names) === String(log.names) && String(statuses) === String(log.statuses)) return;
    log.names = names || [];
    log.statuses = statuses || [];
    quietly(log.choose());
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lvd = Object.assign(window.dash_clientside.lvd || {}, { filter });
})();
