#!/usr/bin/python3
"""Calls of XML-RPC, one Python expression per line of standard input; prints each with
its result or fault.  rpc.py URL: http://host:port or unix:///path.

s is supervisor.*, system is system.*, X(name)(...) any method by name.  until(process, state)
waits for a state, gone() for the end of the server.  A line that begins with '-' is
not printed.
"""
import datetime
import os
import sys
import time
import xmlrpc.client

DEADLINE = 20


def connect(url):
    if not url.startswith('unix://'):
        return xmlrpc.client.ServerProxy(url + '/RPC2')
    from supervisor.xmlrpc import SupervisorTransport
    return xmlrpc.client.ServerProxy(
        'http://127.0.0.1', transport=SupervisorTransport(None, None, url))


def describe(call):
    try:
        return repr(call())
    except xmlrpc.client.Fault as e:
        return 'fault %d %r' % (e.faultCode, e.faultString)
    except xmlrpc.client.ProtocolError as e:
        return 'status %d' % e.errcode
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)


def main():
    proxy = connect(sys.argv[1])

    def until(name, state):
        end = time.time() + DEADLINE
        while time.time() < end:
            now = proxy.supervisor.getProcessInfo(name)['statename']
            if now == state:
                return state
            time.sleep(0.02)
        return 'still ' + now

    def text(name, wanted, read='readProcessStdoutLog'):
        """until a log holds this text: the log"""
        end = time.time() + DEADLINE
        while time.time() < end:
            log = getattr(proxy.supervisor, read)(name, 0, 0)
            if wanted in log:
                return log
            time.sleep(0.02)
        return 'only ' + log

    def gone():
        end = time.time() + DEADLINE
        while time.time() < end:
            try:
                connect(sys.argv[1]).system.listMethods()
            except Exception:
                return True
            time.sleep(0.02)
        return False

    env = {
        'kill': os.kill,
        's': proxy.supervisor, 'system': proxy.system, 'until': until, 'text': text,
        'gone': gone, 'X': lambda name: getattr(proxy, name),
        'Binary': xmlrpc.client.Binary, 'date': datetime.datetime,
    }
    for line in sys.stdin:
        line = line.rstrip('\n')
        if not line or line.startswith('#'):
            continue
        quiet = line.startswith('-')
        result = describe(lambda: eval(line.lstrip('-'), env))
        if not quiet:
            print(line, '=>', result, flush=True)


main()
