using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_layout.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeLayout
{
    public NativeArgument* Arguments;
    public int ArgumentCount;
    public ulong Seed;
}
