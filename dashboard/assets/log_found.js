// What a filter finds that no count tells of beforehand: rows from the newest on, looked for further and further back.
(function () {
  const AT_ONCE = 100;
  const MOST_ROWS = 20000; // kept in the browser; a narrower filter shows the rest
  const MOST_ASKS = 8; // in vain, one after the other; then a person says whether to go on

  class Found {
    constructor(ask, answer) {
      this.ask = ask;
      this.rows = answer.rows;
      this.total = answer.total;
      this.take(answer);
      this.vain = 0;
      this.began = new Date().toISOString();
      this.turn = Promise.resolve();
    }

    take(answer) {
      this.next = answer.next;
      this.searchedTo = answer.searched_to;
      this.last = answer.rows.length ? answer.rows[answer.rows.length - 1].received_at : this.last;
    }

    get more() {
      return this.next !== null && this.rows.length < MOST_ROWS;
    }

    get waits() {
      return this.more && this.vain >= MOST_ASKS;
    }

    // Look on until there are rows up to `end`, one question after the other however many want rows.
    reach(end, looked) {
      this.turn = this.turn.catch(() => {}).then(() => this.look(end, looked));
      return this.turn;
    }

    async look(end, looked) {
      while (this.rows.length < end && this.more && !this.waits) {
        const answer = await this.ask({ cursor: this.next, limit: AT_ONCE });
        this.vain = answer.rows.length ? 0 : this.vain + 1;
        this.rows.push(...answer.rows);
        this.take(answer);
        looked();
      }
    }

    goOn() {
      this.vain = 0;
    }

    // What came since the newest row, or since the search began; of very many, the rest is looked for anew.
    async newer(bounded) {
      const top = this.rows.length ? this.rows[0] : null;
      const since = top ? top.received_at : this.began;
      const answer = await this.ask({ before: null, limit: AT_ONCE, ...(bounded ? {} : { since }) });
      const added = answer.rows.filter((row) => !top || row.seq > top.seq);
      if (added.length === AT_ONCE) {
        this.rows = [];
        this.take(answer);
      }
      this.rows.unshift(...added);
      if (this.total !== null) this.total += added.length;
      return added.length;
    }

    told(many) {
      const known = this.next === null ? this.rows.length : this.total;
      if (known !== null) return `${many(known)} ${known === 1 ? "event" : "events"}`;
      const rows = `${many(this.rows.length)} found`;
      if (!this.more) return `the newest ${rows}`;
      return this.searchedTo === null ? `${rows} so far` : `${rows}, searched back to seq ${many(this.searchedTo)}`;
    }
  }

  window.lvd = Object.assign(window.lvd || {}, { Found });
})();
