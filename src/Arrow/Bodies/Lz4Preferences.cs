using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>LZ4F_preferences_t; zeros are the defaults.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Lz4Preferences
{
    public int BlockSize;
    public int BlockMode;
    public int ContentChecksum;
    public int FrameType;
    public ulong ContentSize;
    public uint DictionaryId;
    public int BlockChecksum;
    public int CompressionLevel;
    public uint AutoFlush;
    public uint FavorDecompression;
    private fixed uint _reserved[3];

    public static Lz4Preferences WithChecksum => new() { ContentChecksum = 1 };
}
