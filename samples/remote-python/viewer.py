#!/usr/bin/env python3
"""Shows and checks the frames of a stream that was published at a broker's service: viewer.py SOCKET STREAM

Written from docs/remote.proto alone, of which `make` has protoc write remote_pb2.py."""
import collections, contextlib, fcntl, mmap, os, socket, struct, sys, zlib
import remote_pb2 as wire


class Memory:  # That the service has sent, mapped for as long as the service may speak of it.
    READ, WRITE, END = 1, 2, 4  # Flags of DMA_BUF_IOCTL_SYNC, linux/dma-buf.h.

    def __init__(self, told, fd):
        self.bytes, self.file = mmap.mmap(fd, told.size_bytes), open(fd, "rb", buffering=0)
        self.is_dmabuf = os.readlink(f"/proc/self/fd/{fd}").startswith("/dmabuf")

    def sync(self, flags):
        while self.is_dmabuf:
            with contextlib.suppress(InterruptedError, BlockingIOError):  # Then the kernel wants to be asked again.
                return fcntl.ioctl(self.file, 0x40086200, struct.pack("=Q", flags))


class Service:
    """A connection. What the service refuses is raised as RuntimeError, its end as ConnectionError."""

    def __init__(self, path, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(path)
        self.number, self.events, self.parts, self.memories, self.places = 0, collections.deque(), {}, {}, {}
        self.ask(hello=wire.Hello(lowest_version=1, highest_version=1, name=name))

    def tell(self, number=0, **body):
        with contextlib.suppress(ConnectionError):  # What the service said last is still to be received.
            self.socket.send(wire.ToService(number=number, **body).SerializeToString())

    def ask(self, **body):
        self.number += 1
        self.tell(self.number, **body)
        while (answer := self.receive()).number != self.number:
            self.events.append(answer)
        if answer.HasField("failure"):
            raise RuntimeError(f"{answer.failure.kind}: {answer.failure.text}")
        return getattr(answer, answer.WhichOneof("body"))

    def receive(self):
        try:
            packet, fds, _, _ = socket.recv_fds(self.socket, 65536, 8, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:  # It has not read all; what it said last comes next.
            return self.receive()
        message = wire.ToClient.FromString(packet)
        if not packet or message.HasField("letting_go"):
            raise ConnectionError(f"the service has ended: {message.letting_go.reason or 'its socket is closed'}")
        if fds:
            self.tell(acknowledged=wire.Acknowledged(packets=1))
        if message.HasField("part"):  # Of a long answer, whose descriptors come with the last part.
            self.parts[message.number] = self.parts.get(message.number, b"") + message.part.piece
            if not message.part.last:
                return self.receive()
            message = wire.ToClient.FromString(self.parts.pop(message.number))
        told = getattr(getattr(message, message.WhichOneof("body") or "done"), "memory", None)
        if told and told.has_descriptor and len(fds) > told.descriptor:
            self.memories[told.memory] = Memory(told, fds.pop(told.descriptor))
        list(map(os.close, fds))  # Of a message that is newer than this program.
        return message

    def memory(self, place, told):  # In which something lies now; the one in which it lay before is let go.
        before, self.places[place] = self.places.get(place, told.memory), told.memory
        if before != told.memory:
            self.ask(forget=wire.Forget(memory=before))
            del self.memories[before]
        return self.memories[told.memory]


def view(service, stream):
    cpu = wire.Constraints(fields=[wire.Constraints.Field(name="deviceAccess", flag=False)])
    stream = service.ask(open_published=wire.OpenPublished(name=stream, timeout_nanos=10**10)).stream.stream
    viewer = service.ask(register_device=wire.RegisterDevice(name="cpu", alternatives=[cpu], access=wire.READ)).device
    consumer = service.ask(consume=wire.Consume(stream=stream, device=viewer, credit=2)).consumer
    event = wire.ToClient()
    while not event.HasField("stream_ended") or event.stream_ended.why.kind == "StreamStoppedException":
        event = service.events.popleft() if service.events else service.receive()
        if (frame := event.frame_ready).frame:
            memory = service.memory(frame.index, frame.memory)
            memory.sync(memory.READ)
            stamp, rest = memory.bytes[:16], memory.bytes[16 : frame.memory.layout.size_bytes]
            memory.sync(memory.READ | memory.END)
            if struct.unpack("<QQ", stamp)[1] != zlib.crc32(rest):  # The camera's: a number, and a sum of the rest.
                raise RuntimeError(f"frame {frame.sequence} in {frame.memory.heap} is corrupt")
            print(f"frame {frame.sequence} in {frame.memory.heap} is intact", flush=True)
            service.tell(release=wire.Release(consumer=consumer, frame=frame.frame))
        if frame.frame or event.HasField("stream_ended"):
            service.tell(credit=wire.Credit(consumer=consumer, frames=1))
    print(f"the stream has ended: {event.stream_ended.why.text}")


if __name__ == "__main__":
    try:
        view(Service(sys.argv[1], "viewer.py"), sys.argv[2])
    except (OSError, RuntimeError) as failure:
        sys.exit(f"viewer.py: {failure}")
