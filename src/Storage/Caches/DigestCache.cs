using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence.Storage;

/// <summary>
/// SHA-256 of local files, kept by path, size and time of change. A file that changed within the last two seconds is not kept: it could change again
/// without a sign. A cache that cannot be read or written is as good as none.
/// </summary>
/// <param name="folder">Null keeps nothing.</param>
/// <param name="time">Tells how old a file is.</param>
public sealed class DigestCache(string? folder, TimeProvider time)
{
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(2);

    private readonly AtomicFile _files = new();

    /// <summary>Lower-case hex.</summary>
    /// <exception cref="MirroredException">Invalid: no such file. Unavailable: it cannot be read.</exception>
    public string Sha256(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        if (!file.Exists)
            throw Failure.Invalid($"{path}: not found; expected a file.");
        var state = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n");
        var entry = folder is null ? null : Path.Combine(folder, "digests", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.FullName))));
        if (entry is not null && TryRead(entry, state) is { } known)
            return known;
        var digest = Compute(file.FullName, cancellationToken);
        if (entry is not null && time.GetUtcNow() - file.LastWriteTimeUtc > SettledAfter)
            TryWrite(entry, state + digest);
        return digest;
    }

    private static string? TryRead(string entry, string state)
    {
        try
        {
            var text = File.ReadAllText(entry);
            return text.StartsWith(state, StringComparison.Ordinal) && text.Length == state.Length + 64 ? text[state.Length..] : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Compute(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 20];
            var offset = 0L;
            while (RandomAccess.Read(file, buffer, offset) is > 0 and var count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                offset += count;
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure.Unavailable($"{path}: could not be read: {exception.Message}", exception);
        }
    }

    private void TryWrite(string entry, string text)
    {
        try
        {
            _files.Replace(entry, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            // The digest is computed again next time.
        }
    }
}
