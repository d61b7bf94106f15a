using System.IO.Compression;

namespace MirroredInfluence.Cli.Import;

/// <summary>The files of an import; closes all of them at once, whoever reads them.</summary>
internal sealed class SourceFiles : IDisposable
{
    private readonly Stack<IDisposable> _open = [];

    /// <summary>Opens a file from its start; gzip is recognised by its first bytes and unpacked on the way.</summary>
    /// <param name="lengthBytes">Of the content; null when only unpacking tells.</param>
    public Stream Open(string path, out long? lengthBytes)
    {
        var file = Keep(OpenFile(path));
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        lengthBytes = isGzip ? null : file.Length;
        return isGzip ? Keep(new BufferedStream(new GZipStream(file, CompressionMode.Decompress), 1 << 16)) : file;
    }

    public T Keep<T>(T open) where T : IDisposable
    {
        _open.Push(open);
        return open;
    }

    public void Dispose()
    {
        while (_open.TryPop(out var open))
            open.Dispose();
    }

    private static FileStream OpenFile(string path)
    {
        if (path.Length == 0)
            throw Failure.Invalid("a source has an empty path; expected [column=]file[:member].");
        if (Directory.Exists(path))
            throw Failure.Invalid($"{path}: is a folder; name its files (the shell expands {Path.Combine(path, "*.npy")}).");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Failure.Invalid($"{path}: no such file.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw Failure.Unavailable($"{path}: cannot be read ({e.Message})", e);
        }
    }
}
