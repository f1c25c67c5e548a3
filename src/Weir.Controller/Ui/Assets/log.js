// The log of an attempt: follows its end, and gets earlier and later parts as the reader comes to them.
// A second import of the page's module, under an address without its hash, would run it twice.
const { follow } = globalThis.weir;

const MOST_BLOCKS = 64;

class WeirLog extends HTMLElement {
  connectedCallback() {
    this.log = this.querySelector('[data-log]');
    this.from = Number(this.dataset.from);
    this.to = Number(this.dataset.to);
    this.busy = Promise.resolve();
    this.earlier = this.querySelector('[data-earlier]');
    this.later = this.querySelector('[data-later]');
    this.toEnd = this.querySelector('[data-to-end]');
    this.following = 'end' in this.dataset && !location.hash;
    this.earlier.addEventListener('click', event => { event.preventDefault(); this.do(() => this.loadEarlier()); });
    this.later.addEventListener('click', event => { event.preventDefault(); this.do(() => this.loadLater()); });
    this.toEnd.addEventListener('click', () => { this.following = true; this.scrollToEnd(); });
    addEventListener('scroll', () => this.onScroll(), { passive: true });
    const near = new IntersectionObserver(seen => {
      for (const one of seen) {
        if (!one.isIntersecting || one.target.hidden) continue;
        if (one.target === this.earlier && scrollY > 0) this.do(() => this.loadEarlier());
        if (one.target === this.later) this.do(() => this.loadLater());
      }
    }, { rootMargin: '600px' });
    near.observe(this.earlier);
    near.observe(this.later);
    if (location.hash) this.mark();
    else if (this.following) this.scrollToEnd();
    if (this.dataset.follow) follow(this.dataset.follow, () => this.do(() => this.grow()));
    addEventListener('hashchange', () => this.mark());
  }

  /** One after the other: two answers must not be put in the wrong order. */
  do(work) { this.busy = this.busy.then(work, work).catch(() => {}); }

  async part(query) {
    const answer = await fetch(`${this.dataset.lines}&${query}`);
    if (!answer.ok) throw new Error(answer.statusText);
    const html = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const place = html.querySelector('p[data-from]').dataset;
    return { groups: [...html.querySelectorAll('details.cmd')], from: Number(place.from), to: Number(place.to) };
  }

  async loadEarlier() {
    if (this.from === 0) return;
    const part = await this.part(`before=${this.from}`);
    const height = document.documentElement.scrollHeight, top = scrollY;
    for (const group of part.groups.reverse()) this.section(group).querySelector('summary').after(...group.querySelectorAll('.lines'));
    this.from = part.groups.length ? part.from : 0;
    this.earlier.hidden = this.from === 0;
    scrollTo({ top: top + document.documentElement.scrollHeight - height, behavior: 'instant' });
    while (this.blocks.length > MOST_BLOCKS) this.dropLast();
  }

  async loadLater() {
    if (await this.append() === 0) {
      this.later.hidden = true;
      this.dataset.end = '';
    }
  }

  /** There is more at the end; when the reader is elsewhere it is left for when they come. */
  async grow() {
    if (!('end' in this.dataset)) return;
    while (await this.append() > 0) {
      // a fast log has several parts at once
    }
  }

  async append() {
    const part = await this.part(`from=${this.to}`);
    const moved = part.to - this.to;
    this.to = part.to;
    if (part.groups.length) this.querySelector('[data-none]')?.remove();
    for (const group of part.groups) this.section(group).append(...group.querySelectorAll('.lines'));
    if (this.following) {
      while (this.blocks.length > MOST_BLOCKS) this.dropFirst();
      this.scrollToEnd();
    }
    this.onScroll();
    return moved;
  }

  get blocks() { return this.log.querySelectorAll('.lines'); }

  /** The section of a command on the page; one that is new is put in the order of the commands. */
  section(group) {
    const command = Number(group.dataset.command);
    let next = null;
    for (const old of this.log.querySelectorAll(':scope > details.cmd')) {
      if (Number(old.dataset.command) === command) {
        if (!old.querySelector('.lines')) old.open = true;
        old.querySelector('summary').replaceWith(group.querySelector('summary').cloneNode(true));
        return old;
      }
      if (Number(old.dataset.command) > command) { next = old; break; }
    }
    const fresh = group.cloneNode(true);
    for (const lines of fresh.querySelectorAll('.lines')) lines.remove();
    this.log.insertBefore(fresh, next);
    return fresh;
  }

  dropFirst() {
    this.blocks[0].remove();
    this.from = Number(this.blocks[0].dataset.from);
    this.earlier.hidden = false;
  }

  dropLast() {
    const last = this.blocks[this.blocks.length - 1];
    this.to = Number(last.dataset.from);
    last.remove();
    delete this.dataset.end;
    this.following = false;
    this.later.hidden = false;
  }

  onScroll() {
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 48;
    this.following = atEnd && 'end' in this.dataset;
    this.toEnd.hidden = this.following || !this.dataset.follow || !('end' in this.dataset);
  }

  scrollToEnd() { scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }); }

  mark() {
    this.log.querySelector('.marked')?.classList.remove('marked');
    const line = document.getElementById(location.hash.slice(1));
    line?.classList.add('marked');
    line?.scrollIntoView({ block: 'center' });
  }
}

customElements.define('weir-log', WeirLog);
