using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Torch.Native;

/// <summary>mirrored_model.</summary>
internal sealed class ModelHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.ModelFree(handle);
        return true;
    }
}
