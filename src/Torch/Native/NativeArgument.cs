using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_argument.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeArgument
{
    public const int SourceColumn = 0;
    public const int SourceNoise = 1;
    public const int SourceTimestep = 2;

    public long* Shape;
    public int Rank;
    public int Source;
    public int StoredDtype;
    public int Dtype;
    public double Scale;
    public double Offset;
    public long Timesteps;
}
