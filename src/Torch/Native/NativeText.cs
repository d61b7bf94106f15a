using System.Runtime.InteropServices;
using System.Text;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_text over memory that the caller owns, most often its stack.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeText
{
    public const int ErrorBytes = 4096;

    public byte* Data;
    public long Capacity;
    public long Length;

    public static NativeText Over(byte* data, long capacity)
    {
        data[0] = 0;
        return new NativeText { Data = data, Capacity = capacity };
    }

    /// <summary>The text, or as much of it as there was room for.</summary>
    public override readonly string ToString() => Encoding.UTF8.GetString(Data, (int)Math.Min(Length, Capacity - 1));

    /// <param name="where">Put before the native words: the file, the columns.</param>
    public readonly Exception ToException(NativeStatus status, string where)
    {
        var message = where.Length == 0 ? ToString() : $"{where}: {this}";
        return status switch
        {
            NativeStatus.Invalid => Failure.Invalid(message),
            NativeStatus.Data => Failure.Data(message),
            NativeStatus.Unavailable => Failure.Unavailable(message),
            _ => Failure.Internal(message),
        };
    }
}
