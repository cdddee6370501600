/*
 * The web page in a real browser: what a person does, and what has to be seen then.
 *
 *	node browser.js PLAYWRIGHT URL OUT SUPCTL CONFIG
 *
 * Prints "ok NAME" or "not ok NAME", and pictures into OUT.  Every wait has a deadline.
 */
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const http = require('http');
const [, , playwright, url, out, supctl, config] = process.argv;
const { chromium } = require(playwright);
const deadline = 10000 * (process.env.SLOW || 1);

const ctl = (...words) => {
	try {
		return execFileSync(supctl, ['-c', config, ...words], { encoding: 'utf8' });
	} catch (e) {
		return e.stdout;	// its status tells what is down
	}
};
const stateOf = name => ctl('status', name).split(/\s+/)[1];

let page, context, noise = [];
const only = process.env.ONLY;

async function test(name, fn) {
	try {
		await fn();
		console.log('ok ' + name);
	} catch (e) {
		console.log('not ok ' + name);
		console.log('# ' + String(e.message).slice(0, 600).replace(/\n/g, '\n# '));
		await page.screenshot({ path: `${out}/failed.png` }).catch(() => {});
	}
}

function check(good, what) {
	if (!good)
		throw new Error(what);
}

const same = (got, want) => check(got === want, `got '${got}', want '${want}'`);
const row = name => page.locator(`#procs tbody tr:not(.group)`,
    { has: page.locator('th', { hasText: new RegExp(`^${name}$`) }) });
const shot = name => page.screenshot({ path: `${out}/${name}.png` });

// until the row says this
const shows = (name, text) => page.waitForFunction(([n, t]) => {
	const tr = [...document.querySelectorAll('#procs tbody tr:not(.group)')].find(r =>
	    r.querySelector('th')?.textContent === n);
	return tr && tr.innerText.includes(t);
}, [name, text], { timeout: deadline });

async function open(options) {
	if (context)
		await context.close();
	context = await browser.newContext(options);
	context.setDefaultTimeout(deadline);
	page = await context.newPage();
	page.on('console', m => {
		if (!/Failed to load resource|ERR_/.test(m.text()))
			noise.push(m.text());
	});
	page.on('pageerror', e => noise.push(e.message));
	await page.goto(url);
}

async function openLive(options) {
	await open(options);
	await page.waitForSelector('#link[data-is=live]');
	await page.waitForSelector('#procs tbody tr[data-tone]');
	await page.evaluate(() => { window.neverReloaded = true; });
}

let browser;

