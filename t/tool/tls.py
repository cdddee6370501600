# A TLS server in front of a plain one: tls.py LISTEN CERT KEY TARGET [VERSION], where
# LISTEN and TARGET are address:port and VERSION is that of TLS, 1.2 or 1.3, and no other.
# Prints a line when it listens.
import socket
import ssl
import sys
import threading


def address(text):
    host, port = text.rsplit(':', 1)
    return host, int(port)


# One direction; the end of either ends both.
def copy(a, b):
    try:
        while True:
            data = a.recv(65536)
            if not data:
                break
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, context, target):
    try:
        inside = context.wrap_socket(client, server_side=True)
        outside = socket.create_connection(target)
    except OSError:                     # a client that does not trust us
        client.close()
        return
    threading.Thread(target=copy, args=(outside, inside), daemon=True).start()
    copy(inside, outside)


listen, cert, key, target = sys.argv[1:5]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
if len(sys.argv) > 5:
    version = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}[sys.argv[5]]
    context.minimum_version = context.maximum_version = version
server = socket.create_server(address(listen), backlog=64)
print('listening', flush=True)
while True:
    client, _ = server.accept()
    threading.Thread(target=serve, args=(client, context, address(target)), daemon=True).start()
