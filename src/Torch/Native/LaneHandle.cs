using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_lane.</summary>
internal sealed class LaneHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.LaneFree(handle);
        return true;
    }
}