async function desktop() {
	await openLive({ viewport: { width: 1440, height: 860 } });
	await test('every process is there', async () => {
		await shows('web', 'RUNNING');
		await shows('hopeless', 'FATAL');
		same(await page.locator('#procs tbody tr:not(.group)').count(), 9);
		same(await page.locator('#chips button', { hasText: 'All' }).innerText().then(t => t.trim()), 'All\n9');
	});
	await shot('light');

	await test('stop: STOPPED without reloading', async () => {
		await row('web').getByRole('button', { name: 'Stop' }).click();
		await shows('web', 'STOPPED');
		check(await page.evaluate(() => window.neverReloaded), 'the page was loaded again');
		await page.getByText('Process web stopped').waitFor();
		same(stateOf('web'), 'STOPPED');
		check(await row('web').getByRole('button', { name: 'Stop' }).isDisabled(), 'can be stopped again');
	});
	await test('start by the keyboard alone', async () => {
		await page.keyboard.press('/');
		await page.keyboard.type('web');
		await page.keyboard.press('Enter');
		same(await page.evaluate(() => document.activeElement.innerText.includes('web')), true);
		check(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle) !== 'none',
		    'the focus cannot be seen');
		await page.keyboard.press('s');
		await shows('web', 'RUNNING');
		await page.keyboard.press('Escape');
		same(await page.inputValue('#find'), '');
	});
	await test('killed from outside: it comes back by itself', async () => {
		const pid = ctl('pid', 'web').trim();
		process.kill(+pid, 'SIGKILL');
		await page.waitForFunction(old => {
			const tr = [...document.querySelectorAll('#procs tbody tr:not(.group)')].find(r =>
			    r.querySelector('th')?.textContent === 'web');
			const now = /pid (\d+)/.exec(tr.innerText);
			return /RUNNING/.test(tr.innerText) && now && now[1] !== old;
		}, pid, { timeout: deadline });
		same(/pid (\d+)/.exec(await row('web').innerText())[1], ctl('pid', 'web').trim());
	});
	await test('the clock of an uptime ticks', async () => {
		const before = await row('web').locator('.si').innerText();
		await page.waitForFunction(b => [...document.querySelectorAll('#procs tbody tr:not(.group)')].find(r =>
		    r.querySelector('th')?.textContent === 'web').querySelector('.si').textContent !== b, before);
	});
	await test('an event changes nothing but its row', async () => {
		await page.evaluate(() => {
			window.touched = new Set();
			new MutationObserver(list => list.forEach(m => {
				const tr = (m.target.nodeType === 1 ? m.target : m.target.parentNode).closest('tr');
				if (tr && !tr.group && !m.target.closest?.('.si'))
					window.touched.add(tr.querySelector('th').textContent);
			})).observe(document.querySelector('#procs'),
			    { subtree: true, childList: true, characterData: true });
		});
		ctl('restart', 'web');
		await shows('web', 'RUNNING');
		await page.waitForTimeout(200);	// for what should not happen
		same((await page.evaluate(() => [...window.touched].join(' '))), 'web');
	});
	await test('filter by name', async () => {
		await page.fill('#find', 'n');
		await page.fill('#find', 'pool n1');
		same(await page.locator('#procs tbody tr:not(.group):visible').count(), 1);
		await page.getByText('1 of 9 shown').waitFor();
		await page.fill('#find', 'nobody');
		await page.getByText('No process fits the filter.').waitFor();
		await page.fill('#find', '');
	});
	await test('filter by state', async () => {
		await page.locator('#chips button', { hasText: 'Fatal' }).click();
		same(await page.locator('#procs tbody tr:not(.group):visible').count(), 1);
		same(await page.locator('#chips button', { hasText: 'Fatal' }).getAttribute('aria-pressed'), 'true');
		await page.locator('#chips button', { hasText: 'Fatal' }).click();
		same(await page.locator('#procs tbody tr:not(.group):visible').count(), 9);
	});
	await test('groups fold', async () => {
		const fold = page.locator('tr.group button[data-act=fold]', { hasText: 'pool' });
		await fold.click();
		same(await fold.getAttribute('aria-expanded'), 'false');
		same(await row('n0').isVisible(), false);
		await page.keyboard.press('ArrowRight');
		same(await row('n0').isVisible(), true);
	});
	await test('a group is restarted, after a question', async () => {
		const pids = ctl('pid', 'pool:n0') + ctl('pid', 'pool:n1');
		const group = page.locator('tr.group', { hasText: 'pool' });
		await group.hover();
		await group.getByRole('button', { name: 'Restart' }).click();
		await page.locator('#ask button', { hasText: 'Cancel' }).click();
		same(ctl('pid', 'pool:n0') + ctl('pid', 'pool:n1'), pids);
		await group.getByRole('button', { name: 'Restart' }).click();
		await page.locator('#ask .sure').click();
		await page.getByText('Group pool restarted').waitFor();
		check(ctl('pid', 'pool:n0') + ctl('pid', 'pool:n1') !== pids, 'the same processes');
	});
	await test('what cannot be started says why', async () => {
		await row('absent').getByRole('button', { name: 'Start' }).click();
		await page.locator('#toasts [role=alert]', { hasText: 'no such file' }).waitFor();
	});
	await test('why', async () => {
		await row('hopeless').locator('th').click();
		await page.locator('.why li', { hasText: 'startretries were used up' }).waitFor();
		await page.locator('.why p', { hasText: 'FATAL since' }).waitFor();
		await page.locator('.why pre', { hasText: 'no hope' }).waitFor();
		same(new URL(page.url()).hash, '#hopeless/why');
		await page.mouse.move(900, 800);
		await shot('why');
		await page.keyboard.press('Escape');
		same(await page.locator('#panel').isVisible(), false);
	});
	await test('the link of a panel opens it, Back closes it', async () => {
		await row('talks').locator('th').click();
		await page.locator('#panel h2', { hasText: 'talks' }).waitFor();
		await page.goBack();
		await page.locator('#panel').waitFor({ state: 'hidden' });
	});
	await test('help', async () => {
		await page.keyboard.press('?');
		await page.locator('#help[open]').waitFor();
		await shot('help');
		await page.keyboard.press('Escape');
		await page.locator('#help').waitFor({ state: 'hidden' });
	});
	await test('programs come and go by an update', async () => {
		const text = fs.readFileSync(config, 'utf8');
		fs.writeFileSync(config, text + '[program:late]\ncommand = /bin/sleep 1000\nstartsecs = 0\n');
		ctl('update');
		await shows('late', 'RUNNING');
		fs.writeFileSync(config, text);
		ctl('update');
		await row('late').waitFor({ state: 'detached' });
	});
	await test('the guest dies: said so, and everything works again by itself', async () => {
		process.kill(+ctl('pid', 'supd:web'), 'SIGKILL');
		await page.locator('#link', { hasText: 'Connection lost, reconnecting' }).waitFor();
		await page.waitForSelector('#link[data-is=live]');
		await row('talks').getByRole('button', { name: 'Restart' }).click();
		await page.getByText('Process talks restarted').waitFor();
	});
	await test('stop all, after a question', async () => {
		await page.getByRole('button', { name: 'Stop all', exact: true }).click();
		await page.locator('#ask .sure').click();
		await page.getByText('All stopped at').waitFor();
		same(stateOf('talks'), 'STOPPED');
		await page.getByRole('button', { name: 'Start all', exact: true }).click();
		await page.getByText('All started at').waitFor();
		await shows('talks', 'RUNNING');
	});
	await test('never reloaded', async () => check(await page.evaluate(() => window.neverReloaded), 'it was'));
}

