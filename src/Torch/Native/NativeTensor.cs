using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_tensor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTensor
{
    public int TensorIndex;
    public byte* Data;
}
