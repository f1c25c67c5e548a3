// What every page does by itself. Without it all pages show and all forms work; they only stand still.

const root = document.documentElement;

// --- light and dark -------------------------------------------------------------------------------------------------
document.querySelector('[data-theme-switch]')?.addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `weir_theme=${root.dataset.theme}; path=/ui; max-age=31536000; samesite=strict`;
});

// --- copying, asking before what cannot be undone ---------------------------------------------------------------------
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say('Copied', 1500);
  } catch {
    prompt('Copy this:', button.dataset.copy);
  }
});
document.addEventListener('submit', event => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// --- keys: / search, g then o r f d a -----------------------------------------------------------------------------------
let went = 0;
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
  if (event.key === '/') {
    const field = document.querySelector('[data-search], .filter input');
    if (field) { event.preventDefault(); field.focus(); }
  } else if (event.key === 'g') {
    went = event.timeStamp;
  } else if (event.timeStamp - went < 1500) {
    const place = 'orfda'.indexOf(event.key);
    if (place >= 0) document.querySelectorAll('header nav a')[place]?.click();
    went = 0;
  }
});

// --- times --------------------------------------------------------------------------------------------------------------
const rough = s => s < 60 ? `${Math.floor(s)} s` : s < 3600 ? `${Math.floor(s / 60)} min`
  : s < 86400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`;
const exact = s => s < 10 ? `${s.toFixed(1)} s` : s < 60 ? `${Math.floor(s)} s`
  : s < 3600 ? `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`
  : s < 86400 ? `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`
  : `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
function tick() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll('time[datetime]')) {
    const age = (Date.now() - Date.parse(time.dateTime)) / 1000;
    put(time, age < 0 ? `in ${rough(-age)}` : age < 5 ? 'just now' : `${rough(age)} ago`);
  }
  for (const span of document.querySelectorAll('[data-since]'))
    put(span, exact(Math.max(0, (Date.now() - span.dataset.since) / 1000)));
}
setInterval(tick, 1000);

// --- live -----------------------------------------------------------------------------------------------------------------
const toast = document.getElementById('link-lost');
function say(text, milliseconds) {
  toast.textContent = text ?? '';
  toast.hidden = !text;
  if (milliseconds) setTimeout(() => { if (toast.textContent === text) toast.hidden = true; }, milliseconds);
}

/** Follows a stream while the page is looked at; dials again, ever more slowly, when it breaks. */
function follow(address, onChange) {
  let source, wait = 500, timer, over = false;
  const open = () => {
    clearTimeout(timer);
    source?.close();
    if (over || document.hidden) return;
    source = new EventSource(address);
    source.addEventListener('change', () => { wait = 500; say(); onChange(); });
    source.addEventListener('end', () => { over = true; source.close(); });
    source.onerror = () => {
      source.close();
      if (wait > 2000) say('The controller does not answer; trying again …');
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 15000);
    };
  };
  document.addEventListener('visibilitychange', () => document.hidden ? source?.close() : open());
  open();
}

const last = new Map();

/** Puts each part that differs in the place of the one with its id; what the reader has open stays so. */
function swap(fresh) {
  for (const part of fresh.querySelectorAll('[data-live]')) {
    const old = document.getElementById(part.id);
    const text = part.outerHTML;
    if (!old || last.get(part.id) === text) continue;
    last.set(part.id, text);
    for (const open of old.querySelectorAll('details[open]')) fresh.getElementById(open.id)?.setAttribute('open', '');
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    old.replaceWith(part);
    if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }
  document.title = fresh.title;
}

let asking = false, again = false;
async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'manual' });
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    else if (answer.type === 'opaqueredirect') say('You are signed out. Load the page again to sign in.');
  } catch {
    // the stream breaks as well, and tells
  } finally {
    asking = false;
    if (again) { again = false; setTimeout(refresh, 300); }
  }
}

globalThis.weir = { follow };

const stream = document.querySelector('main')?.dataset.liveStream;
if (stream) {
  follow(stream, refresh);
  // bars of what runs grow without any change
  setInterval(() => { if (!document.hidden && document.querySelector('.gantt [data-since], .gantt .running')) refresh(); }, 5000);
}
