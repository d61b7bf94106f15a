"""Engine-made arguments, as docs/formats/noise.md defines them, in numpy.

Philox-4x32-10 with key (seed lo, seed hi) and counter (block, draw | stream << 16, row key lo, row key hi).
"""

import numpy

NORMAL, TIMESTEP, DIRECTION = 0, 1, 2
LOW32 = numpy.uint64(0xFFFFFFFF)


def philox(counter: numpy.ndarray, key) -> numpy.ndarray:
    """counter [..., 4] uint32 → [..., 4] uint32 (Salmon et al., SC 2011)."""
    c = [counter[..., i].astype(numpy.uint64) for i in range(4)]
    k = [numpy.uint64(key[0]), numpy.uint64(key[1])]
    for _ in range(10):
        product0, product1 = numpy.uint64(0xD2511F53) * c[0], numpy.uint64(0xCD9E8D57) * c[2]
        c = [
            (product1 >> numpy.uint64(32)) ^ c[1] ^ k[0],
            product1 & LOW32,
            (product0 >> numpy.uint64(32)) ^ c[3] ^ k[1],
            product0 & LOW32,
        ]
        k = [(k[0] + numpy.uint64(0x9E3779B9)) & LOW32, (k[1] + numpy.uint64(0xBB67AE85)) & LOW32]
    return numpy.stack(c, -1).astype(numpy.uint32)


def words(seed: int, row_key: int, draw: int, stream: int, blocks: int) -> numpy.ndarray:
    """[blocks, 4] uint32."""
    row_key &= (1 << 64) - 1
    counter = numpy.empty((blocks, 4), numpy.uint32)
    counter[:, 0] = numpy.arange(blocks)
    counter[:, 1] = draw | stream << 16
    counter[:, 2] = row_key & 0xFFFFFFFF
    counter[:, 3] = row_key >> 32
    return philox(counter, (seed & 0xFFFFFFFF, seed >> 32))


def normal(seed: int, row_key: int, draw: int, count: int, stream: int = NORMAL) -> numpy.ndarray:
    """[count] float32: Box–Muller on each pair of words, cosine first; (word + 1) / 2^32 is the uniform in (0, 1]."""
    pairs = words(seed, row_key, draw, stream, -(-count // 4)).reshape(-1, 2).astype(numpy.float64)
    radius = numpy.sqrt(-2 * numpy.log((pairs[:, 0] + 1) * 2.0**-32))
    angle = 2 * numpy.pi * pairs[:, 1] * 2.0**-32
    return numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], -1).reshape(-1)[:count].astype(numpy.float32)


def timestep(seed: int, row_key: int, draw: int, timesteps: int) -> int:
    return int(words(seed, row_key, draw, TIMESTEP, 1)[0, 0]) * timesteps >> 32
