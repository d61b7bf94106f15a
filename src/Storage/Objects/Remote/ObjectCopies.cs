using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Storage;

/// <summary>
/// Copies of remote objects as files: what is mapped, and what is written before it is sent. A copy's name is the digest of the object's address
/// and version, so it is never out of date, and any process may use it.
/// </summary>
/// <param name="cacheFolder">Null keeps nothing: a folder of this process's own, removed when it ends.</param>
internal sealed class ObjectCopies(string? cacheFolder)
{
    private const int PieceBytes = 8 << 20, PiecesAtOnce = 4;

    private readonly AtomicFile _files = new();
    private readonly Lazy<string> _folder = new(() => cacheFolder ?? CreateOwnFolder());

    /// <summary>The object's copy, made when there is none.</summary>
    public async Task<string> GetAsync(IObjectStore store, string key, ObjectVersion version, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{store.UriOf(key)}\n{version.Tag}\n{version.Length}")));
        var path = Path.Combine(_folder.Value, "objects", name[..2], name);
        if (new FileInfo(path) is not { Exists: true } file || file.Length != version.Length)
            await Task.Run(() => _files.Replace(path, stream => CopyAsync(store, key, version, stream, cancellationToken).GetAwaiter().GetResult()), cancellationToken).ConfigureAwait(false);
        return path;
    }

    /// <summary>What is written, in an open file that has no name any more: it ends with its handle, or with the process.</summary>
    public SafeFileHandle Draft(Action<Stream> write)
    {
        var path = Path.Combine(_folder.Value, "objects", $"draft-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        try
        {
            _files.CreateIfAbsent(path, write);
            return File.OpenHandle(path, options: FileOptions.Asynchronous);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task CopyAsync(IObjectStore store, string key, ObjectVersion version, Stream destination, CancellationToken cancellationToken)
    {
        var buffers = Enumerable.Range(0, PiecesAtOnce).Select(_ => new byte[Math.Min(PieceBytes, version.Length)]).ToArray();
        for (long offset = 0; offset < version.Length;)
        {
            var pieces = buffers.Select((buffer, index) =>
            {
                var start = Math.Min(version.Length, offset + ((long)index * PieceBytes));
                return (Start: start, Bytes: buffer.AsMemory(0, (int)Math.Min(PieceBytes, version.Length - start)));
            }).ToArray();
            await Task.WhenAll(pieces.Select(piece => store.ReadAsync(key, version, piece.Start, piece.Bytes, cancellationToken))).ConfigureAwait(false);
            foreach (var piece in pieces)
                await destination.WriteAsync(piece.Bytes, cancellationToken).ConfigureAwait(false);
            offset = pieces[^1].Start + pieces[^1].Bytes.Length;
        }
    }

    private static string CreateOwnFolder()
    {
        var folder = Directory.CreateTempSubdirectory("mirrored-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
