// The log: a window of rows pinned below one seq, fetched block by block as AG Grid asks for them.
(function () {
  const BLOCK = 100;
  // What a link may choose by besides name, status and text; each is shown as something to take off again.
  const OTHERS = [
    "user_id", "session", "event_id", "field", "rule", "app_version", "platform", "environment", "source", "event_type",
    "since", "until",
  ];
  const called = (key) => (key === "user_id" ? "user" : key.replace("_", " "));
  const SOUGHT = ["user_id", "session", "event_id"];
  // Beside an open event a narrow window has no room for these columns; the event itself tells what they hold.
  const MINOR = ["app_version", "platform", "user_id", "session", "copies"], ROOMY = 1700;

  class Log {
    constructor(root, api, url) {
      this.root = root;
      this.api = api;
      this.base = url;
      this.limit = Number(root.dataset.windowRows);
      const asked = new URLSearchParams(location.search);
      this.names = asked.getAll("event").map((name) => name.replace(/^\\!/, "!"));
      this.statuses = asked.getAll("status");
      this.search = asked.get("q");
      this.others = [...asked].filter(([key]) => OTHERS.includes(key));
      this.open = asked.get("seq");
      this.listen();
      this.tellChosen();
    }

    // A `!` at the beginning of a value would leave it out: the name of an event may begin with one all the same.
    filter() {
      const query = new URLSearchParams();
      for (const name of this.names) query.append("event", name.startsWith("!") ? "\\" + name : name);
      for (const status of this.statuses) query.append("status", status);
      for (const [key, value] of this.others) query.append(key, value);
      if (this.search) query.set("q", this.search);
      return query;
    }

    get isSought() {
      return Boolean(this.search) || this.others.some(([key]) => SOUGHT.includes(key));
    }

    // ---- questions -------------------------------------------------------------------------------------------------
    ask(more) {
      const query = this.filter();
      query.set("brief", "true");
      for (const [key, value] of Object.entries(more)) if (value !== null) query.set(key, value);
      return fetch(`${this.base}?${query}`, { signal: this.abort.signal }).then((answer) => {
        if (!answer.ok) throw new Error(`the log answered ${answer.status}`);
        return answer.json();
      });
    }

    // A page whose rows lie scattered comes in pieces: ask on until it is whole.
    async rowsFrom(offset, limit) {
      const { before } = this;
      let answer = await this.ask({ before, offset, limit });
      const rows = answer.rows;
      while (!answer.complete && answer.next !== null && rows.length && rows.length < limit) {
        answer = await this.ask({ before, cursor: answer.next, limit: limit - rows.length });
        rows.push(...answer.rows);
      }
      return rows;
    }

    async countBelow(seq) {
      return (await this.ask({ before: seq, limit: 1 })).total;
    }

    // ---- the window ------------------------------------------------------------------------------------------------
    // Start over: `before` null shows the newest row first and keeps up with what comes; a seq starts the window there.
    async start(before = null) {
      this.abort?.abort();
      const mine = (this.abort = new AbortController());
      this.anchor = before;
      this.following = before === null;
      this.fresh = 0;
      this.stale = this.starting = true;
      this.api.setGridOption("loading", true);
      try {
        this.take(before, await this.ask({ before, limit: BLOCK }));
        if (before !== null && !this.found) this.fresh = (await this.ask({ limit: BLOCK })).total - this.total;
        this.stale = false;
      } finally {
        if (this.abort === mine) this.starting = false;
      }
      this.api.setGridOption("datasource", { getRows: (params) => this.getRows(params) });
      if (this.rows) this.api.setRowCount(this.rows, !this.found?.more);
      this.api.setGridOption("loading", false);
      this.cover();
      this.tell();
      if (this.missed) await this.moved();
    }

    take(before, answer) {
      const top = answer.rows.length ? answer.rows[0].seq : 0;
      this.before = before ?? top + 1;
      // Of what nothing is counted, rows are looked for one after the other: finding the n-th means finding those before.
      this.found = answer.total === null || this.isSought ? new lvd.Found((more) => this.ask({ before, ...more }), answer) : null;
      this.total = answer.total ?? answer.rows.length;
      this.first = this.found ? null : answer.rows;
    }

    get rows() {
      return Math.min(this.total, this.limit);
    }

    async getRows({ startRow, endRow, successCallback, failCallback }) {
      if (this.found) return this.getFound(this.found, startRow, endRow, successCallback, failCallback);
      if (startRow === 0 && this.first) {
        const first = this.first;
        this.first = null;
        return this.give(first, successCallback);
      }
      try {
        const rows = await this.rowsFrom(startRow, Math.min(endRow, this.rows) - startRow);
        this.give(rows, successCallback);
      } catch (failure) {
        if (failure.name !== "AbortError") failCallback();
      }
    }

    async getFound(found, startRow, endRow, successCallback, failCallback) {
      try {
        await found.reach(endRow, () => this.tell());
        if (found !== this.found) return;
        this.total = found.rows.length;
        successCallback(found.rows.slice(startRow, endRow), found.more ? undefined : this.total);
        this.cover();
        this.mark();
        this.tell();
      } catch (failure) {
        if (failure.name !== "AbortError") failCallback();
      }
    }

    async further() {
      if (!this.found) return;
      this.found.goOn();
      this.api.refreshInfiniteCache();
    }

    give(rows, successCallback) {
      successCallback(rows, this.rows);
      this.cover();
      this.mark();
    }

    // While a window is starting the grid shows that it loads, and warns of any other overlay.
    cover() {
      if (this.api.getGridOption("loading")) return;
      if (this.rows) this.api.hideOverlay();
      else this.api.showNoRowsOverlay();
    }

    // ---- what moved ------------------------------------------------------------------------------------------------
    get atTop() {
      return this.api.getVerticalPixelRange().top < 4;
    }

    async moved() {
      this.missed = this.starting;
      if (this.starting) return;
      if (this.stale) return this.start(this.anchor);
      if (this.found) return this.foundMore();
      const newest = await this.ask({ limit: BLOCK });
      if (this.following && this.atTop) {
        this.take(null, newest);
        this.reload();
      } else {
        const within = await this.countBelow(this.before);
        this.fresh = Math.max(0, newest.total - within);
        if (within !== this.total) {
          this.total = within;
          this.reload();
        }
      }
      this.tell();
    }

    // New rows of a search go on top of those that were found; what was looked through is not looked through again.
    async foundMore() {
      const { found } = this;
      if (!this.following) return;
      const added = await found.newer(this.others.some(([key]) => key === "since"));
      if (found !== this.found || !added) return;
      if (this.atTop) this.api.refreshInfiniteCache();
      else this.fresh += added;
      this.total = found.rows.length;
      this.tell();
    }

    reload() {
      this.api.refreshInfiniteCache();
      this.api.setRowCount(this.rows, true);
    }

    async toNewest() {
      await this.start();
      this.api.ensureIndexVisible(0, "top");
    }

    // ---- going somewhere -------------------------------------------------------------------------------------------
    async toTime(until) {
      const { rows } = await this.ask({ limit: 1, until });
      if (!rows.length) return this.toIndex(this.rows - 1);
      await this.toSeq(rows[0].seq);
    }

    async toSeq(seq) {
      if (this.found) {
        const place = this.found.rows.findIndex((row) => row.seq <= seq);
        if (place < 0) await this.start(seq + 1);
        return this.toIndex(Math.max(place, 0));
      }
      if (seq >= this.before) await this.start();
      const index = this.total - (await this.countBelow(seq + 1));
      if (index < this.limit) return this.toIndex(index);
      await this.start(seq + 1);
      this.toIndex(0);
    }

    toIndex(index) {
      index = Math.min(index, this.rows - 1);
      if (index < 0) return;
      this.api.ensureIndexVisible(index, "top");
      const first = this.api.getAllDisplayedColumns()[0];
      this.api.setFocusedCell(index, first);
    }

    // ---- one row ---------------------------------------------------------------------------------------------------
    listen() {
      this.api.addEventListener("rowClicked", ({ data }) => data && this.show(data.seq));
      this.api.addEventListener("cellKeyDown", ({ data, event }) => {
        if (event.key === "Enter" && data) this.show(data.seq);
        if (event.key === "Escape") this.show(null);
        if (this.open && /^(Arrow(Up|Down)|Page(Up|Down)|Home|End)$/.test(event.key)) this.follow();
      });
    }

    // Up and down walk through events while one is open; the grid moves its focus after it has told of the key.
    follow() {
      requestAnimationFrame(() => {
        const focused = this.api.getFocusedCell();
        const row = focused && this.api.getDisplayedRowAtIndex(focused.rowIndex);
        if (row?.data && this.open) this.show(row.data.seq);
      });
    }

    show(seq) {
      this.open = seq === null ? null : String(seq);
      this.root.classList.toggle("has-open", seq !== null);
      this.api.setColumnsVisible(MINOR, seq === null || innerWidth > ROOMY);
      dash_clientside.set_props("events-open", { data: seq === null ? null : Number(seq) });
      this.mark();
      this.remember();
    }

    mark() {
      const node = this.open && this.api.getRowNode(this.open);
      if (node) node.setSelected(true, true);
      else if (!this.open) this.api.deselectAll();
    }

    // ---- what the page says ----------------------------------------------------------------------------------------
    tell() {
      const many = (number) => number.toLocaleString("en-US");
      const count = document.getElementById("events-count");
      const cut = this.total > this.limit ? `${this.following ? "the newest" : "the next"} ${many(this.limit)} of ` : "";
      const all = `${cut}${many(this.total)} ${this.total === 1 ? "event" : "events"}`;
      if (count) count.textContent = this.found ? this.found.told(many) : all;
      const further = document.getElementById("events-further");
      if (further) further.hidden = !this.found?.waits;
      const button = document.getElementById("events-fresh");
      if (!button) return;
      button.hidden = !this.fresh;
      const what = this.following ? "new" : "newer";
      button.textContent = `${many(this.fresh)} ${what} ${this.fresh === 1 ? "event" : "events"}`;
    }

    // What the log is chosen by besides names and statuses: each value with a button that takes it off again.
    tellChosen() {
      const root = document.getElementById("events-chosen");
      if (!root) return;
      const chips = this.others.map(([key, value], place) => {
        const chip = document.createElement("span");
        const said = document.createElement("bdi");
        const off = document.createElement("button");
        chip.className = "chosen";
        said.textContent = value.replace(/^(!|\\(?=!))/, "");
        off.type = "button";
        off.textContent = "\u00d7";
        off.dataset.takeOff = String(place);
        off.setAttribute("aria-label", `No longer only ${called(key)} ${value}`);
        chip.append(`${called(key)} ${value.startsWith("!") ? "is not" : "is"} `, said, off);
        return chip;
      });
      root.replaceChildren(...chips);
    }

    takeOff(place) {
      this.others.splice(place, 1);
      return this.choose();
    }

    searchFor(text) {
      if ((this.search || "") === text) return null;
      this.search = text || null;
      return this.choose();
    }

    choose() {
      this.remember();
      this.tellChosen();
      return this.start();
    }

    remember() {
      const query = this.filter();
      if (this.open) query.set("seq", this.open);
      const text = query.toString();
      history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : ""));
    }
  }

  window.lvd = Object.assign(window.lvd || {}, { Log });
})();
