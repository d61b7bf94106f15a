using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MirroredInfluence.Storage;

/// <summary>
/// Digests of local files, kept by path, size and time of change. A file that changed within the last two seconds is not kept: it could change again
/// without a sign. What no folder takes is kept in memory: a worker opens a file again for each of its shards.
/// </summary>
/// <param name="folder">Null keeps all in memory.</param>
/// <param name="time">Tells how old a file is.</param>
public sealed class DigestCache(string? folder, TimeProvider time)
{
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(2);

    private readonly AtomicFile _files = new();
    private readonly ConcurrentDictionary<UInt128, string> _inMemory = [];     // by the digest of a file's state

    /// <param name="what">What of the file is digested: other columns of a file have another digest.</param>
    /// <param name="compute">Gives the digest, 64 hex digits, when it is not known.</param>
    /// <exception cref="MirroredException">Invalid: no such file.</exception>
    public string Of(string path, string what, Func<string> compute)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        if (!file.Exists)
            throw Failure.Invalid($"{path}: not found; expected a file.");
        var changedAt = ChangeTime.Of(file);
        var state = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{changedAt.Ticks}\n{what}\n");
        var entry = folder is null ? null : Path.Combine(folder, "digests", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.FullName}\n{what}"))));
        var key = BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(state)));
        var known = _inMemory.GetValueOrDefault(key) ?? (entry is null ? null : TryRead(entry, state));
        StorageTelemetry.CacheAsked("digests", known is not null);
        if (known is not null)
            return known;
        var digest = compute();
        if (time.GetUtcNow() - changedAt > SettledAfter && (entry is null || !TryWrite(entry, state + digest)))
            _inMemory.TryAdd(key, digest);
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

    private bool TryWrite(string entry, string text)
    {
        try
        {
            _files.Replace(entry, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            return true;
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Unavailable)
        {
            return false;
        }
    }
}

