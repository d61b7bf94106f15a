using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

internal sealed unsafe class Lz4Decoder : BodyDecoder
{
    private readonly Context _context = Context.Create();

    public override bool TryDecode(BufferView source, Span<byte> destination)
    {
        var handle = _context.DangerousGetHandle();
        Lz4.ResetDecompressionContext(handle);
        fixed (byte* target = destination)
        {
            nuint readBytes = 0;
            nuint writtenBytes = 0;
            while (true)
            {
                var sourceBytes = (nuint)source.Length - readBytes;
                var targetBytes = (nuint)destination.Length - writtenBytes;
                var code = Lz4.Decompress(handle, target + writtenBytes, ref targetBytes, source.Pointer + readBytes, ref sourceBytes, 0);
                if (Lz4.IsError(code) != 0)
                    return false;
                readBytes += sourceBytes;
                writtenBytes += targetBytes;
                if (code == 0)
                    return writtenBytes == (nuint)destination.Length;
                if (sourceBytes == 0 && targetBytes == 0)
                    return false;
            }
        }
    }

    public override void Dispose() => _context.Dispose();

    private sealed class Context() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public static Context Create()
        {
            try
            {
                var context = new Context();
                if (Lz4.IsError(Lz4.CreateDecompressionContext(out var created, Lz4.Version)) != 0)
                    throw Failure.Internal("LZ4F_createDecompressionContext failed.");
                context.SetHandle(created);
                return context;
            }
            catch (DllNotFoundException failure)
            {
                throw Lz4.Missing(failure);
            }
        }

        protected override bool ReleaseHandle() => Lz4.IsError(Lz4.FreeDecompressionContext(handle)) == 0;
    }
}
