namespace MirroredInfluence.Torch.Native;

internal enum NativeStatus
{
    Ok = 0,
    Invalid = 1,
    Data = 2,
    Unavailable = 3,
    Internal = 4,
    Cancelled = 5,
}
