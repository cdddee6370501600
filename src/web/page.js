/*
 * The page of supd.  The table is made once and then follows /events: an event
 * touches one row, and what it does not tell is asked for, many at once.
 * Every change goes through POST with the page's token.
 */
'use strict';
document.documentElement.classList.add('js');

addEventListener('DOMContentLoaded', () => {
const $ = id => document.getElementById(id);
const TONES = { RUNNING: 'up', STARTING: 'wait', STOPPING: 'wait', BACKOFF: 'wait',
	FATAL: 'bad', EXITED: 'off', STOPPED: 'off', UNKNOWN: 'odd' };
const STATES = Object.keys(TONES);
const ALIVE = ['RUNNING', 'STARTING', 'BACKOFF'];
const LOG_KEPT = 400000;	// characters of a log in the page
const LOG_FIRST = 32768;	// bytes of it to begin with

let token = document.querySelector('meta[name=token]').content;
const procs = new Map();	// full name -> its record
const groups = new Map();	// name -> { name, body, head, open, members: Map }
let state = {};			// of the supervisor
let skew = 0;			// its clock less ours, seconds
let current = null;		// the row that keys act on
const now = () => Date.now() / 1000 + skew;
const fullName = p => p.group === p.name ? p.name : p.group + ':' + p.name;

/* ---- words ---- */

function duration(s) {
	s = Math.max(0, Math.floor(s));
	const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24;
	const mm = String(Math.floor(s / 60) % 60).padStart(2, '0');
	return d ? `${d}d ${h}:${mm}` : `${h}:${mm}:` + String(s % 60).padStart(2, '0');
}

function ago(s) {
	const unit = (n, word) => n + ' ' + word + ' ago';
	s = Math.max(0, Math.floor(s));
	return s < 60 ? unit(s, 's') : s < 3600 ? unit(Math.floor(s / 60), 'min') :
	    s < 172800 ? unit(Math.floor(s / 3600), 'h') : unit(Math.floor(s / 86400), 'days');
}

function since(p) {
	if (ALIVE.includes(p.statename) || p.statename === 'STOPPING')
		return p.start ? duration(now() - p.start) : '';
	return p.stop ? ago(now() - p.stop) : '';
}

function detail(p) {
	switch (p.statename) {
	case 'RUNNING': case 'STARTING': case 'STOPPING': return p.pid ? 'pid ' + p.pid : '';
	case 'BACKOFF': case 'FATAL': return p.spawnerr || p.description;
	case 'EXITED': return p.exitstatus < 0 ? p.spawnerr || 'ended by a signal' :
		'exit status ' + p.exitstatus;
	case 'STOPPED': return p.stop ? '' : 'not started';
	default: return p.description;
	}
}

const tone = p => p.statename === 'EXITED' && p.spawnerr ? 'bad' : TONES[p.statename] || 'odd';

/* ---- asking ---- */

// What an answer that is none says to a person.
async function reason(r) {
	const p = new DOMParser().parseFromString(await r.text(), 'text/html').querySelector('p');
	return r.status === 401 ? 'Not admitted: reload the page' : p?.textContent || 'HTTP ' + r.status;
}

async function get(path) {
	const r = await fetch(path, { cache: 'no-store' });
	if (!r.ok)
		throw new Error(await reason(r));
	return r.json();
}

async function post(action, name, again) {
	const body = new URLSearchParams({ action });
	if (name !== undefined)
		body.set('processname', name);
	const r = await fetch('index.html', { method: 'POST', body,
		headers: { 'X-Supd-Token': token, Accept: 'application/json' } });
	if (r.status === 403 && !again) {	// the web guest was started again
		token = (await get('status.json?names=')).token;
		return post(action, name, true);
	}
	if (!r.ok)
		throw new Error(await reason(r));
	return r.json();
}

function toast(text, isError) {
	const box = document.createElement('div'), close = document.createElement('button');
	box.className = isError ? 'error' : '';
	if (isError)
		box.setAttribute('role', 'alert');
	close.textContent = '\u00d7';
	close.setAttribute('aria-label', 'Close this message');
	close.onclick = () => box.remove();
	box.append(text, close);
	$('toasts').append(box);
	while ($('toasts').children.length > 4)
		$('toasts').firstChild.remove();
	setTimeout(() => box.remove(), isError ? 15000 : 4000);
}

function ask(text, yes) {
	const d = $('ask');
	d.querySelector('p').textContent = text;
	d.querySelector('.sure').textContent = yes;
	d.returnValue = '';
	d.showModal();
	d.querySelector('.sure').focus();
	return new Promise(done => { d.onclose = () => done(d.returnValue === 'yes'); });
}

async function act(action, name, buttons) {
	buttons.forEach(b => b.setAttribute('aria-busy', 'true'));
	try {
		const r = await post(action, name);
		toast(r.message, r.error);
	} catch (e) {
		toast(e.message, true);
	}
	buttons.forEach(b => b.removeAttribute('aria-busy'));
}

async function actAll(action, button) {
	const word = button.textContent.replace(' all', '');
	if (action === 'startall' || await ask(`${word} all ${procs.size} processes?`, button.textContent))
		act(action, undefined, [button]);
}

async function actGroup(action, g) {
	const buttons = [...g.head.querySelectorAll(`[data-act=${action}]`)];
	const word = action[0].toUpperCase() + action.slice(1);
	if (action === 'start' || await ask(`${word} the ${g.members.size} processes of ${g.name}?`, word))
		act(action, g.name + ':*', buttons);
}

function actOne(action, p) {
	if (action === 'restart' && !ALIVE.includes(p.statename))
		action = 'start';
	if (action === 'stop' && !ALIVE.includes(p.statename))
		return;
	const slot = action === 'stop' ? 'stop' : 'restart';
	const buttons = [...p.row.querySelectorAll(`[data-act=${slot}]`)];
	if (panel.name === p.full)
		buttons.push(...$('p-acts').querySelectorAll(`[data-act=${slot}]`));
	act(action, p.full, buttons);
}

/* ---- rows ---- */

const visible = new Set();	// rows in sight: only their clocks tick
const sight = new IntersectionObserver(list => {
	for (const e of list)
		if (e.isIntersecting) {
			visible.add(e.target);
			tickRow(e.target.proc);
		} else
			visible.delete(e.target);
}, { root: $('list'), rootMargin: '80px' });

const byText = new Intl.Collator('en', { numeric: true }).compare;	// n2 before n10

function place(parent, node, key) {	// keep children sorted by .key
	node.key = key;
	let lo = 0, hi = parent.children.length;
	while (lo < hi) {
		const mid = (lo + hi) >> 1;
		if (byText(parent.children[mid].key ?? '', key) < 0) lo = mid + 1; else hi = mid;
	}
	parent.insertBefore(node, parent.children[lo] || null);
}

function groupOf(name) {
	let g = groups.get(name);
	if (g)
		return g;
	const body = document.createElement('tbody');
	body.setAttribute('role', 'rowgroup');
	const head = $('t-group').content.firstElementChild.cloneNode(true);
	g = { name, body, head, open: true, members: new Map() };
	head.group = body.group = g;
	head.key = '';
	head.hidden = true;
	head.querySelector('.nm button').textContent = name;
	body.append(head);
	place($('procs'), body, 'g' + name);
	groups.set(name, g);
	return g;
}

// One process that is called like its group: it needs no head.
const isSingle = g => g.members.size === 1 && g.members.has(g.name);

function newRow(p) {
	const row = $('t-row').content.firstElementChild.cloneNode(true);
	const [badge, name, de, si] = [row.querySelector('.badge'), row.children[1], row.children[2], row.children[3]];
	const [restart, stop] = row.querySelectorAll('button');
	Object.assign(p, { row, el: { badge, name, de, si, restart, stop }, full: fullName(p) });
	row.proc = p;
	name.textContent = p.name;
	name.title = p.full;
	const g = groupOf(p.group);
	g.members.set(p.name, p);
	place(g.body, row, 'p' + p.name);
	procs.set(p.full, p);
	sight.observe(row);
}

const put = (el, text) => { if (el.textContent !== text) el.textContent = text; };

function tickRow(p) {
	put(p.el.si, since(p));
}

function draw(p, flash) {
	const { row, el } = p, t = tone(p), text = detail(p);
	if (p.drawn !== p.statename) {
		p.drawn = p.statename;
		put(el.badge, p.statename);
		if (flash && !row.hidden) {
			row.classList.remove('flash');
			requestAnimationFrame(() => row.classList.add('flash'));
		}
	}
	row.dataset.tone = t;
	put(el.de, text);
	el.de.title = text;
	put(el.restart, ALIVE.includes(p.statename) ? 'Restart' : 'Start');
	el.restart.disabled = p.statename === 'STOPPING';
	el.stop.disabled = !ALIVE.includes(p.statename);
	tickRow(p);
	later(summary);
	if (panel.name === p.full)
		drawHead();
}

function drop(p) {
	const g = groups.get(p.group);
	sight.unobserve(p.row);
	visible.delete(p.row);
	if (current === p.row)
		current = null;
	p.row.remove();
	procs.delete(p.full);
	g.members.delete(p.name);
	if (g.members.size === 0) {
		g.body.remove();
		groups.delete(g.name);
	}
}

// before: what was the number of events when this was asked for
function merge(list, isAll, before) {
	const seen = new Set();
	for (const p of list) {
		const full = fullName(p), old = procs.get(full);
		seen.add(full);
		if (old && old.changed > before)
			continue;	// we know better already, and have asked again
		if (old)
			Object.assign(old, p);
		else
			newRow(p);
		draw(procs.get(full), old !== undefined);
	}
	if (isAll)
		for (const p of [...procs.values()])
			if (!seen.has(p.full))
				drop(p);
}

/* ---- what is above the table ---- */

const due = new Set();		// functions to call before the next frame
function later(fn) {
	if (due.size === 0)
		setTimeout(() => { const all = [...due]; due.clear(); all.forEach(f => f()); }, 30);
	due.add(fn);
}

const chips = new Map();
let wanted = '';		// state to show; '': all
for (const s of ['', ...STATES]) {
	const b = document.createElement('button'), n = document.createElement('b');
	b.type = 'button';
	b.dataset.tone = TONES[s] || '';
	if (s)
		b.append(document.createElement('i'));
	b.append(s ? s[0] + s.slice(1).toLowerCase() : 'All', n);
	b.onclick = () => { wanted = wanted === s ? '' : s; filter(); };
	chips.set(s, { b, n });
	$('chips').append(b);
	if (s) {
		const bar = document.createElement('span');
		bar.dataset.tone = TONES[s];
		$('share').append(bar);
		chips.get(s).bar = bar;
	}
}

function summary() {
	const count = {};
	let trouble = 0;
	for (const p of procs.values()) {
		count[p.statename] = (count[p.statename] || 0) + 1;
		trouble += tone(p) === 'bad' || p.statename === 'BACKOFF';
	}
	for (const [s, c] of chips) {
		const n = s ? count[s] || 0 : procs.size;
		put(c.n, String(n));
		c.b.hidden = s && n === 0 && wanted !== s;
		if (c.bar) {
			c.bar.hidden = n === 0;
			c.bar.style.flexGrow = n;
		}
	}
	for (const g of groups.values()) {
		if (isSingle(g))
			continue;
		const all = [...g.members.values()];
		const up = all.filter(p => p.statename === 'RUNNING').length;
		put(g.head.querySelector('small'), `${up} of ${all.length} running`);
	}
	const id = state.identifier || 'supd';
	document.title = (trouble ? `(${trouble}) ` : '') + id + ' - supd';
	document.querySelector('header svg').dataset.is = trouble ? 'bad' : '';
	const dot = trouble ? '%23dc2626' : '%2322c55e';
	$('icon').href = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect x="1" y="1" width="22" height="22" rx="6" fill="%23222a35"/>' +
	    `<path d="M6 8.2h7M6 12h12M6 15.8h9" stroke="white" stroke-width="2" stroke-linecap="round"/><circle cx="18" cy="7" r="4" fill="${dot}"/></svg>`;
	filter();
}

function drawState() {
	put($('ident'), state.identifier);
	put($('sup'), state.statename === 'RUNNING' ? `supd ${state.version}, pid ${state.pid}` : '');
	if (state.statename !== 'RUNNING') {
		const b = document.createElement('b');
		b.textContent = state.statename === 'SHUTDOWN' ? 'Shutting down' : 'Restarting';
		$('sup').replaceChildren(b);
	}
}

function filter() {
	const words = $('find').value.toLowerCase().split(/\s+/).filter(Boolean);
	const narrow = words.length > 0 || wanted !== '';
	let shown = 0;
	for (const g of groups.values()) {
		let some = 0;
		const single = isSingle(g);
		for (const p of g.members.values()) {
			const text = p.full.toLowerCase();
			const fits = (!wanted || p.statename === wanted) && words.every(w => text.includes(w));
			some += fits;
			p.row.hidden = !fits || !(g.open || narrow);
			p.row.classList.toggle('in', !single);
		}
		shown += some;
		g.head.hidden = single || some === 0;
		g.head.querySelector('.nm button').setAttribute('aria-expanded', String(g.open || narrow));
	}
	for (const [s, c] of chips)
		c.b.setAttribute('aria-pressed', String(wanted === s));
	put($('shown'), narrow ? `${shown} of ${procs.size} shown` : '');
	$('none').hidden = shown > 0;
	put($('none'), procs.size ? 'No process fits the filter.' : 'No programs to manage');
	if (!current || current.hidden || !current.isConnected)
		setCurrent(rows()[0] || null);
}

/* ---- staying up to date ---- */

const stale = new Set();	// full names of which an event has not told all
let asking = false, askAll = true, nevents = 0;

async function refresh() {
	if (asking)
		return;
	asking = true;
	try {
		while (askAll || stale.size > 0) {
			const all = askAll || stale.size > 60;
			const names = [...stale].join('\n'), before = nevents;
			stale.clear();
			askAll = false;
			const r = await get('status.json' + (all ? '' : '?names=' + encodeURIComponent(names)));
			token = r.token;
			state = r.state;
			merge(r.processes, all, before);
			if (r.processes.length)
				skew = r.processes[0].now - Date.now() / 1000;
			for (const n of all ? [] : r.unknown)
				askAll = true;
			drawState();
			later(summary);
			if (all)
				await new Promise(done => setTimeout(done, 300));
		}
	} catch (e) {
		askAll = true;		// when the events are there again
		lost();
	}
	asking = false;
}

let events = null, retry = null, retries = 0, serial = -1;

function link(is, text) {
	if ($('link').dataset.is === is)
		return;
	$('link').dataset.is = is;
	$('link').firstChild.textContent = text;
}

function lost() {
	link('lost', 'Connection lost, reconnecting');
	if (events && events.readyState === EventSource.CLOSED || !events) {
		clearTimeout(retry);
		retry = setTimeout(listen, Math.min(10000, 500 * 2 ** retries++));
	}
}

function onState(p, ev) {
	const to = ev.event.slice('PROCESS_STATE_'.length);
	const pid = /\bpid:(\d+)/.exec(ev.payload);
	p.statename = to;
	if (to === 'STARTING')
		p.start = ev.time;
	if (to === 'RUNNING' && pid)
		p.pid = +pid[1];
	if (['STOPPED', 'EXITED', 'FATAL', 'BACKOFF'].includes(to)) {
		p.pid = 0;
		p.stop = ev.time;
		if (to === 'EXITED') {
			p.exitstatus = 0;
			p.spawnerr = / expected:0/.test(ev.payload) ? 'ended unexpectedly' : '';
		}
	}
	stale.add(p.full);
	p.changed = ++nevents;
	draw(p, true);
	later(refresh);
	if (panel.name === p.full && panel.tab === 'why')
		later(drawWhy);
}

function onEvent(e) {
	const ev = JSON.parse(e.data);
	serial = ev.serial;
	if (ev.event.startsWith('PROCESS_STATE_')) {
		const m = /^processname:(.*) groupname:(.*) from_state:/.exec(ev.payload);
		const p = m && procs.get(fullName({ name: m[1], group: m[2] }));
		if (p) {
			onState(p, ev);
			return;
		}
	}
	askAll = true;
	later(refresh);
}

function listen() {
	clearTimeout(retry);
	if (events)
		events.close();
	events = new EventSource('events?types=PROCESS_STATE,PROCESS_GROUP,SUPERVISOR_STATE_CHANGE');
	events.onopen = () => {
		link('live', 'Live');
		retries = 0;
		askAll = true;		// what happened while nobody listened
		refresh();
		if (panel.log && panel.log.over)
			openLog();
	};
	events.onerror = lost;
	for (const s of STATES)
		events.addEventListener('PROCESS_STATE_' + s, onEvent);
	for (const s of ['PROCESS_GROUP_ADDED', 'PROCESS_GROUP_REMOVED', 'SUPERVISOR_STATE_CHANGE_RUNNING',
	    'SUPERVISOR_STATE_CHANGE_STOPPING'])
		events.addEventListener(s, onEvent);
	events.addEventListener('missed', () => { askAll = true; later(refresh); });
}

// A page that nobody sees holds no connection: browsers have few of them.
let asleep = null;
document.addEventListener('visibilitychange', () => {
	clearTimeout(asleep);
	if (document.hidden) {
		asleep = setTimeout(() => { events.close(); events = null; }, 60000);
	} else if (!events || events.readyState === EventSource.CLOSED) {
		link('wait', 'Connecting');
		listen();
	}
});
addEventListener('online', () => { link('wait', 'Connecting'); listen(); });
setInterval(() => {
	if (!document.hidden)
		visible.forEach(row => row.proc && tickRow(row.proc));
}, 1000);

/* ---- the panel: why, and logs ---- */

const panel = { name: null, tab: null, log: null, from: null };

function route() {		// #name/tab says what is open
	const [name, tab = 'why'] = location.hash.slice(1).split('/').map(decodeURIComponent);
	if (!name)
		closePanel();
	else if (name !== panel.name || tab !== panel.tab)
		openPanel(name, tab);
}

function go(name, tab) {
	const hash = name === null ? '' : '#' + encodeURIComponent(name) + '/' + tab;
	if (location.hash === hash || name === null && !location.hash)
		return;
	if (panel.name !== null || name === null)	// one step back closes it
		history.replaceState(null, '', hash || location.pathname + location.search);
	else
		history.pushState(null, '', hash);
	route();
}

function closePanel() {
	if (panel.name === null)
		return;
	endLog();
	panel.name = null;
	$('panel').hidden = true;
	document.body.classList.remove('split');
	document.querySelectorAll('tr.on').forEach(r => r.classList.remove('on'));
	if (panel.from && panel.from.isConnected)
		panel.from.focus();
}

function openPanel(name, tab) {
	const isMain = name === 'main' && tab === 'main';
	if (panel.name === null)
		panel.from = document.activeElement;
	const same = panel.name === name;
	Object.assign(panel, { name, tab });
	document.body.classList.add('split');
	$('panel').hidden = false;
	$('panel').dataset.main = isMain ? 'yes' : '';
	drawHead();
	if (!same)
		$('p-name').focus({ preventScroll: true });
	for (const b of $('p-tabs').querySelectorAll('[role=tab]')) {
		b.hidden = isMain;
		b.setAttribute('aria-selected', String(b.dataset.tab === tab));
		b.tabIndex = b.dataset.tab === tab ? 0 : -1;
	}
	$('p-body').setAttribute('aria-labelledby', isMain ? 'p-name' : 't-' + tab);
	for (const id of ['l-wrap', 'raw', 'clear'])
		$(id).hidden = tab === 'why' || id === 'clear' && isMain;
	endLog();
	if (tab === 'why')
		drawWhy();
	else
		openLog();
}

function drawHead() {
	const p = procs.get(panel.name), isMain = $('panel').dataset.main === 'yes';
	document.querySelectorAll('tr.on').forEach(r => r.classList.remove('on'));
	put($('p-name'), isMain ? 'Main log' : panel.name);
	$('p-state').hidden = !p || isMain;
	$('p-acts').hidden = !p || isMain;
	if (!p || isMain)
		return;
	p.row.classList.add('on');
	put($('p-state'), p.statename);
	$('p-state').dataset.tone = tone(p);
	if (!$('p-acts').firstChild)
		for (const b of [p.el.restart, p.el.stop])
			$('p-acts').append(b.cloneNode(true));
	const [restart, stop] = $('p-acts').children;
	restart.tabIndex = stop.tabIndex = 0;
	put(restart, p.el.restart.textContent);
	restart.disabled = p.el.restart.disabled;
	stop.disabled = p.el.stop.disabled;
	$('t-stderr').hidden = !p.stderr_logfile && p.stdout_logfile !== '';
}

function make(tag, text, cls) {
	const el = document.createElement(tag);
	if (text !== undefined)
		el.textContent = text;
	if (cls)
		el.className = cls;
	return el;
}

const clock = t => new Date(t * 1000).toLocaleString(undefined,
    { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

async function drawWhy() {
	const name = panel.name;
	let r;
	try {
		r = await get('why.json?name=' + encodeURIComponent(name));
	} catch (e) {
		r = { text: [e.message], transitions: [] };
	}
	if (panel.name !== name || panel.tab !== 'why')
		return;
	const box = make('div', undefined, 'why'), list = make('ol'), facts = make('dl');
	// its last lines say the transitions again
	r.text.filter(t => t.trim() && !/^\d{4}-\d\d-\d\d .* -> /.test(t)).forEach(t => box.append(make('p', t)));
	const words = ['stdout', 'stderr'].map(channel => {
		const place = make('div');
		box.append(place);
		return [channel, place];
	});
	for (const t of r.transitions.slice().reverse()) {
		const li = make('li');
		li.dataset.tone = TONES[t.to] || 'odd';
		li.append(make('b', t.to), make('time', clock(t.time)),
		    make('span', t.cause + (t.pid ? `, pid ${t.pid}` : '') + (t.tries ? `, attempt ${t.tries}` : '')));
		list.append(li);
	}
	if (list.firstChild)
		box.append(make('h3', 'How it came here, newest first'), list);
	const p = r.process || {};
	for (const [key, value] of [['Group', p.group], ['Process id', p.pid], ['Started', p.start && clock(p.start)],
	    ['Ended', p.stop && clock(p.stop)], ['Exit status', p.stop ? String(p.exitstatus) : ''],
	    ['stdout', p.stdout_logfile], ['stderr', p.stderr_logfile]])
		if (value)
			facts.append(make('dt', key), make('dd', value));
	if (facts.firstChild)
		box.append(make('h3', 'Facts'), facts);
	$('p-body').className = '';
	$('p-body').replaceChildren(box);
	if (r.process && tone(r.process) !== 'up' && r.process.start)
		words.forEach(([channel, place]) => lastWords(name, channel, place));
}

/* The end of a log, without following it: what it said before it went down. */
async function lastWords(name, channel, place) {
	const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 1000);
	const log = { cut: '', style: '' }, pre = make('pre', undefined, 'words');
	try {
		const r = await fetch('logtail/' + encodeURIComponent(name) + '/' + channel + '?bytes=4096',
		    { signal: stop.signal });
		if (!r.ok)
			return;
		const { value } = await r.body.pipeThrough(new TextDecoderStream()).getReader().read();
		const lines = (value || '').trimEnd().split('\n').slice(-10).join('\n');
		if (!lines)
			return;
		paint(log, lines, pre);
		place.append(make('h3', 'Last on ' + channel), pre);
	} catch (e) {
		// nothing to show
	} finally {
		clearTimeout(timer);
		stop.abort();
	}
}

/* Escape sequences become colours; what is no colour is left out. */
function paint(log, text, out) {
	text = log.cut + text;
	const end = text.lastIndexOf('\x1b');
	log.cut = end >= 0 && text.length - end < 32 && !/^\x1b(\[[0-9;?]*[A-Za-z]|[^[])/.test(text.slice(end)) ?
	    text.slice(end) : '';
	if (log.cut)
		text = text.slice(0, end);
	for (const part of text.split(/(\x1b\[[0-9;?]*[A-Za-z]|\x1b[^[])/)) {
		const m = /^\x1b\[([0-9;]*)m$/.exec(part);
		if (m) {
			for (const n of m[1].split(';').map(Number))
				if (n === 0) log.style = '';
				else if (n === 1) log.style = (log.style.replace('fb', '') + ' fb').trim();
				else if (n === 39) log.style = log.style.replace(/f\d/, '').trim();
				else if (n >= 30 && n < 38 || n >= 90 && n < 98)
					log.style = (log.style.replace(/f\d/, '') + ' f' + n % 10).trim();
		} else if (part && part[0] !== '\x1b')
			out.append(log.style ? make('span', part, log.style) : part);
	}
}

function endLog() {
	if (panel.log)
		panel.log.abort.abort();
	panel.log = null;
	$('bottom').hidden = true;
}

async function openLog() {
	endLog();
	const isMain = $('panel').dataset.main === 'yes', body = $('p-body'), pre = make('pre');
	const log = { abort: new AbortController(), cut: '', style: '', over: false };
	const path = isMain ? 'mainlogtail' : 'logtail/' + encodeURIComponent(panel.name) + '/' + panel.tab;
	panel.log = log;
	$('raw').href = path;
	body.className = 'log' + ($('wrap').checked ? ' wrapped' : '');
	body.replaceChildren(pre);
	let length = 0, end = 'The log has ended.';
	try {
		const r = await fetch(path + '?bytes=' + LOG_FIRST, { signal: log.abort.signal });
		if (!r.ok)
			throw new Error(r.status === 404 ? 'There is no such log.' : 'HTTP ' + r.status);
		const reader = r.body.pipeThrough(new TextDecoderStream()).getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done)
				break;
			const follows = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
			const part = document.createDocumentFragment();
			paint(log, value, part);
			pre.append(part);
			length += value.length;
			while (length > LOG_KEPT && pre.childNodes.length > 1) {
				length -= pre.firstChild.textContent.length;
				pre.firstChild.remove();
			}
			if (follows)
				body.scrollTop = body.scrollHeight;
			$('bottom').hidden = follows;
		}
		log.over = true;
	} catch (e) {
		log.over = e.name !== 'AbortError';
		end = e instanceof TypeError ? 'Connection lost.' : e.message;
	}
	if (panel.log === log && log.over)
		pre.append(make('i', '\n' + end));
}

/* ---- hands ---- */

const rows = () => [...$('procs').querySelectorAll('tbody > tr:not([hidden])')];

function setCurrent(row, focus) {
	const reach = (r, i) => r.querySelectorAll('button').forEach(b => { b.tabIndex = i; });
	if (current !== row) {
		if (current) {
			current.tabIndex = -1;
			reach(current, -1);
		}
		current = row;
		if (row) {
			row.tabIndex = 0;
			reach(row, 0);
		}
	}
	if (row && focus) {
		row.focus({ preventScroll: true });
		row.scrollIntoView({ block: 'nearest' });
		if (panel.name !== null && row.proc && $('panel').dataset.main !== 'yes')
			go(row.proc.full, panel.tab);
	}
}

function fold(g, open) {
	g.open = open;
	filter();
}

function press(action, row) {
	const p = row.proc, g = row.group;
	if (action === 'fold')
		fold(g, !g.open);
	else if (g)
		actGroup(action, g);
	else if (['start', 'stop', 'restart'].includes(action))
		actOne(action, p);
	else
		go(p.full, action);
}

$('procs').addEventListener('click', e => {
	const row = e.target.closest('tbody > tr'), b = e.target.closest('button');
	if (!row)
		return;
	setCurrent(row);
	if (b)
		press(b.dataset.act, row);
	else if (row.group)
		fold(row.group, !row.group.open);
	else if (!String(getSelection()))
		go(row.proc.full, panel.name !== null && panel.tab !== 'main' ? panel.tab : 'why');
});
$('procs').addEventListener('focusin', e => {
	const row = e.target.closest('tbody > tr');
	if (row)
		setCurrent(row);
	else if (e.target === $('procs'))
		setCurrent(current || rows()[0], true);
});

function move(by) {
	const all = rows(), at = all.indexOf(current);
	const to = all[Math.max(0, Math.min(all.length - 1, (at < 0 ? 0 : at) + by))];
	if (to)
		setCurrent(to, true);
}

const KEYS = {
	ArrowDown: () => move(1), j: () => move(1), ArrowUp: () => move(-1), k: () => move(-1),
	PageDown: () => move(15), PageUp: () => move(-15), Home: () => move(-1e9), End: () => move(1e9),
	ArrowLeft: () => current.group && fold(current.group, false),
	ArrowRight: () => current.group && fold(current.group, true),
	Enter: () => press(current.group ? 'fold' : 'why', current),
	w: () => current.proc && press('why', current),
	l: () => current.proc && press('stdout', current),
	e: () => current.proc && press('stderr', current),
	s: () => press('start', current), x: () => press('stop', current),
	r: () => press('restart', current),
};

addEventListener('keydown', e => {
	const el = e.target, types = el.matches('input, dialog *');
	if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing)
		return;
	if (e.key === 'Escape' && !el.matches('dialog *')) {
		if (panel.name !== null)
			go(null);
		else if ($('find').value || wanted) {
			$('find').value = wanted = '';
			filter();
		}
		return;
	}
	if (el === $('find') && (e.key === 'Enter' || e.key === 'ArrowDown')) {
		e.preventDefault();
		setCurrent(rows().find(r => r.proc) || null, true);
		return;
	}
	if (types)
		return;
	if (e.key === '/') {
		e.preventDefault();
		$('find').focus();
		$('find').select();
	} else if (e.key === '?') {
		$('help').showModal();
	} else if (el.matches('[role=tab]') && /^Arrow(Left|Right)$/.test(e.key)) {
		const tabs = [...$('p-tabs').querySelectorAll('[role=tab]:not([hidden])')];
		const to = tabs[(tabs.indexOf(el) + (e.key === 'ArrowRight' ? 1 : tabs.length - 1)) % tabs.length];
		to.focus();
		go(panel.name, to.dataset.tab);
	} else if (KEYS[e.key] && current && !(e.key === 'Enter' && el.matches('button, a')) &&
	    (el === document.body || el.closest('#procs') || e.key.length === 1)) {
		if (el.closest('#p-body') && e.key.length > 1)
			return;
		e.preventDefault();
		KEYS[e.key]();
	}
});

$('find').oninput = filter;
document.querySelectorAll('[data-all]').forEach(b => { b.onclick = () => actAll(b.dataset.all, b); });
$('mainlog').onclick = () => go('main', 'main');
$('keys').onclick = () => $('help').showModal();
$('p-close').onclick = () => go(null);
$('p-tabs').addEventListener('click', e => e.target.dataset.tab && go(panel.name, e.target.dataset.tab));
$('p-acts').addEventListener('click', e => {
	const p = procs.get(panel.name);
	if (e.target.dataset.act && p)
		actOne(e.target.dataset.act, p);
});
$('wrap').onchange = () => $('p-body').classList.toggle('wrapped', $('wrap').checked);
$('clear').onclick = async () => {
	if (await ask(`Empty the logs of ${panel.name}?`, 'Clear log'))
		act('clearlog', panel.name, [$('clear')]);
};
$('bottom').onclick = () => { $('p-body').scrollTop = $('p-body').scrollHeight; };
$('p-body').addEventListener('scroll', () => {
	const b = $('p-body');
	if (b.scrollHeight - b.scrollTop - b.clientHeight < 40)
		$('bottom').hidden = true;
});
addEventListener('popstate', route);
addEventListener('hashchange', route);

/* ---- begin ---- */

const said = new URLSearchParams(location.search).get('message');
if (said) {
	toast(said, said.startsWith('ERROR') || said.startsWith('unexpected'));
	history.replaceState(null, '', location.pathname + location.hash);
}
listen();
refresh().then(() => {
	$('plain').remove();
	route();
}, () => document.documentElement.classList.remove('js'));
});
