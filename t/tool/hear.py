"""An event listener as people write them, with supervisor.childutils.

    hear.py FILE [MODE [WORD]]

Each event becomes a line of FILE: serial, pool, poolserial, event, length, payload.  MODE:
  fail EVENT    reject each of these the first time
  exit EVENT    take such an event and end without an answer, the first time
"""
import os
import sys

from supervisor import childutils

path = sys.argv[1]
mode = sys.argv[2] if len(sys.argv) > 2 else ''
word = sys.argv[3] if len(sys.argv) > 3 else ''
seen = set()

while True:
    headers, payload = childutils.listener.wait()
    with open(path, 'a', encoding='utf-8') as f:
        f.write('%s %s %s %s %s %s\n' % (headers['serial'], headers['pool'],
            headers['poolserial'], headers['eventname'], headers['len'],
            payload.replace('\n', '|')))
    assert headers['ver'] == '3.0' and len(payload) == int(headers['len'])
    serial = headers['serial']
    if mode == 'exit' and headers['eventname'] == word and not os.path.exists(path + '.exit'):
        open(path + '.exit', 'w').close()
        sys.exit(3)
    if mode == 'fail' and headers['eventname'] == word and serial not in seen:
        seen.add(serial)
        childutils.listener.fail()
    else:
        childutils.listener.ok()
