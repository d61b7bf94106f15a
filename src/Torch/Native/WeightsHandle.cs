using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_weights.</summary>
internal sealed class WeightsHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>NULL: the base model.</summary>
    public static WeightsHandle Base { get; } = new();

    protected override bool ReleaseHandle()
    {
        NativeMethods.WeightsFree(handle);
        return true;
    }
}
