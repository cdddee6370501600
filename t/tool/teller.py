# A program that says by sd_notify(3) what it is told to: reads words from the FIFO NAME.go in
# $SUPD_TEST, one command a line, and writes what became of it to NAME.out.
#	say TEXT	send it ("\n" for a new line) by itself
#	child TEXT	the same by a child in a session of its own
#	orphan TEXT	the same by a grandchild whose parent is dead
#	main [keep]	go on in a child that is the main process from now on; keep: the parent stays,
#			and reaps it
#	barrier		with a descriptor, and wait until the other end is closed
#	lib TEXT	by libsystemd, and its barrier
#	watchdog	what libsystemd reads of the environment
#	term TEXT	say it on SIGTERM, and end a second and a half later
#	env NAME
#	exit STATUS
import ctypes, os, signal, socket, sys, time

name = sys.argv[1]
here = os.environ['SUPD_TEST']
at = os.environ.get('NOTIFY_SOCKET', '')
if at.startswith('@'):
    at = '\0' + at[1:]


def say(text, fds=()):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect(at)
    data = text.replace('\\n', '\n').encode()
    if fds:
        socket.send_fds(s, [data], fds)
    else:
        s.send(data)
    s.close()


def wait_for(text=None):
    """Until all that was sent is read."""
    r, w = os.pipe()
    say(text or 'BARRIER=1', [w])
    os.close(w)
    got = os.read(r, 1)
    os.close(r)
    return got


def told(text):
    with open('%s/%s.out' % (here, name), 'a') as f:
        f.write(text + '\n')


def by_child(text, orphan):
    pid = os.fork()
    if pid != 0:
        os.waitpid(pid, 0)
        return
    os.setsid()
    if orphan and os.fork() != 0:
        os._exit(0)
    while orphan and os.getppid() != int(os.environ['REAPER']):
        time.sleep(0.001)
    say(text)
    wait_for()
    told('said')
    os._exit(0)


def new_main(keep):
    pid = os.fork()
    if pid != 0:
        if keep:
            os.waitpid(pid, 0)
            told('reaped')
            signal.pause()
        while True:     # until the child says that it is known
            signal.pause()
    os.setsid()
    say('MAINPID=%d\\nREADY=1' % os.getpid())
    if not keep:
        os.kill(os.getppid(), signal.SIGKILL)
    told('main %d' % os.getpid())


def on_term(text):
    def handler(sig, frame):
        say(text)
        time.sleep(1.5)
        os._exit(0)
    signal.signal(signal.SIGTERM, handler)


def obey(word, rest):
    if word == 'say':
        say(rest)
    elif word in ('child', 'orphan'):
        by_child(rest, word == 'orphan')
    elif word == 'main':
        new_main(rest == 'keep')
    elif word == 'barrier':
        told('barrier %r' % wait_for())
    elif word == 'lib':
        lib = ctypes.CDLL('libsystemd.so.0')
        told('lib %d %d' % (lib.sd_notify(0, rest.replace('\\n', '\n').encode()),
            lib.sd_notify_barrier(0, ctypes.c_uint64(20000000))))
    elif word == 'watchdog':
        lib, us = ctypes.CDLL('libsystemd.so.0'), ctypes.c_uint64(0)
        told('watchdog %d %d' % (lib.sd_watchdog_enabled(0, ctypes.byref(us)), us.value))
    elif word == 'term':
        on_term(rest)
        told('will')
    elif word == 'env':
        told('%s=%s' % (rest, os.environ.get(rest)))
    elif word == 'exit':
        os._exit(int(rest))


# also open for writing, so that there is no end of file
with os.fdopen(os.open('%s/%s.go' % (here, name), os.O_RDWR)) as go:
    told('up')
    while True:
        words = go.readline().strip().partition(' ')
        obey(words[0], words[2])