async function dark() {
	await openLive({ viewport: { width: 1440, height: 860 }, colorScheme: 'dark' });
	await test('dark', async () => {
		const [r, g, b] = (await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
		    .match(/\d+/g).map(Number);
		check(r + g + b < 120, `background is ${r},${g},${b}`);
	});
	await test('a log is followed', async () => {
		await row('talks').getByRole('button', { name: 'Log' }).click();
		await page.locator('#p-body pre span.f2', { hasText: 'INFO' }).first().waitFor();
		const lines = () => page.locator('#p-body pre').evaluate(pre => pre.textContent.match(/line \d+ /g).length);
		const first = await lines();
		await page.waitForFunction(n => document.querySelector('#p-body pre').textContent.match(/line \d+ /g).length > n + 1,
		    first, { timeout: deadline });
		check(await page.evaluate(() => {
			const b = document.querySelector('#p-body');
			return b.scrollHeight - b.scrollTop - b.clientHeight < 40;
		}), 'the end cannot be seen');
		check(!(await page.locator('#p-body pre').innerText()).includes('\x1b'), 'escape sequences');
		await shot('dark');
	});
	await test('scrolled up, it stays there', async () => {
		await page.evaluate(() => { document.querySelector('#p-body').scrollTop = 0; });
		await page.locator('#bottom').waitFor();
		same(await page.evaluate(() => document.querySelector('#p-body').scrollTop), 0);
		await page.locator('#bottom').click();
		await page.locator('#bottom').waitFor({ state: 'hidden' });
	});
	await test('the main log', async () => {
		await page.getByRole('button', { name: 'Main log', exact: true }).click();
		await page.locator('#p-body pre', { hasText: 'INFO spawned' }).waitFor();
	});
}

async function phone() {
	await openLive({ viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
	const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	await test('phone: nothing is wider than it', async () => same(await wide(), 0));
	await shot('phone');
	await test('phone: a process is opened by a tap, and has buttons for a thumb', async () => {
		await row('talks').tap();
		await page.locator('.why li').first().waitFor();
		for (const b of await page.locator('#p-acts button').all())
			check((await b.boundingBox()).height >= 36, 'a button is too small');
		same(await wide(), 0);
		await shot('phone-why');
		await page.locator('#p-acts').getByRole('button', { name: 'Restart' }).tap();
		await page.getByText('Process talks restarted').waitFor();
		await page.getByRole('tab', { name: 'stdout' }).tap();
		await page.locator('#p-body pre', { hasText: 'line' }).waitFor();
		same(await wide(), 0);
	});
}

async function plain() {
	await open({ viewport: { width: 1100, height: 700 }, javaScriptEnabled: false });
	await test('without a script: a table with links that work', async () => {
		await shot('plain');
		const line = page.locator('#plain tr', { hasText: 'talks' });
		await line.getByRole('link', { name: 'Stop' }).click();
		await page.getByText('Process talks stopped').waitFor();
		same(await line.locator('td').first().innerText(), 'stopped');
		await line.getByRole('link', { name: 'Start' }).click();
		await page.getByText('Process talks started').waitFor();
	});
	await test('without a script: the end of a log', async () => {
		await page.getByRole('link', { name: 'talks', exact: true }).click();
		await page.locator('pre.tail', { hasText: 'line' }).waitFor();
	});
}

async function strangers() {
	await open({});
	const stop = `${url}index.html?action=stop&processname=talks`;
	let body;
	const other = http.createServer((q, r) => {
		r.setHeader('Content-Type', 'text/html');
		r.end(body);
	}).listen(0, '127.0.0.1');
	await new Promise(done => other.on('listening', done));
	const evil = `http://localhost:${other.address().port}/`;	// another site: ours is 127.0.0.1
	await test('an image of another site stops nothing', async () => {
		body = `<img src="${stop}" onerror="document.title='done'">`;
		await page.goto(evil);
		await page.waitForFunction(() => document.title === 'done');
		same(stateOf('talks'), 'RUNNING');
	});
	await test('a form of another site asks the person', async () => {
		body = `<form method=post action="${url}index.html"><input name=action value=stop>` +
		    '<input name=processname value=talks><button>Win a prize</button></form>';
		await page.goto(evil);
		await page.click('button');
		await page.getByText('Is this what you want?').first().waitFor();
		same(stateOf('talks'), 'RUNNING');
		await shot('asked');
		await page.getByRole('button', { name: 'Do it' }).click();
		await page.waitForURL(/message=Process%20talks%20stopped|\/$/);
		same(stateOf('talks'), 'STOPPED');
	});
	other.closeAllConnections();
	other.close();
}

async function thousand() {
	await open({ viewport: { width: 1440, height: 860 } });
	const status = await page.evaluate(() => fetch('status.json').then(r => r.json()));
	const one = status.processes.find(p => p.name === 'web');
	status.processes = Array.from({ length: 1000 }, (_, i) => ({ ...one, pid: 20000 + i,
		group: i % 4 ? 'shard' + Math.floor(i / 20) : 'job' + i, name: i % 4 ? 'task' + i : 'job' + i }));
	await page.route('**/status.json*', r => r.fulfill({ json: status }));
	await test('1,000 processes', async () => {
		await page.goto(url + '?again');
		await page.waitForFunction(() => document.querySelectorAll('#procs tbody tr:not(.group)').length === 1000);
		await row('job996').waitFor({ state: 'attached' });
		const ms = await page.evaluate(() => {
			const find = document.querySelector('#find'), t = performance.now();
			for (const w of ['t', 'ta', 'task', 'task99', '']) {
				find.value = w;
				find.dispatchEvent(new Event('input'));
			}
			return (performance.now() - t) / 5;
		});
		console.log(`# a key in the filter: ${ms.toFixed(1)} ms`);
		check(ms < 200, `${ms} ms for a key in the filter`);
	});
	await shot('thousand');
}

(async () => {
	fs.mkdirSync(out, { recursive: true });
	const begin = Date.now();
	browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox',
		'--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync'] });
	for (const part of [desktop, dark, phone, plain, strangers, thousand])
		if (!only || part.name === only)
			await part();
	await test('the browser has not complained', async () => same(noise.join('\n'), ''));
	await browser.close();
	console.log(`# ${((Date.now() - begin) / 1000).toFixed(1)} s`);
})().catch(e => {
	console.log('not ok the browser runs');
	console.log('# ' + String(e.message).replace(/\n/g, '\n# '));
	process.exit(1);
});
