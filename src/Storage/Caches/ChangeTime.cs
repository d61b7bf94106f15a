using System.Runtime.InteropServices;

namespace MirroredInfluence.Storage;

/// <summary>
/// When a file was changed last: on Linux the time of its last status change (ctime, statx(2)), which no program can set, so that rows that were written anew under the old
/// size and time of writing are seen; elsewhere the time of writing.
/// </summary>
internal static partial class ChangeTime
{
    private const int CurrentFolder = -100, ChangeTimeMask = 0x80;   // AT_FDCWD, STATX_CTIME

    public static DateTime Of(FileInfo file) =>
        OperatingSystem.IsLinux() && Statx(CurrentFolder, file.FullName, 0, ChangeTimeMask, out var status) == 0 && (status.Mask & ChangeTimeMask) != 0
            ? DateTime.UnixEpoch.AddSeconds(status.Seconds).AddTicks(status.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : file.LastWriteTimeUtc;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out Status status);

    /// <summary>struct statx, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(96)]
        public long Seconds;

        [FieldOffset(104)]
        public uint Nanoseconds;
    }
}
