using System.IO.Compression;

namespace MirroredInfluence.Torch;

/// <summary>Compares every entry of an archive with its CRC-32. libtorch does not: it loads a weight with a flipped bit without a word.</summary>
internal static class ArchiveCheck
{
    private const int PieceBytes = 1 << 16;

    /// <exception cref="MirroredException">Invalid: no archive, or a damaged one.</exception>
    public static unsafe void Run(FileBytes file, string path)
    {
        using var bytes = new UnmanagedMemoryStream(file.Start, file.ByteCount);
        using var zip = Open(bytes, path);
        foreach (var entry in zip.Entries)
        {
            var found = Crc(entry, path);
            if (found != entry.Crc32)
                throw Damaged(path, entry, $"has CRC-32 {found:x8}; expected {entry.Crc32:x8}, as the archive says");
        }
    }

    private static ZipArchive Open(Stream bytes, string path)
    {
        try
        {
            var zip = new ZipArchive(bytes, ZipArchiveMode.Read);
            _ = zip.Entries.Count;   // reads the directory
            return zip;
        }
        catch (InvalidDataException exception)
        {
            throw Failure.Invalid(
                $"{path}: not a TorchScript archive, or a damaged one (torch.jit.save makes one; torch.save and state_dict files hold no code): "
                + exception.Message,
                exception);
        }
    }

    private static uint Crc(ZipArchiveEntry entry, string path)
    {
        try
        {
            using var content = entry.Open();
            var piece = new byte[PieceBytes];
            var crc = 0u;
            while (content.Read(piece) is > 0 and var count)
                crc = Crc32.Append(crc, piece.AsSpan(0, count));
            return crc;
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(path, entry, $"cannot be read: {exception.Message}");
        }
    }

    private static MirroredException Damaged(string path, ZipArchiveEntry entry, string found) =>
        Failure.Invalid($"{path}: the archive's entry '{entry.FullName}' {found}. The file is damaged: copy it again, or export the model again.");
}
