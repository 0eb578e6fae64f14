#!/usr/bin/env python3
"""Maps a buffer by messages, and keeps its contents when it moves for a device that attaches late: maps.py SOCKET"""
import sys
import remote_pb2 as wire
from viewer import Memory, Service


def register(service, name, **asks):
    fields = [wire.Constraints.Field(name=field, flag=flag) for field, flag in asks.items()]
    alternatives = [wire.Constraints(fields=fields)]
    request = wire.RegisterDevice(name=name, alternatives=alternatives, access=wire.READ_WRITE)
    return service.ask(register_device=request).device


def use(service, buffer, device, contents=None):
    """Writes the contents if there are some, and returns those that were there before."""
    attachment = service.ask(attach=wire.Attach(buffer=buffer, device=device)).attachment
    access, flags = (wire.READ_WRITE, Memory.READ | Memory.WRITE) if contents else (wire.READ, Memory.READ)
    mapped = service.ask(map=wire.Map(attachment=attachment, access=access))
    memory = service.memory(buffer, mapped.memory)
    memory.sync(flags)
    before = memory.bytes[:5]
    memory.bytes[: len(contents or b"")] = contents or b""
    memory.sync(flags | Memory.END)
    print(f"mapped in {mapped.memory.heap}, generation {mapped.memory.generation}: {before}", flush=True)
    service.ask(unmap=wire.Unmap(mapping=mapped.mapping))
    service.ask(detach=wire.Detach(attachment=attachment))
    return before


def main(service):
    spec = wire.BufferSpec(blob=wire.Blob(size_bytes=4096))
    buffer = service.ask(export=wire.Export(spec=spec, count=1)).buffers[0].buffer
    use(service, buffer, register(service, "camera", deviceAccess=False), b"frame")
    if use(service, buffer, register(service, "display", deviceAccess=False, contiguous=True)) != b"frame":
        raise RuntimeError("the contents are lost")
    service.ask(close_buffer=wire.CloseBuffer(buffer=buffer))
    service.ask(goodbye=wire.Goodbye())


if __name__ == "__main__":
    try:
        main(Service(sys.argv[1], "maps.py"))
    except (OSError, RuntimeError) as failure:
        sys.exit(f"maps.py: {failure}")
