using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

internal sealed unsafe class ZstdDecoder : BodyDecoder
{
    private readonly Context _context = Context.Create();

    public override bool TryDecode(BufferView source, Span<byte> destination)
    {
        fixed (byte* target = destination)
        {
            var decodedBytes = Zstd.Decompress(
                _context.DangerousGetHandle(), target, (nuint)destination.Length, source.Pointer, (nuint)source.Length);
            return Zstd.IsError(decodedBytes) == 0 && decodedBytes == (nuint)destination.Length;
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
                context.SetHandle(Zstd.CreateDecompressionContext());
                return context.IsInvalid ? throw Failure.Internal("ZSTD_createDCtx failed.") : context;
            }
            catch (DllNotFoundException failure)
            {
                throw Zstd.Missing(failure);
            }
        }

        protected override bool ReleaseHandle() => Zstd.IsError(Zstd.FreeDecompressionContext(handle)) == 0;
    }
}
